package ui

import (
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// questionSheet asks for one decision. The keyboard begins on the answer that changes nothing, and Escape is that answer.
type questionSheet struct {
	w     *Window
	sheet *part.Sheet
	code  string
}

func newQuestionSheet(w *Window) *questionSheet {
	return &questionSheet{w: w, sheet: w.skin.NewSheet(460, part.Layers())}
}

func (v *questionSheet) Render(s desk.State) {
	q := s.Question
	if q == nil || v.sheet.IsOpen() && v.code != q.Code {
		v.sheet.Close()
	}
	if q != nil && !v.sheet.IsOpen() {
		v.open(q)
	}
}

func (v *questionSheet) open(q *desk.Question) {
	w := v.w
	v.code = q.Code
	k := part.NewSkin(w.skin.Palette, w.fonts)
	k.Canvas = w.canvas
	if w.state.Screen == desk.ScreenCall {
		k.Palette = w.night.Palette
	}
	words := func(part string) string { return w.words.Text("question."+q.Code+"."+part, q.Args) }
	answer := func(c desk.Command) func() {
		return func() {
			if c != nil {
				w.post(c)
			} else {
				w.post(desk.DoDismiss{})
			}
		}
	}
	k.Escape = answer(q.No)
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	no := k.NewButton(part.Lined, words("no"), answer(q.No))
	yes := k.NewButton(part.Filled, words("yes"), answer(q.Yes))
	body := part.Column(0, k.NewProse(title, words("title")), gap(8), k.NewProse(part.SoftStyle(), words("text")), gap(22),
		part.Row(10, part.Space(), no, yes))
	v.sheet = k.NewSheet(460, body)
	v.sheet.Open(w.canvas, no)
}
