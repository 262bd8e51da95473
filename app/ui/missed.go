package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// missedSheet lists what was due while the program was closed or the machine slept. Each letter is sent or let be; the
// rows of what is left go on saying it.
type missedSheet struct{ listSheet }

func newMissedSheet(w *Window) *missedSheet { return &missedSheet{newListSheet(w, 560)} }

func (v *missedSheet) Render(s desk.State) {
	of := ""
	for _, m := range s.Missed {
		of += fmt.Sprintf("%s %d %v\n", m.Invitation, m.Number, m.CanSend)
	}
	closing := func() { v.w.post(desk.DoCloseMissed{}) }
	v.render(s, of, closing, func(k *part.Skin) (fyne.CanvasObject, fyne.Focusable) {
		w := v.w
		rows := make([]fyne.CanvasObject, len(s.Missed))
		for i, m := range s.Missed {
			rows[i] = v.row(k, m)
		}
		done := k.NewButton(part.Lined, w.t("missed.close"), closing)
		return part.Column(0,
			k.NewProse(sheetTitle(), w.t("missed.title")), gap(6), k.NewProse(part.SoftStyle(), w.t("missed.text")), gap(18),
			ruled(k, rows), gap(20), part.Row(10, part.Space(), done)), done
	})
}

// row is one letter: whose, for when, and what it was; to be sent, or let be.
func (v *missedSheet) row(k *part.Skin, m desk.MissedLetter) fyne.CanvasObject {
	w := v.w
	who := joined(m.Label, w.at(m.At))
	due := w.t("missed.due", "letter", w.t("missed.letter."+m.Letter), "when", w.at(m.Due))
	if !m.CanSend {
		return w.letterRow(k, who, due+". "+w.t("missed.over"))
	}
	return w.letterRow(k, who, due,
		letterAnswer{part.Ink, "missed.drop", desk.DoDropMissed{Invitation: m.Invitation, Number: m.Number}},
		letterAnswer{part.Quiet, "missed.send", desk.DoSendMissed{Invitation: m.Invitation, Number: m.Number}})
}
