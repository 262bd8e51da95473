package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// unsureSheet lists the letters of which nobody knows whether they went, as after a power cut: each can be answered for
// by itself, and all at once. The keyboard begins on the answer that sends nothing; without an answer it stays.
type unsureSheet struct{ listSheet }

func newUnsureSheet(w *Window) *unsureSheet { return &unsureSheet{newListSheet(w, 600)} }

func (v *unsureSheet) Render(s desk.State) {
	of := ""
	for _, u := range s.Unsure {
		of += fmt.Sprintf("%s %q\n", u.Invitation, u.Letters)
	}
	v.render(s, of, nil, func(k *part.Skin) (fyne.CanvasObject, fyne.Focusable) {
		w := v.w
		rows := make([]fyne.CanvasObject, len(s.Unsure))
		for i, u := range s.Unsure {
			rows[i] = v.row(k, u)
		}
		keep := k.NewButton(part.Lined, w.t("unsure.keepAll"), func() { w.post(desk.DoUnsureAll{}) })
		again := k.NewButton(part.Lined, w.t("unsure.againAll"), func() { w.post(desk.DoUnsureAll{Again: true}) })
		return part.Column(0,
			k.NewProse(sheetTitle(), w.t("unsure.title", "count", fmt.Sprint(len(s.Unsure)))), gap(6), k.NewProse(part.SoftStyle(), w.t("unsure.text")), gap(18),
			part.Row(10, part.Space(), again, keep), gap(16), ruled(k, rows)), keep
	})
}

// row is one patient: whose, for when, and what may have gone.
func (v *unsureSheet) row(k *part.Skin, u desk.UnsurePatient) fyne.CanvasObject {
	w := v.w
	letters := make([]string, len(u.Letters))
	for i, l := range u.Letters {
		letters[i] = w.t("missed.letter." + l)
	}
	return w.letterRow(k, joined(u.Label, w.at(u.At)), strings.Join(letters, ", "),
		letterAnswer{part.Ink, "unsure.keep", desk.DoLetBe{Invitation: u.Invitation}},
		letterAnswer{part.Quiet, "unsure.again", desk.DoResend{Invitation: u.Invitation}})
}
