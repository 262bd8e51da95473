package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
)

// Option is one entry of a Choice. Short, when set, is shown in the closed field.
type Option struct{ ID, Words, Short string }

// Choice is a drop-down: a field that opens a list. Down, Enter and Space open it; typing jumps.
type Choice struct {
	widget.BaseWidget
	label  *Line
	face   *choiceFace
	height float32
}

// NewChoice makes a drop-down; label "" leaves the label out; change is called with the ID when a person chooses.
func (k *Skin) NewChoice(label string, change func(id string)) *Choice {
	c := &Choice{label: k.NewLine(LabelStyle(), label, 24), height: theme.FieldHeight}
	c.face = &choiceFace{owner: c, change: change}
	c.face.begin(k, c.face, c.face.open)
	c.face.extraKey = c.face.key
	c.ExtendBaseWidget(c)
	return c
}

// SetOptions changes the list and the choice, without calling change.
func (c *Choice) SetOptions(options []Option, chosen string) {
	f := c.face
	if f.chosen == chosen && sameOptions(f.options, options) {
		return
	}
	f.options, f.chosen = options, chosen
	f.Refresh()
}

// Choose changes the choice without calling change.
func (c *Choice) Choose(id string) { c.SetOptions(c.face.options, id) }

// Chosen is the ID of the choice.
func (c *Choice) Chosen() string { return c.face.chosen }

// SetEnabled switches it.
func (c *Choice) SetEnabled(on bool) { c.face.SetEnabled(on) }

// Focus gives it the keyboard.
func (c *Choice) Focus() { c.face.skin.Focus(c.face) }

// Low makes it as tall as a button.
func (c *Choice) Low() *Choice { c.height = theme.ControlHeight; return c }

func sameOptions(a, b []Option) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Children implements Parent.
func (c *Choice) Children() []fyne.CanvasObject { return []fyne.CanvasObject{c.label, c.face} }

// HeightFor implements Flow.
func (c *Choice) HeightFor(float32) float32 {
	if c.label.Words() == "" {
		return c.height
	}
	return c.height + 24
}

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	r := &drawn{objects: []fyne.CanvasObject{c.label, c.face}}
	r.layout = func(s fyne.Size) {
		y := float32(0)
		if c.label.Words() != "" {
			place(c.label, 0, 0, s.Width, 18)
			y = 24
		}
		place(c.face, 0, y, s.Width, c.height)
	}
	r.min = func() fyne.Size { return fyne.NewSize(80, c.HeightFor(0)) }
	r.refresh = func() {}
	return r
}

type choiceFace struct {
	control
	owner   *Choice
	options []Option
	chosen  string
	change  func(string)
}

func (f *choiceFace) current() Option {
	for _, o := range f.options {
		if o.ID == f.chosen {
			if o.Short == "" {
				o.Short = o.Words
			}
			return o
		}
	}
	return Option{}
}

// Facts implements Told.
func (f *choiceFace) Facts() Facts {
	return Facts{Kind: "select", Label: f.owner.label.Words(), Text: f.current().Short, Enabled: !f.off, Focused: f.focused}
}

func (f *choiceFace) key(k *fyne.KeyEvent) bool {
	if k.Name == fyne.KeyDown || k.Name == fyne.KeyUp {
		f.fire()
		return true
	}
	return false
}

func (f *choiceFace) open() {
	items := make([]MenuItem, len(f.options))
	at := -1
	width := f.Size().Width
	for i, o := range f.options {
		items[i] = MenuItem{o.Words, func() { f.pick(o.ID) }}
		if o.ID == f.chosen {
			at = i
		}
		width = max(width, min(340, f.skin.measure(NameStyle(), o.Words).Width+44))
	}
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(f)
	f.skin.openList(f, pos.AddXY(0, f.Size().Height+4), width, items, at)
}

func (f *choiceFace) pick(id string) {
	if f.chosen == id {
		return
	}
	f.chosen = id
	f.Refresh()
	if f.change != nil {
		f.change(id)
	}
}

// CreateRenderer implements fyne.Widget.
func (f *choiceFace) CreateRenderer() fyne.WidgetRenderer {
	frame := canvas.NewRectangle(nil)
	frame.CornerRadius = theme.Radius
	label := f.skin.text(BodyStyle(), "")
	arrow := newIcon()
	r := &drawn{objects: []fyne.CanvasObject{frame, label, arrow}}
	r.layout = func(s fyne.Size) {
		place(frame, 0, 0, s.Width, s.Height)
		label.Text = f.skin.cut(BodyStyle(), f.current().Short, s.Width-44)
		h := label.MinSize().Height
		place(label, 14, (s.Height-h)/2, s.Width-44, h)
		place(arrow, s.Width-30, (s.Height-16)/2, 16, 16)
	}
	r.min = func() fyne.Size { return fyne.NewSize(80, theme.ControlHeight) }
	r.refresh = func() {
		p := f.skin.Palette
		frame.FillColor, frame.StrokeColor, frame.StrokeWidth = p.Card, p.Edge, 1
		label.Color = p.Text
		if f.focused {
			frame.StrokeColor, frame.StrokeWidth = p.Accent, 2
		}
		if f.hovered && !f.focused {
			frame.StrokeColor = p.Text
		}
		if f.off {
			frame.FillColor, frame.StrokeColor, label.Color = p.Raised, p.Line, p.Faint
		}
		f.skin.paintIcon(arrow, "down", 16, p.Soft)
		r.layout(f.Size())
	}
	r.refresh()
	return r
}
