package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// missedSheet lists what was due while the program was closed or the machine slept. Each letter is sent or let be; the
// rows of what is left go on saying it.
type missedSheet struct {
	w     *Window
	sheet *part.Sheet
	of    string // what it was built for
}

func newMissedSheet(w *Window) *missedSheet {
	return &missedSheet{w: w, sheet: w.skin.NewSheet(560, part.Layers())}
}

func (v *missedSheet) Render(s desk.State) {
	of := ""
	for _, m := range s.Missed {
		of += fmt.Sprintf("%s %d %v\n", m.Invitation, m.Number, m.CanSend)
	}
	show := of != "" && s.Screen == desk.ScreenHome
	if !show || v.sheet.IsOpen() && v.of != of {
		v.sheet.Close()
	}
	if show && !v.sheet.IsOpen() {
		v.of = of
		v.open(s.Missed)
	}
}

func (v *missedSheet) open(missed []desk.MissedLetter) {
	w := v.w
	k := part.NewSkin(w.skin.Palette, w.fonts)
	closing := func() { w.post(desk.DoCloseMissed{}) }
	k.Canvas, k.Escape = w.canvas, closing
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	rows := make([]fyne.CanvasObject, 0, 2*len(missed))
	for i, m := range missed {
		if i > 0 {
			rows = append(rows, k.Rule())
		}
		rows = append(rows, v.row(k, m))
	}
	done := k.NewButton(part.Lined, w.t("missed.close"), closing)
	body := part.Column(0,
		k.NewProse(title, w.t("missed.title")), gap(6), k.NewProse(part.SoftStyle(), w.t("missed.text")), gap(18),
		k.Card(part.Column(0, rows...)), gap(20), part.Row(10, part.Space(), done))
	v.sheet = k.NewSheet(560, body)
	v.sheet.Open(w.canvas, done)
}

// row is one letter: whose, for when, and what it was; to be sent, or let be.
func (v *missedSheet) row(k *part.Skin, m desk.MissedLetter) fyne.CanvasObject {
	w := v.w
	due := w.t("missed.due", "letter", w.t("missed.letter."+m.Letter), "when", w.at(m.Due))
	if !m.CanSend {
		due += ". " + w.t("missed.over")
	}
	who := part.Column(2, k.NewProse(part.NameStyle(), joined(m.Label, w.at(m.At))), k.NewProse(part.SmallStyle(), due))
	if !m.CanSend {
		return part.Inset(10, 16, 10, 16, who)
	}
	send := k.NewButton(part.Quiet, w.t("missed.send"), func() { w.post(desk.DoSendMissed{Invitation: m.Invitation, Number: m.Number}) }).Sized(36, 8, 10)
	drop := k.NewButton(part.Ink, w.t("missed.drop"), func() { w.post(desk.DoDropMissed{Invitation: m.Invitation, Number: m.Number}) }).Sized(36, 8, 10)
	return part.Inset(10, 8, 10, 16, part.Row(8, part.Grow(who), part.Row(0, drop, send)))
}
