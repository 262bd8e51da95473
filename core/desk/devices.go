package desk

import (
	"slices"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/settings"
)

// inventoryChanged: something was plugged in or out. A call takes up what is there now.
func (l *loop) inventoryChanged(i mediadevice.Inventory) {
	if slices.Equal(l.inventory, i) {
		return
	}
	l.inventory = slices.Clone(i)
	l.useDevices()
}

// chooseDevice remembers a device and uses it at once. An empty id leaves the choice to the program again.
func (l *loop) chooseDevice(kind, id string) {
	which, chosen := l.deviceOf(kind)
	if chosen == nil {
		return
	}
	have := l.inventory.Of(which)
	at := slices.IndexFunc(have, func(d mediadevice.Device) bool { return d.ID == id })
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

func (l *loop) deviceOf(kind string) (mediadevice.Kind, *settings.Device) {
	switch kind {
	case "camera":
		return mediadevice.Camera, &l.settings.Devices.Camera
	case "microphone":
		return mediadevice.Microphone, &l.settings.Devices.Microphone
	case "speaker":
		return mediadevice.Speaker, &l.settings.Devices.Speaker
	}
	return 0, nil
}

// selected is the device in use of a kind, by what is there and what was chosen.
func (l *loop) selected(kind mediadevice.Kind) mediadevice.Selection {
	chosen := [...]settings.Device{
		mediadevice.Camera: l.settings.Devices.Camera, mediadevice.Microphone: l.settings.Devices.Microphone,
		mediadevice.Speaker: l.settings.Devices.Speaker,
	}[kind]
	return mediadevice.Select(l.inventory, kind, mediadevice.Choice{ID: chosen.ID, Name: chosen.Name})
}

// devices is what a call works with now.
func (l *loop) devices() call.Devices {
	return l.Devices.Use(l.selected(mediadevice.Camera), l.selected(mediadevice.Microphone), l.selected(mediadevice.Speaker))
}

func (l *loop) useDevices() {
	if l.call != nil {
		clear(l.call.lost)
	}
	for _, g := range l.guests {
		if g.peer != nil {
			g.peer.SetDevices(l.devices())
		}
	}
}

// deviceProblem says what is wrong with one of the call's devices.
func (l *loop) deviceProblem(d call.Device) *Problem {
	kind := [...]mediadevice.Kind{
		call.Camera: mediadevice.Camera, call.Microphone: mediadevice.Microphone, call.Speaker: mediadevice.Speaker,
	}[d]
	none := [...]string{call.Camera: "noCamera", call.Microphone: "noMicrophone", call.Speaker: "noSpeaker"}[d]
	switch {
	case !l.selected(kind).Found():
		return &Problem{Code: none}
	case l.call.lost[d] != "":
		return &Problem{Code: l.call.lost[d]}
	}
	return nil
}

// choices is a drop-down: the device in use is chosen in it, and one that was chosen and is not plugged in stays.
func (l *loop) choices(kind mediadevice.Kind, remembered settings.Device) []DeviceChoice {
	have, used := l.inventory.Of(kind), l.selected(kind)
	out := make([]DeviceChoice, 0, len(have)+1)
	for _, d := range have {
		out = append(out, DeviceChoice{ID: d.ID, Name: d.Name, Chosen: used.Found() && d.ID == used.Device.ID})
	}
	if used.Missing != "" {
		out = append(out, DeviceChoice{ID: remembered.ID, Name: used.Missing, Missing: true})
	}
	return out
}
