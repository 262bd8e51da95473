package part

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
)

// Sheet is a dialog: a card in the middle of a veiled window. Nothing behind it can be reached while it is open.
type Sheet struct {
	widget.BaseWidget
	skin   *Skin
	width  float32
	body   fyne.CanvasObject
	scroll *Scroll
	canvas fyne.Canvas
}

// NewSheet makes a dialog of a width around a body; the skin should be the dialog's own, so that Escape is its own too.
func (k *Skin) NewSheet(width float32, body fyne.CanvasObject) *Sheet {
	s := &Sheet{skin: k, width: width, body: body}
	s.scroll = k.NewScroll(Inset(30, 32-theme.CardRadius, 30, 32-theme.CardRadius, body))
	s.ExtendBaseWidget(s)
	return s
}

// Open shows it over a canvas and gives first the keyboard.
func (s *Sheet) Open(c fyne.Canvas, first fyne.Focusable) {
	if s.canvas != nil {
		return
	}
	s.canvas = c
	c.Overlays().Add(s)
	if first != nil {
		c.Focus(first)
	}
}

// Close takes it away; a second call does nothing. Dialogs that lie over it stay, with the keyboard where it was; a menu
// over it goes too.
func (s *Sheet) Close() {
	c := s.canvas
	if c == nil {
		return
	}
	s.canvas = nil
	stack := c.Overlays()
	layers, focused := slices.Clone(stack.List()), c.Focused()
	at := slices.Index(layers, fyne.CanvasObject(s))
	stack.Remove(s) // and, as Fyne has it, whatever lies over it
	if at < 0 {
		return
	}
	for _, o := range layers[at+1:] {
		if over, ok := o.(*Sheet); ok {
			stack.Add(over)
			c.Focus(focused)
		}
	}
}

// IsOpen reports whether it is shown.
func (s *Sheet) IsOpen() bool { return s.canvas != nil }

// Tapped swallows clicks beside the card: a dialog is left by its buttons or Escape.
func (s *Sheet) Tapped(*fyne.PointEvent) {}

// Children implements Parent.
func (s *Sheet) Children() []fyne.CanvasObject { return []fyne.CanvasObject{s.scroll} }

// CreateRenderer implements fyne.Widget.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	scrim, card := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	card.CornerRadius, card.StrokeWidth = theme.CardRadius, 1
	r := &drawn{objects: []fyne.CanvasObject{scrim, card, s.scroll}}
	r.layout = func(size fyne.Size) {
		place(scrim, 0, 0, size.Width, size.Height)
		w := min(s.width, size.Width-32)
		inner := w - 2*theme.CardRadius // the shades at the ends of what scrolls are square, the card's corners are round
		h := min(s.scroll.HeightFor(inner), size.Height-32)
		x, y := (size.Width-w)/2, (size.Height-h)/2
		place(card, x, y, w, h)
		place(s.scroll, x+theme.CardRadius, y, inner, h)
	}
	r.min = func() fyne.Size { return fyne.NewSize(200, 100) }
	r.refresh = func() {
		p := s.skin.Palette
		scrim.FillColor, card.FillColor, card.StrokeColor = p.Scrim, p.Card, p.Line
		r.layout(s.Size())
	}
	r.refresh()
	return r
}
