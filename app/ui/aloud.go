package ui

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// aloudSheet shows address, code and PIN for the telephone, the PIN in pairs of digits.
type aloudSheet struct {
	w     *Window
	sheet *part.Sheet
}

func newAloudSheet(w *Window) *aloudSheet {
	return &aloudSheet{w: w, sheet: w.skin.NewSheet(520, part.Layers())}
}

func (v *aloudSheet) Render(s desk.State) {
	switch {
	case s.ReadAloud == nil:
		v.sheet.Close()
	case !v.sheet.IsOpen():
		v.open(s.ReadAloud)
	}
}

func (v *aloudSheet) open(d *desk.ReadAloud) {
	w := v.w
	k := part.NewSkin(w.skin.Palette, w.fonts)
	k.Canvas = w.canvas
	closing := func() { w.post(desk.DoCloseReadAloud{}) }
	k.Escape = closing
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	said := func(key, words string, size float32) fyne.CanvasObject {
		style := part.Style{Size: size, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.35}
		return part.Column(2, k.NewLine(part.LabelStyle(), w.t(key), 24), k.NewProse(style, words))
	}
	done := k.NewButton(part.Lined, w.t("aloud.close"), closing)
	body := part.Column(0,
		k.NewProse(title, w.t("aloud.title")), gap(4), k.NewLine(part.NameStyle(), d.Label, 24), gap(6),
		k.NewProse(part.SoftStyle(), w.t("aloud.text")), gap(18),
		part.Layers(k.NewPlate(part.RaisedTone, part.LineTone, 14), part.Pad(18, part.Column(12,
			said("aloud.host", d.Host, theme.Large), said("aloud.code", spread(d.Code), theme.Large),
			said("aloud.pin", pairs(d.PIN), theme.Display)))),
		gap(20), part.Row(10, part.Space(), done))
	v.sheet = k.NewSheet(520, body)
	v.sheet.Open(w.canvas, done)
}
