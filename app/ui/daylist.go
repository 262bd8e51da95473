package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// draftsLine stands over the day's list while imported appointments wait to be verified, and leads through them.
type draftsLine struct {
	w       *Window
	content *fyne.Container
	words   *part.Prose
	through *part.Button
}

func newDraftsLine(w *Window) *draftsLine {
	k := w.skin
	v := &draftsLine{w: w, words: k.NewProse(part.BodyStyle(), "")}
	v.through = k.NewButton(part.Filled, w.t("import.through"), func() { w.post(desk.DoGoThrough{}) }).Sized(36, 8, 14)
	row := part.Row(12, part.Grow(v.words), v.through)
	v.content = k.Card(part.Inset(10, 12, 10, 18, row))
	v.content.Hide()
	return v
}

func (v *draftsLine) Render(s desk.State) {
	n := s.DayList.Drafts
	words := v.w.t("import.waiting", "count", strconv.Itoa(n))
	if n == 1 {
		words = v.w.t("import.waitingOne")
	}
	v.words.Set(words)
	show(v.content, n > 0)
}
