package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// patientSheet shows all that the book knows of one patient: each appointment with every letter and how far it came. From
// here a copy is saved, and all of it erased.
type patientSheet struct{ listSheet }

func newPatientSheet(w *Window) *patientSheet { return &patientSheet{newListSheet(w, 600)} }

func (v *patientSheet) Render(s desk.State) {
	of, p := "", s.Patient
	if p != nil {
		of = fmt.Sprintf("%+v %v", *p, p.Problem)
	}
	closing := func() { v.w.post(desk.DoClosePatient{}) }
	v.render(s, of, closing, func(k *part.Skin) (fyne.CanvasObject, fyne.Focusable) { return v.build(k, p, closing) })
}

func (v *patientSheet) build(k *part.Skin, p *desk.Patient, closing func()) (body fyne.CanvasObject, first fyne.Focusable) {
	w := v.w
	rows := make([]fyne.CanvasObject, len(p.Times))
	for i, t := range p.Times {
		rows[i] = v.time(k, t)
	}
	objects := []fyne.CanvasObject{
		k.NewProse(sheetTitle(), w.t("patient.title")), gap(4), k.NewProse(part.NameStyle(), joined(p.Label, p.Detail)), gap(6),
		k.NewProse(part.SoftStyle(), w.t("patient.text")), gap(16), ruled(k, rows), gap(14),
	}
	if words, tone := v.said(p); words != "" {
		objects = append(objects, k.NewProse(part.SmallStyle().With(tone), words), gap(14))
	}
	erase := k.NewButton(part.Ink, w.t("patient.erase"), func() { w.post(desk.DoErasePatient{}) })
	erase.SetEnabled(p.CanErase)
	save := k.NewButton(part.Lined, w.t("patient.save"), func() { w.post(desk.DoSavePatient{}) })
	done := k.NewButton(part.Lined, w.t("patient.close"), closing)
	return part.Column(0, append(objects, part.Row(10, erase, part.Space(), save, done))...), done
}

// said is what came of the buttons, or why there is nothing to erase yet.
func (v *patientSheet) said(p *desk.Patient) (words string, tone part.Tone) {
	switch {
	case p.Problem != nil:
		return v.w.problem(p.Problem), part.Stop
	case p.Saved != "":
		return v.w.t("patient.saved", "file", p.Saved), part.Ok
	case !p.CanErase:
		return v.w.t("patient.notYet"), part.Soft
	}
	return "", part.Soft
}

// time is one appointment and its letters.
func (v *patientSheet) time(k *part.Skin, t desk.PatientTime) fyne.CanvasObject {
	w := v.w
	lines := []fyne.CanvasObject{
		part.Row(10, part.Grow(k.NewLine(part.NameStyle(), firstUpper(w.at(t.At)), 24)), k.NewLine(part.SmallStyle(), w.t("day.status."+string(t.Status)), 0)),
	}
	if t.Note != "" {
		lines = append(lines, k.NewProse(part.SmallStyle(), t.Note))
	}
	for _, l := range t.Letters {
		words := joined(w.t("missed.letter."+l.Letter), w.t("patient.way."+l.Way), w.t("patient.state."+l.State, "when", w.at(l.At)))
		if l.Reason != "" {
			words += ": " + w.t(l.Reason)
		}
		lines = append(lines, k.NewProse(part.SmallStyle().With(toneOf(l.State)), words))
	}
	return part.Inset(10, 16, 10, 16, part.Column(3, lines...))
}

// toneOf colours what needs a look.
func toneOf(state string) part.Tone {
	switch state {
	case "failed":
		return part.Stop
	case "unsure", "late":
		return part.Wait
	}
	return part.Soft
}
