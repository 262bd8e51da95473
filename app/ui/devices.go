package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// deviceView is the choice of camera, microphone and speaker, in the settings and beside the picture of a call.
type deviceView struct {
	w       *Window
	skin    *part.Skin
	content *fyne.Container
	choices map[string]*part.Choice
	sound   *soundView
	volume  *part.Choice    // of the patient; in a call
	tries   *fyne.Container // before a call
	tried   *part.Prose
	inputs  *tryView
}

func newDeviceView(w *Window, k *part.Skin) *deviceView {
	v := &deviceView{w: w, skin: k, choices: map[string]*part.Choice{}}
	v.content = part.Column(14)
	for _, kind := range []string{"camera", "microphone", "speaker", "ring"} {
		c := k.NewChoice(w.t("devices."+kind), func(id string) { w.post(desk.DoChooseDevice{Kind: kind, ID: id}) })
		v.choices[kind] = c
		v.content.Add(c)
	}
	v.volume = k.NewChoice(w.t("sound.volume"), func(id string) {
		percent, _ := strconv.Atoi(id)
		w.post(desk.DoVolume{Percent: percent})
	})
	v.sound = newSoundView(w, k)
	v.content.Add(v.sound.content)
	v.buildTries()
	return v
}

// buildTries is what can be tried before a call.
func (v *deviceView) buildTries() {
	try := func(words string, c desk.Command) fyne.CanvasObject {
		return v.skin.NewButton(part.Lined, v.w.t(words), func() { v.w.post(c) }).Sized(40, 10, 14)
	}
	v.tried = v.skin.NewProse(part.SmallStyle(), "")
	v.inputs = newTryView(v.w, v.skin)
	v.tries = part.Column(10, v.inputs.content,
		part.Row(8, try("devices.trySpeaker", desk.DoTrySound{Kind: "speaker"}), try("devices.tryRing", desk.DoTrySound{Kind: "ring"}), part.Space()),
		part.Row(8, try("devices.tryLine", desk.DoTryLine{}), part.Space()), v.tried)
	v.content.Add(v.tries)
}

// renderTries says what came of the tries.
func (v *deviceView) renderTries(t desk.Trying) {
	w := v.w
	var said []string
	switch {
	case t.Line.Busy:
		said = append(said, w.t("devices.lineBusy"))
	case t.Line.OK:
		said = append(said, w.t("devices.lineGood", "ms", strconv.Itoa(int(t.RoundTrip.Milliseconds()))))
	}
	switch {
	case t.Sound.Busy:
		said = append(said, w.t("devices.soundBusy"))
	case t.Sound.OK:
		said = append(said, w.t("devices.soundDone"))
	}
	v.tried.Set(joined(append(said, w.problem(t.Line.Problem), w.problem(t.Sound.Problem))...))
	v.inputs.Render(t.Inputs)
	show(v.tries, w.state.Call == nil)
}

// panel is the view on a card of its own.
func (v *deviceView) panel() fyne.CanvasObject {
	body := part.Column(16, v.skin.NewLine(part.HeadStyle(), v.w.t("call.devices"), 24), v.content, v.volume)
	return v.skin.Card(v.skin.NewScroll(part.Pad(20, body)))
}

func (v *deviceView) Render(s desk.Settings) {
	v.fill("camera", s.Cameras)
	v.fill("microphone", s.Microphones)
	v.fill("speaker", s.Speakers)
	v.fill("ring", s.Rings)
	v.sound.Render(v.w.state.Sound)
	v.renderTries(s.Trying)
	if c := v.w.state.Call; c != nil {
		v.fillVolume(c.Volume)
	}
}

func (v *deviceView) fillVolume(percent int) {
	var options []part.Option
	for _, n := range []int{50, 100, 150, 200, 300, 400} {
		options = append(options, part.Option{ID: strconv.Itoa(n), Words: v.w.t("sound.percent", "percent", strconv.Itoa(n))})
	}
	v.volume.SetOptions(options, strconv.Itoa(percent))
}

func (v *deviceView) fill(kind string, devices []desk.DeviceChoice) {
	chosen := ""
	options := make([]part.Option, 0, len(devices)+1)
	for _, d := range devices {
		o := part.Option{ID: d.ID, Words: d.Name}
		if d.Missing {
			o.Words = v.w.t("devices.missing", "name", d.Name)
		}
		if d.Chosen {
			chosen = d.ID
		}
		options = append(options, o)
	}
	if len(devices) == 0 {
		options = append(options, part.Option{ID: "", Words: v.w.t("devices.none")})
	}
	v.choices[kind].SetEnabled(len(devices) > 0)
	v.choices[kind].SetOptions(options, chosen)
}
