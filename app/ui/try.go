package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// tryView tries microphone and camera in the settings: a bar that moves with the voice, and a small picture. Neither is open
// before its button is pressed, nor after the settings are left.
type tryView struct {
	w          *Window
	content    *fyne.Container
	hear, look *part.Button
	meter      *part.Meter
	words      *part.Prose
	picture    *canvas.Image
	frame      *fyne.Container
	in         desk.Inputs
}

func newTryView(w *Window, k *part.Skin) *tryView {
	v := &tryView{w: w, meter: k.NewMeter(), words: k.NewProse(part.SmallStyle(), "")}
	v.hear = k.NewButton(part.Lined, "", func() { w.post(desk.DoTryInput{Kind: "microphone", On: !v.in.Listening}) }).Sized(40, 10, 14)
	v.look = k.NewButton(part.Lined, "", func() { w.post(desk.DoTryInput{Kind: "camera", On: !v.in.Looking}) }).Sized(40, 10, 14)
	v.picture = canvas.NewImageFromImage(nil)
	v.picture.FillMode, v.picture.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleFastest
	v.frame = part.Row(0, v.picture, part.Space())
	v.content = part.Column(10, part.Row(8, v.hear, v.look, part.Space()), v.meter, v.words, v.frame)
	return v
}

const previewWidth = 320

// Levels in dBFS: below faintest nothing is heard, and the bar is full at loudest.
const faintest, loudest = -60, -6

func (v *tryView) Render(in desk.Inputs) {
	before := v.in
	v.in = in
	v.hear.SetWords(v.w.t(either(in.Listening, "devices.hearStop", "devices.hear")))
	v.look.SetWords(v.w.t(either(in.Looking, "devices.lookStop", "devices.look")))
	words, share := "", 0.0
	switch {
	case in.Problem != nil:
		words = v.w.problem(in.Problem)
	case in.Listening && in.Level == 0, in.Looking && in.Picture == nil:
		words = v.w.t("devices.opening")
	case in.Listening && in.Level < faintest:
		words = v.w.t("devices.silent")
	case in.Listening:
		words = v.w.t("devices.speak")
	}
	if in.Listening && in.Level != 0 {
		share = (in.Level - faintest) / (loudest - faintest)
	}
	v.words.Set(words)
	v.meter.Set(share)
	show(v.meter, in.Listening)
	show(v.words, words != "")
	show(v.frame, in.Picture != nil)
	if in.Picture != before.Picture {
		v.picture.Image = nil // not an interface that holds no picture
		if p := in.Picture; p != nil {
			v.picture.Image = p
			v.picture.SetMinSize(fyne.NewSize(previewWidth, previewWidth*float32(p.Rect.Dy())/float32(p.Rect.Dx())))
		}
		v.picture.Refresh()
	}
}

func either(yes bool, one, other string) string {
	if yes {
		return one
	}
	return other
}
