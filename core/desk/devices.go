package desk

import (
	"slices"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/settings"
)

// inventoryChanged: something was plugged in or out. A call takes up what is there now.
func (l *loop) inventoryChanged(i Inventory) {
	before := l.inventory
	l.inventory = i
	if slices.Equal(before.Cameras, i.Cameras) && slices.Equal(before.Microphones, i.Microphones) &&
		slices.Equal(before.Speakers, i.Speakers) {
		return
	}
	l.useDevices()
}

// chooseDevice remembers a device and uses it at once.
func (l *loop) chooseDevice(kind, id string) {
	var have []Device
	var chosen *settings.Device
	switch kind {
	case "camera":
		have, chosen = l.inventory.Cameras, &l.settings.Devices.Camera
	case "microphone":
		have, chosen = l.inventory.Microphones, &l.settings.Devices.Microphone
	case "speaker":
		have, chosen = l.inventory.Speakers, &l.settings.Devices.Speaker
	default:
		return
	}
	at := slices.IndexFunc(have, func(d Device) bool { return d.ID == id })
	switch {
	case at >= 0:
		*chosen = settings.Device{ID: id, Name: have[at].Name}
	case id == "":
		*chosen = settings.Device{}
	default:
		return
	}
	l.saveSettings()
	l.useDevices()
}

func (l *loop) useDevices() {
	d := l.settings.Devices
	if l.call != nil {
		l.call.lost = map[call.Device]string{}
	}
	for _, g := range l.guests {
		if g.peer != nil {
			g.peer.SetDevices(l.Devices.Use(d.Camera.ID, d.Microphone.ID, d.Speaker.ID))
		}
	}
}

// deviceProblem says what is wrong with one of the call's devices.
func (l *loop) deviceProblem(d call.Device) *Problem {
	have := [...][]Device{call.Camera: l.inventory.Cameras, call.Microphone: l.inventory.Microphones, call.Speaker: l.inventory.Speakers}
	none := [...]string{call.Camera: "noCamera", call.Microphone: "noMicrophone", call.Speaker: "noSpeaker"}
	switch {
	case len(have[d]) == 0:
		return &Problem{Code: none[d]}
	case l.call.lost[d] != "":
		return &Problem{Code: l.call.lost[d]}
	}
	return nil
}

// choices is a drop-down: the remembered device stays in it when it is not plugged in.
func choices(have []Device, chosen settings.Device) []DeviceChoice {
	out := make([]DeviceChoice, 0, len(have)+1)
	found := chosen.ID == ""
	for _, d := range have {
		out = append(out, DeviceChoice{ID: d.ID, Name: d.Name, Chosen: d.ID == chosen.ID})
		found = found || d.ID == chosen.ID
	}
	if !found {
		out = append(out, DeviceChoice{ID: chosen.ID, Name: chosen.Name, Chosen: true, Missing: true})
	}
	return out
}
