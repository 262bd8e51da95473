package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// ToggleFace is how a Toggle looks in one of its states.
type ToggleFace struct{ Icon, Words string }

// Toggle is a control of the call bar: an icon above a word. Off is never told by colour alone: another icon, another
// word, and amber.
type Toggle struct {
	control
	onFace, offFace ToggleFace
	on, amber       bool
}

// NewToggle makes a control that is on; press is called when it is pressed: whoever owns the state changes it.
func (k *Skin) NewToggle(on, off ToggleFace, press func()) *Toggle {
	t := &Toggle{onFace: on, offFace: off, on: true, amber: true}
	t.begin(k, t, press)
	return t
}

// Calm makes the off state plain instead of amber, for controls that open something.
func (t *Toggle) Calm() *Toggle { t.amber = false; return t }

// Set shows a state.
func (t *Toggle) Set(on bool) { t.set(&t.on, on) }

func (t *Toggle) face() ToggleFace {
	if t.on {
		return t.onFace
	}
	return t.offFace
}

// Facts implements Told.
func (t *Toggle) Facts() Facts {
	return Facts{Kind: "toggle", Text: t.face().Words, Enabled: !t.off, Focused: t.focused, Checked: t.on}
}

// CreateRenderer implements fyne.Widget.
func (t *Toggle) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(nil)
	ground.CornerRadius = 14
	focus := newRing()
	icon := newIcon()
	style := Style{Size: theme.Small, Weight: assets.Regular, Tone: Text, Align: fyne.TextAlignCenter}
	label := t.skin.text(style, "")
	r := &drawn{objects: []fyne.CanvasObject{ground, icon, label, focus.Rectangle}}
	r.layout = func(s fyne.Size) {
		place(ground, 0, 0, s.Width, s.Height)
		focus.around(s, 14)
		place(icon, (s.Width-24)/2, 9, 24, 24)
		h := label.MinSize().Height
		place(label, 0, s.Height-h-7, s.Width, h)
	}
	r.min = func() fyne.Size {
		w := max(t.skin.measure(style, t.onFace.Words).Width, t.skin.measure(style, t.offFace.Words).Width)
		return fyne.NewSize(max(86, w+18), 62)
	}
	r.refresh = func() {
		p := t.skin.Palette
		ink := p.Text
		ground.FillColor, ground.StrokeColor, ground.StrokeWidth = p.Control, p.Edge, 1
		switch {
		case t.off:
			ground.FillColor, ground.StrokeColor, ink = nil, p.Line, p.Faint
		case !t.on && t.amber:
			ground.FillColor, ground.StrokeColor, ink = p.WaitSoft, p.WaitSoft, p.Wait
		case !t.on:
			ground.FillColor, ground.StrokeWidth = nil, 0
		}
		if t.hovered && !t.off {
			ground.StrokeColor, ground.StrokeWidth = ink, 1
		}
		t.skin.paintIcon(icon, t.face().Icon, 24, ink)
		label.Text, label.Color = t.face().Words, ink
		focus.show(t.skin, t.focused && t.ringed)
		r.layout(t.Size())
	}
	r.refresh()
	return r
}
