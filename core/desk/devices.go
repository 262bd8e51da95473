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
	l.gear.faults.Seen(i)
	l.useDevices()
}

// gear is what the desk knows of the devices beyond the inventory.
type gear struct {
	faults mediadevice.Faults
	used   map[mediadevice.Kind]mediadevice.Device // by the last call of Use
}

// deviceFailed: another one takes its place at once, if there is one; else it is tried again in a while.
func (l *loop) deviceFailed(d call.Device) {
	kind := kindOf(d)
	if used, ok := l.gear.used[kind]; ok {
		l.gear.faults.Failed(kind, used.ID, l.now())
		l.Log.Info("a device failed", "kind", deviceNames[kind])
		if l.selected(kind).Device.ID != used.ID {
			l.useDevices()
		}
	}
}

// retryDevices opens devices that failed once more, and goes back to better ones that may work again.
func (l *loop) retryDevices() {
	if l.call == nil {
		return
	}
	again := false
	for kind, used := range l.gear.used {
		if l.selected(kind).Device.ID != used.ID || l.gear.faults.Due(kind, used.ID, l.now()) {
			again = true
		}
	}
	if again {
		l.useDevices()
	}
}

// deviceNames are the words of the log and of commands.
var deviceNames = map[mediadevice.Kind]string{
	mediadevice.Camera: "camera", mediadevice.Microphone: "microphone", mediadevice.Speaker: "speaker",
}

func kindOf(d call.Device) mediadevice.Kind {
	return [...]mediadevice.Kind{
		call.Camera: mediadevice.Camera, call.Microphone: mediadevice.Microphone, call.Speaker: mediadevice.Speaker,
	}[d]
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
	case "ring":
		return mediadevice.Speaker, &l.settings.Devices.Ring
	}
	return 0, nil
}

// selected is the device in use of a kind, by what is there and what was chosen.
func (l *loop) selected(kind mediadevice.Kind) mediadevice.Selection {
	chosen := [...]settings.Device{
		mediadevice.Camera: l.settings.Devices.Camera, mediadevice.Microphone: l.settings.Devices.Microphone,
		mediadevice.Speaker: l.settings.Devices.Speaker,
	}[kind]
	there := l.gear.faults.Sound(l.inventory, l.now())
	return mediadevice.Select(there, kind, mediadevice.Choice{ID: chosen.ID, Name: chosen.Name})
}

// devices is what a call works with now.
func (l *loop) devices() call.Devices {
	used := map[mediadevice.Kind]mediadevice.Device{}
	var selections [3]mediadevice.Selection
	for kind := range deviceNames {
		selections[kind] = l.selected(kind)
		if selections[kind].Found() {
			used[kind] = selections[kind].Device
		}
	}
	l.gear.used = used
	return l.Devices.Use(selections[mediadevice.Camera], selections[mediadevice.Microphone], selections[mediadevice.Speaker])
}

// useDevices hands the devices of now to every call, and says which ones are others than before.
func (l *loop) useDevices() {
	before := l.gear.used
	devices := l.devices()
	for _, g := range l.guests {
		if g.peer != nil {
			g.peer.SetDevices(devices)
		}
	}
	if l.call != nil {
		l.tellDevices(before)
	}
}

// tellDevices says in one line what is used instead of what.
func (l *loop) tellDevices(before map[mediadevice.Kind]mediadevice.Device) {
	changed := map[mediadevice.Kind]bool{}
	for kind := range deviceNames {
		now, there := l.gear.used[kind]
		was, had := before[kind]
		if changed[kind] = there && had && now.ID != was.ID; changed[kind] || !had {
			delete(l.call.lost, callDevice(kind))
		}
	}
	microphone, speaker := l.gear.used[mediadevice.Microphone].Name, l.gear.used[mediadevice.Speaker].Name
	switch {
	case changed[mediadevice.Microphone] && changed[mediadevice.Speaker]:
		l.tell(Notice{Code: "soundNow", Args: map[string]string{"microphone": microphone, "speaker": speaker}})
	case changed[mediadevice.Microphone]:
		l.tell(Notice{Code: "microphoneNow", Args: map[string]string{"name": microphone}})
	case changed[mediadevice.Speaker]:
		l.tell(Notice{Code: "speakerNow", Args: map[string]string{"name": speaker}})
	case changed[mediadevice.Camera]:
		l.tell(Notice{Code: "cameraNow", Args: map[string]string{"name": l.gear.used[mediadevice.Camera].Name}})
	}
}

func callDevice(kind mediadevice.Kind) call.Device {
	return [...]call.Device{
		mediadevice.Camera: call.Camera, mediadevice.Microphone: call.Microphone, mediadevice.Speaker: call.Speaker,
	}[kind]
}

// deviceProblem says what is wrong with one of the call's devices.
func (l *loop) deviceProblem(d call.Device) *Problem {
	kind := kindOf(d)
	none := [...]string{call.Camera: "noCamera", call.Microphone: "noMicrophone", call.Speaker: "noSpeaker"}[d]
	switch {
	case !l.selected(kind).Found():
		return &Problem{Code: none}
	case l.call.lost[d] != "" && l.gear.faults.Standing(kind, l.gear.used[kind].ID, l.now()):
		return &Problem{Code: l.call.lost[d]}
	}
	return nil
}

// ring is the speaker that the chime rings on.
func (l *loop) ring() mediadevice.Selection {
	chosen := l.settings.Devices.Ring
	return mediadevice.SelectRing(l.inventory, mediadevice.Choice{ID: chosen.ID, Name: chosen.Name})
}

// choices is a drop-down: the device in use is chosen in it, and one that was chosen and is not plugged in stays.
func (l *loop) choices(kind mediadevice.Kind, used mediadevice.Selection, remembered settings.Device) []DeviceChoice {
	have := l.inventory.Of(kind)
	out := make([]DeviceChoice, 0, len(have)+1)
	for _, d := range have {
		out = append(out, DeviceChoice{ID: d.ID, Name: d.Name, Chosen: used.Found() && d.ID == used.Device.ID})
	}
	if used.Missing != "" {
		out = append(out, DeviceChoice{ID: remembered.ID, Name: used.Missing, Missing: true})
	}
	return out
}
