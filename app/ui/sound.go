package ui

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// soundView is how one's own sound is treated: beside the choice of devices, in the settings and in a call. It counts at once.
type soundView struct {
	w         *Window
	content   *fyne.Container
	noise     *part.Check
	canceller *part.Choice
}

func newSoundView(w *Window, k *part.Skin) *soundView {
	v := &soundView{w: w}
	v.noise = k.NewCheck(w.t("sound.noise"), func(on bool) {
		v.change(func(s *desk.Sound) { s.LeaveNoise = !on })
	})
	v.canceller = k.NewChoice(w.t("sound.echo"), func(id string) {
		v.change(func(s *desk.Sound) { s.Canceller = cancellerOf(id) })
	})
	v.content = part.Column(14, v.canceller, v.noise)
	if w.options.EchoStays {
		v.content = part.Column(14, k.NewProse(part.SmallStyle(), w.t("sound.echoStays")))
	}
	return v
}

func (v *soundView) change(how func(*desk.Sound)) {
	s := v.w.state.Sound
	how(&s)
	v.w.post(desk.DoSound{Sound: s})
}

func (v *soundView) Render(s desk.Sound) {
	v.noise.SetOn(!s.LeaveNoise)
	options := make([]part.Option, 0, 3)
	for _, name := range desk.Cancellers() {
		options = append(options, part.Option{ID: cancellerID(name), Words: v.w.t("sound.echo." + cancellerID(name))})
	}
	v.canceller.SetOptions(options, cancellerID(s.Canceller))
}

// The best canceller has no name of its own in the settings, and one in the catalogue.
const bestCanceller = "best"

func cancellerID(name string) string {
	if name == "" {
		return bestCanceller
	}
	return name
}

func cancellerOf(id string) string {
	if id == bestCanceller {
		return ""
	}
	return id
}
