package ui

import (
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
}

func newDeviceView(w *Window, k *part.Skin) *deviceView {
	v := &deviceView{w: w, skin: k, choices: map[string]*part.Choice{}}
	v.content = part.Column(14)
	for _, kind := range []string{"camera", "microphone", "speaker"} {
		c := k.NewChoice(w.t("devices."+kind), func(id string) { w.post(desk.DoChooseDevice{Kind: kind, ID: id}) })
		v.choices[kind] = c
		v.content.Add(c)
	}
	v.sound = newSoundView(w, k)
	v.content.Add(v.sound.content)
	return v
}

// panel is the view on a card of its own.
func (v *deviceView) panel() fyne.CanvasObject {
	body := part.Column(16, v.skin.NewLine(part.HeadStyle(), v.w.t("call.devices"), 24), v.content)
	return v.skin.Card(v.skin.NewScroll(part.Pad(20, body)))
}

func (v *deviceView) Render(s desk.Settings) {
	v.fill("camera", s.Cameras)
	v.fill("microphone", s.Microphones)
	v.fill("speaker", s.Speakers)
	v.sound.Render(v.w.state.Sound)
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
