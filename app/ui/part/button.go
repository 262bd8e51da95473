package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// Kind is how much a button asks for attention.
type Kind int

const (
	Filled Kind = iota // the one thing to do next
	Lined              // something else that can be done
	Quiet              // a small action in accent
	Ink                // navigation
	StopKind
)

// Button is pressed by click, Enter and Space. While busy it is off and keeps its width.
type Button struct {
	control
	kind   Kind
	words  string
	icon   string
	height float32
	radius float32
	pad    float32
	about  string
}

// NewButton makes a button, 42 px tall.
func (k *Skin) NewButton(kind Kind, words string, press func()) *Button {
	b := &Button{kind: kind, words: words, height: theme.ControlHeight, radius: theme.Radius, pad: 18}
	if kind == Quiet || kind == Ink {
		b.pad = 10
	}
	b.begin(k, b, press)
	return b
}

// NewIconButton makes a button that shows an icon only; about is what it does, for tests and later for screen readers.
func (k *Skin) NewIconButton(icon, about string, press func()) *Button {
	b := k.NewButton(Quiet, "", press)
	b.icon, b.about = icon, about
	return b
}

// Sized changes height, corner radius and inner distance.
func (b *Button) Sized(height, radius, pad float32) *Button {
	b.height, b.radius, b.pad = height, radius, pad
	return b
}

// OnKey lets fn take keys before the button does; it returns whether it took one.
func (b *Button) OnKey(fn func(fyne.KeyName) bool) *Button {
	b.extraKey = func(k *fyne.KeyEvent) bool { return fn(k.Name) }
	return b
}

// Focus gives it the keyboard.
func (b *Button) Focus() { b.skin.Focus(b) }

// Press does what a click does.
func (b *Button) Press() { b.fire() }

// SetWords changes the label.
func (b *Button) SetWords(words string) {
	if b.words != words {
		b.words = words
		b.Refresh()
	}
}

// SetKind changes how it asks for attention.
func (b *Button) SetKind(k Kind) {
	if b.kind != k {
		b.kind = k
		b.Refresh()
	}
}

// SetPress changes what it does.
func (b *Button) SetPress(press func()) { b.press = press }

// Facts implements Told.
func (b *Button) Facts() Facts {
	return Facts{Kind: "button", Text: b.words + b.about, Enabled: !b.off, Focused: b.focused}
}

// colours are fill, edge and label of the moment.
func (b *Button) colours() (fill, edge, label color.NRGBA) {
	p := b.skin.Palette
	if b.off {
		if b.kind == Quiet || b.kind == Ink {
			return color.NRGBA{}, color.NRGBA{}, p.Faint
		}
		return p.Raised, p.Line, p.Faint
	}
	strong := b.down || b.hovered
	switch b.kind {
	case Filled:
		if strong {
			return p.AccentPress, color.NRGBA{}, p.OnAccent
		}
		return p.Accent, color.NRGBA{}, p.OnAccent
	case StopKind:
		if strong {
			return p.StopFillPress, color.NRGBA{}, p.OnStop
		}
		return p.StopFill, color.NRGBA{}, p.OnStop
	case Lined:
		return p.Card, p.Line, p.Text
	case Quiet:
		return color.NRGBA{}, color.NRGBA{}, p.Accent
	default:
		return color.NRGBA{}, color.NRGBA{}, p.Text
	}
}

func (b *Button) veil() color.NRGBA {
	p := b.skin.Palette
	switch {
	case b.off || b.kind == Filled || b.kind == StopKind:
		return color.NRGBA{}
	case b.down:
		return p.Press
	case b.hovered:
		return p.Hover
	}
	return color.NRGBA{}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	ground, veil := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	focus := newRing()
	style := Style{Size: theme.Body, Weight: assets.SemiBold, Tone: Text, Align: fyne.TextAlignCenter}
	if b.kind == Ink {
		style.Weight = assets.Medium
	}
	label := b.skin.text(style, b.words)
	objects := []fyne.CanvasObject{ground, veil, label, focus.Rectangle}
	var icon *canvas.Image
	if b.icon != "" {
		icon = newIcon()
		objects = append(objects, icon)
	}
	r := &drawn{objects: objects}
	r.layout = func(s fyne.Size) {
		place(ground, 0, 0, s.Width, s.Height)
		place(veil, 0, 0, s.Width, s.Height)
		focus.around(s, b.radius)
		label.Text = b.skin.cut(style, b.words, s.Width-8)
		h := label.MinSize().Height
		place(label, 0, (s.Height-h)/2, s.Width, h)
		if icon != nil {
			place(icon, (s.Width-20)/2, (s.Height-20)/2, 20, 20)
		}
	}
	r.min = func() fyne.Size {
		if b.icon != "" {
			return fyne.NewSize(b.height, b.height)
		}
		return fyne.NewSize(b.skin.measure(style, b.words).Width+2*b.pad, b.height)
	}
	r.refresh = func() {
		fill, edge, ink := b.colours()
		ground.FillColor, ground.StrokeColor, ground.CornerRadius = fill, edge, b.radius
		ground.StrokeWidth = 1
		veil.FillColor, veil.CornerRadius = b.veil(), b.radius
		label.Color = ink
		label.Text = b.skin.cut(style, b.words, b.Size().Width-8)
		if icon != nil {
			b.skin.paintIcon(icon, b.icon, 20, ink)
		}
		focus.show(b.skin, b.focused && b.ringed)
	}
	r.refresh()
	return r
}
