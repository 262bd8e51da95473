package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// control is what everything that can be pressed has in common: hover, press, focus, off. Enter and Space press it,
// Escape goes to the skin. The ring of focus is shown when the focus came by keyboard.
type control struct {
	widget.BaseWidget
	skin     *Skin
	self     fyne.Focusable
	press    func()
	hovered  bool
	down     bool
	focused  bool
	pointed  bool // the focus comes by pointer just now
	ringed   bool // the focus came by keyboard
	off      bool
	extraKey func(*fyne.KeyEvent) bool
}

func (c *control) begin(skin *Skin, self interface {
	fyne.Widget
	fyne.Focusable
}, press func()) {
	c.skin, c.self, c.press = skin, self, press
	c.ExtendBaseWidget(self)
}

// Tapped implements fyne.Tappable.
func (c *control) Tapped(*fyne.PointEvent) {
	if c.off {
		return
	}
	c.pointed = true
	c.skin.Focus(c.self)
	c.pointed = false
	c.fire()
}

func (c *control) fire() {
	if !c.off && c.press != nil {
		c.press()
	}
}

// MouseDown implements desktop.Mouseable.
func (c *control) MouseDown(*desktop.MouseEvent) { c.set(&c.down, !c.off) }

// MouseUp implements desktop.Mouseable.
func (c *control) MouseUp(*desktop.MouseEvent) { c.set(&c.down, false) }

// MouseIn implements desktop.Hoverable.
func (c *control) MouseIn(*desktop.MouseEvent) { c.set(&c.hovered, true) }

// MouseMoved implements desktop.Hoverable.
func (c *control) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *control) MouseOut() {
	c.down = false
	c.set(&c.hovered, false)
}

// Cursor implements desktop.Cursorable.
func (c *control) Cursor() desktop.Cursor {
	if c.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// FocusGained implements fyne.Focusable.
func (c *control) FocusGained() {
	c.focused, c.ringed = true, !c.pointed
	c.Refresh()
	if !c.pointed {
		c.skin.Reveal(c.self.(fyne.CanvasObject))
	}
}

// FocusLost implements fyne.Focusable.
func (c *control) FocusLost() { c.set(&c.focused, false) }

// TypedRune implements fyne.Focusable.
func (c *control) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (c *control) TypedKey(k *fyne.KeyEvent) {
	if c.extraKey != nil && c.extraKey(k) || c.skin.Key != nil && c.skin.Key(k.Name) {
		return
	}
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		c.fire()
	case fyne.KeyEscape:
		c.skin.escape()
	}
}

// Disabled implements fyne.Disableable.
func (c *control) Disabled() bool { return c.off }

// Enable implements fyne.Disableable.
func (c *control) Enable() { c.set(&c.off, false) }

// Disable implements fyne.Disableable.
func (c *control) Disable() {
	c.down = false
	c.set(&c.off, true)
}

// SetEnabled switches it.
func (c *control) SetEnabled(on bool) { c.set(&c.off, !on) }

func (c *control) set(flag *bool, v bool) {
	if *flag != v {
		*flag = v
		c.Refresh()
	}
}

// Focus gives an object of this skin's surface the keyboard.
func (k *Skin) Focus(o fyne.Focusable) {
	c := k.Canvas
	if c == nil {
		object, ok := o.(fyne.CanvasObject)
		if !ok {
			return
		}
		c = fyne.CurrentApp().Driver().CanvasForObject(object)
	}
	if c != nil && c.Focused() != o {
		c.Focus(o)
	}
}

// ring is the outline of the focused control: 2 px, 2 px away.
type ring struct{ *canvas.Rectangle }

func newRing() ring {
	r := canvas.NewRectangle(nil)
	r.StrokeWidth = 2
	r.Hide()
	return ring{r}
}

func (r ring) around(s fyne.Size, radius float32) {
	r.CornerRadius = radius + 3
	place(r.Rectangle, -3, -3, s.Width+6, s.Height+6)
}

func (r ring) show(skin *Skin, on bool) {
	r.StrokeColor = skin.Palette.Accent
	if on {
		r.Show()
	} else {
		r.Hide()
	}
}
