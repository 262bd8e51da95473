// Package theme holds the look of the doctor's window as values: colours, sizes and fonts, and a fyne.Theme made of
// them. Light and dark are two palettes chosen by hand; the dark one is no inversion.
package theme

import (
	"fmt"
	"image/color"
)

// Palette is every colour that the window may use. Edge is for what can be operated (3:1 on its ground), Line for what
// only divides. One accent; Wait is the only amber, Stop the only red.
type Palette struct {
	Name                                     string
	Ground, Card, Raised, Line, Edge         color.NRGBA
	Text, Soft, Faint                        color.NRGBA
	Accent, AccentPress, AccentSoft          color.NRGBA
	OnAccent                                 color.NRGBA
	Wait, WaitSoft, Stop, StopSoft, StopFill color.NRGBA
	StopFillPress                            color.NRGBA
	OnStop, Ok, OkSoft                       color.NRGBA
	Hover, Press                             color.NRGBA // laid over what the pointer is on
	Scrim, Shadow                            color.NRGBA
	Control                                  color.NRGBA // a switched-on control of the call bar
}

// Light is the palette for a lit room.
func Light() *Palette {
	return &Palette{
		Name:   "light",
		Ground: hex(0xF5F4F0), Card: hex(0xFFFFFF), Raised: hex(0xFBFAF8), Line: hex(0xE2DFD8), Edge: hex(0x85827A),
		Text: hex(0x16211F), Soft: hex(0x5A6663), Faint: hex(0x66716E),
		Accent: hex(0x0B6B63), AccentPress: hex(0x08534D), AccentSoft: hex(0xE0EFEC), OnAccent: hex(0xFFFFFF),
		Wait: hex(0x9A5B00), WaitSoft: hex(0xFCF0DA),
		Stop: hex(0xB3261E), StopSoft: hex(0xFBE6E4), StopFill: hex(0xB3261E), StopFillPress: hex(0x931D16),
		OnStop: hex(0xFFFFFF), Ok: hex(0x1B7A43), OkSoft: hex(0xE2F3E8),
		Hover: color.NRGBA{0x16, 0x21, 0x1F, 0x0C}, Press: color.NRGBA{0x16, 0x21, 0x1F, 0x1A},
		Scrim: color.NRGBA{0x2A, 0x2C, 0x2A, 0x66}, Shadow: color.NRGBA{0, 0, 0, 0x24},
		Control: hex(0xF0EFEA),
	}
}

// Dark is the palette for a dim room, and always that of the call.
func Dark() *Palette {
	return &Palette{
		Name:   "dark",
		Ground: hex(0x101716), Card: hex(0x182120), Raised: hex(0x1E2928), Line: hex(0x2B3735), Edge: hex(0x6B7A77),
		Text: hex(0xE9EEEC), Soft: hex(0xA3AFAC), Faint: hex(0x8A9794),
		Accent: hex(0x5CC4B6), AccentPress: hex(0x7AD3C7), AccentSoft: hex(0x163330), OnAccent: hex(0x06201D),
		Wait: hex(0xF0B765), WaitSoft: hex(0x34270F),
		Stop: hex(0xFF8A80), StopSoft: hex(0x3B1C1A), StopFill: hex(0xC8372D), StopFillPress: hex(0xA92B22),
		OnStop: hex(0xFFFFFF), Ok: hex(0x79D39C), OkSoft: hex(0x143322),
		Hover: color.NRGBA{0xFF, 0xFF, 0xFF, 0x0E}, Press: color.NRGBA{0xFF, 0xFF, 0xFF, 0x1C},
		Scrim: color.NRGBA{0x05, 0x08, 0x08, 0xA6}, Shadow: color.NRGBA{0, 0, 0, 0x60},
		Control: hex(0x26302E),
	}
}

// Hex writes a colour as SVG wants it.
func Hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}
