package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// unsureSheet lists the letters of which nobody knows whether they went, as after a power cut: each can be answered for
// by itself, and all at once. The keyboard begins on the answer that sends nothing.
type unsureSheet struct {
	w     *Window
	sheet *part.Sheet
	of    string // what it was built for
}

func newUnsureSheet(w *Window) *unsureSheet {
	return &unsureSheet{w: w, sheet: w.skin.NewSheet(600, part.Layers())}
}

func (v *unsureSheet) Render(s desk.State) {
	of := ""
	for _, u := range s.Unsure {
		of += fmt.Sprintf("%s %q\n", u.Invitation, u.Letters)
	}
	show := of != "" && s.Screen == desk.ScreenHome
	if v.sheet.IsOpen() && (!show || v.of != of) {
		v.sheet.Close()
	}
	if show && !v.sheet.IsOpen() {
		v.of = of
		v.open(s.Unsure)
	}
}

func (v *unsureSheet) open(all []desk.UnsurePatient) {
	w := v.w
	k := part.NewSkin(w.skin.Palette, w.fonts)
	k.Canvas = w.canvas
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	rows := make([]fyne.CanvasObject, 0, 2*len(all))
	for i, u := range all {
		if i > 0 {
			rows = append(rows, k.Rule())
		}
		rows = append(rows, v.row(k, u))
	}
	keep := k.NewButton(part.Lined, w.t("unsure.keepAll"), func() { w.post(desk.DoUnsureAll{}) })
	again := k.NewButton(part.Lined, w.t("unsure.againAll"), func() { w.post(desk.DoUnsureAll{Again: true}) })
	buttons := part.Row(10, part.Space(), again, keep)
	body := part.Column(0,
		k.NewProse(title, w.t("unsure.title", "count", fmt.Sprint(len(all)))), gap(6), k.NewProse(part.SoftStyle(), w.t("unsure.text")), gap(18),
		buttons, gap(16), k.Card(part.Column(0, rows...)))
	v.sheet = k.NewSheet(600, body)
	v.sheet.Open(w.canvas, keep)
}

// row is one patient: whose, for when, and what may have gone.
func (v *unsureSheet) row(k *part.Skin, u desk.UnsurePatient) fyne.CanvasObject {
	w := v.w
	letters := make([]string, len(u.Letters))
	for i, l := range u.Letters {
		letters[i] = w.t("missed.letter." + l)
	}
	who := part.Column(2, k.NewProse(part.NameStyle(), joined(u.Label, w.at(u.At))), k.NewProse(part.SmallStyle(), strings.Join(letters, ", ")))
	again := k.NewButton(part.Quiet, w.t("unsure.again"), func() { w.post(desk.DoResend{Invitation: u.Invitation}) }).Sized(36, 8, 10)
	keep := k.NewButton(part.Ink, w.t("unsure.keep"), func() { w.post(desk.DoLetBe{Invitation: u.Invitation}) }).Sized(36, 8, 10)
	return part.Inset(10, 8, 10, 16, part.Row(8, part.Grow(who), part.Row(0, keep, again)))
}
