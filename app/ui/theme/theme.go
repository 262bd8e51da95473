package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"legekonsultasjon/assets"
)

// Text sizes of the desktop as Fyne is asked for them. The embedded cuts are drawn Em times as large, which makes them the
// 12.5, 14.5, 17, 24 and 34 px of DESIGN to within half a pixel: Fyne spaces letters rightly at whole sizes only.
const (
	Small   float32 = 13
	Body    float32 = 15
	Strong  float32 = 16 // the name of a screen or of a patient in the bar
	Large   float32 = 18
	Heading float32 = 21 // of a dialog
	Title   float32 = 25
	Display float32 = 35

	Em float32 = 14.5 / 15
)

// Sizes of controls and of the grid.
const (
	Gap           float32 = 8
	Margin        float32 = 24
	ControlHeight float32 = 42
	FieldHeight   float32 = 44
	Radius        float32 = 10
	CardRadius    float32 = 16
)

// Fonts holds Inter as Fyne resources, made once: Fyne caches faces by resource.
type Fonts struct {
	Regular, Medium, SemiBold fyne.Resource
}

// NewFonts loads the embedded cuts.
func NewFonts() *Fonts {
	load := func(w assets.Weight) fyne.Resource {
		return fyne.NewStaticResource("Inter-"+string(w)+".otf", assets.Font(w))
	}
	return &Fonts{Regular: load(assets.Regular), Medium: load(assets.Medium), SemiBold: load(assets.SemiBold)}
}

// Theme gives Fyne's own parts (entries, scroll bars, menus) the palette's colours.
type Theme struct {
	palette *Palette
	fonts   *Fonts
	parent  fyne.Theme
}

// New makes the theme of one palette. It ignores the variant: light or dark is decided before.
func New(p *Palette, f *Fonts) *Theme {
	return &Theme{palette: p, fonts: f, parent: base.DefaultTheme()}
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if c, ok := t.colours()[name]; ok {
		return c
	}
	if t.palette.Name == "dark" {
		return t.parent.Color(name, base.VariantDark)
	}
	return t.parent.Color(name, base.VariantLight)
}

func (t *Theme) colours() map[fyne.ThemeColorName]color.NRGBA {
	p := t.palette
	return map[fyne.ThemeColorName]color.NRGBA{
		base.ColorNameBackground:          p.Ground,
		base.ColorNameButton:              p.Card,
		base.ColorNameDisabled:            p.Faint,
		base.ColorNameDisabledButton:      p.Raised,
		base.ColorNameError:               p.Stop,
		base.ColorNameFocus:               p.AccentSoft,
		base.ColorNameForeground:          p.Text,
		base.ColorNameForegroundOnPrimary: p.OnAccent,
		base.ColorNameHover:               p.Hover,
		base.ColorNameInputBackground:     {},
		base.ColorNameInputBorder:         {},
		base.ColorNameMenuBackground:      p.Card,
		base.ColorNameOverlayBackground:   p.Card,
		base.ColorNamePlaceHolder:         p.Faint,
		base.ColorNamePressed:             p.Press,
		base.ColorNamePrimary:             p.Accent,
		base.ColorNameScrollBar:           p.Edge,
		base.ColorNameScrollBarBackground: {},
		base.ColorNameSelection:           p.AccentSoft,
		base.ColorNameSeparator:           p.Line,
		base.ColorNameShadow:              p.Shadow,
		base.ColorNameSuccess:             p.Ok,
		base.ColorNameWarning:             p.Wait,
	}
}

// Font implements fyne.Theme: bold is semibold, italics are not used, monospace is Inter with its tabular figures.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return t.parent.Font(style)
	case style.Bold:
		return t.fonts.SemiBold
	default:
		return t.fonts.Regular
	}
}

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.parent.Icon(name) }

// Size implements fyne.Theme. An entry has no border of its own: the field around it draws that.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case base.SizeNameText:
		return Body
	case base.SizeNameCaptionText:
		return Small
	case base.SizeNameHeadingText:
		return Title
	case base.SizeNameSubHeadingText:
		return Large
	case base.SizeNameInputBorder:
		return 0
	case base.SizeNameInputRadius, base.SizeNameButtonRadius, base.SizeNameMenuRadius, base.SizeNamePopupRadius:
		return Radius
	case base.SizeNameScrollBar:
		return 8
	case base.SizeNameScrollBarSmall:
		return 4
	default:
		return t.parent.Size(name)
	}
}
