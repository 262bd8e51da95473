// Package part holds the window's own widgets, drawn from the palette and operable by keyboard: button, field, check box,
// choice, segments, chip, card, sheet. They know nothing of consultations. Where a part needs a word it is handed one.
//
// A part lays itself out for a given width: what wraps says how tall it becomes (HeightFor), so that a column is right
// the first time it is laid out.
package part

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// Skin is what parts of one surface are drawn with. Changing Palette and refreshing the tree changes all of them. It is
// used by Fyne's goroutine only.
type Skin struct {
	Palette *theme.Palette
	Fonts   *theme.Fonts
	Words   EditWords
	Canvas  fyne.Canvas // where the surface is; nil asks Fyne, which knows only what it has drawn
	// Escape is called when Escape is pressed in any part; nil does nothing.
	Escape func()
	// Shortcut is told of shortcuts that are typed while a text field has the keyboard; nil does nothing.
	Shortcut func(*desktop.CustomShortcut)
	// Key is given keys before a button or another control that has the keyboard; it returns whether it took one.
	Key func(fyne.KeyName) bool

	scrolls []*Scroll
}

// EditWords are the words of the small menu of a text field.
type EditWords struct{ Cut, Copy, Paste, SelectAll string }

// NewSkin makes a skin.
func NewSkin(p *theme.Palette, f *theme.Fonts) *Skin { return &Skin{Palette: p, Fonts: f} }

func (s *Skin) escape() {
	if s.Escape != nil {
		s.Escape()
	}
}

// Tone picks a colour from whichever palette the skin has at the moment.
type Tone func(*theme.Palette) color.NRGBA

// The tones of text and lines.
var (
	Text     Tone = func(p *theme.Palette) color.NRGBA { return p.Text }
	Soft     Tone = func(p *theme.Palette) color.NRGBA { return p.Soft }
	Faint    Tone = func(p *theme.Palette) color.NRGBA { return p.Faint }
	Accent   Tone = func(p *theme.Palette) color.NRGBA { return p.Accent }
	OnAccent Tone = func(p *theme.Palette) color.NRGBA { return p.OnAccent }
	Stop     Tone = func(p *theme.Palette) color.NRGBA { return p.Stop }
	Wait     Tone = func(p *theme.Palette) color.NRGBA { return p.Wait }
	Ok       Tone = func(p *theme.Palette) color.NRGBA { return p.Ok }
)

// Facts is what a part tells about itself to tests that look for where to click: Kind is label, button, entry, check,
// select, segment, item or toggle; Text what it says, of an entry its content; Label the words above it.
type Facts struct {
	Kind, Text, Label         string
	Enabled, Focused, Checked bool
}

// Told is a part that can tell Facts.
type Told interface{ Facts() Facts }

// Parent is a part with parts inside that no fyne.Container holds.
type Parent interface{ Children() []fyne.CanvasObject }

// newIcon makes an image for paintIcon.
func newIcon() *canvas.Image {
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	return img
}

// paintIcon draws an icon of a size in a colour, and does nothing when the image shows just that already.
func (k *Skin) paintIcon(img *canvas.Image, name string, size float32, c color.NRGBA) {
	scale := float32(1)
	if k.Canvas != nil {
		scale = k.Canvas.Scale()
	}
	pixels := int(size*scale + 0.5)
	want := fmt.Sprintf("%s-%s-%d.svg", name, theme.Hex(c)[1:], pixels)
	if img.Resource == nil || img.Resource.Name() != want {
		img.Resource = fyne.NewStaticResource(want, assets.Icon(name, theme.Hex(c), float32(pixels)/24))
		img.Refresh()
	}
}

// drawn is the renderer of every part here: objects, and three functions.
type drawn struct {
	objects []fyne.CanvasObject
	layout  func(fyne.Size)
	min     func() fyne.Size
	refresh func()
}

func (d *drawn) Layout(s fyne.Size)           { d.layout(s) }
func (d *drawn) MinSize() fyne.Size           { return d.min() }
func (d *drawn) Objects() []fyne.CanvasObject { return d.objects }
func (d *drawn) Destroy()                     {}
func (d *drawn) Refresh() {
	d.refresh()
	for _, o := range d.objects {
		o.Refresh()
	}
}

// place moves and resizes.
func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// middle places an object of its own minimal size in the middle of a rectangle.
func middle(o fyne.CanvasObject, x, y, w, h float32) {
	m := o.MinSize()
	place(o, x+(w-m.Width)/2, y+(h-m.Height)/2, m.Width, m.Height)
}
