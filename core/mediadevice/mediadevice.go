// Package mediadevice decides which camera, microphone and speaker to use: an inventory of what is there, what the doctor
// chose earlier, and from both a selection that can be explained. It is pure; drivers make the inventory.
package mediadevice

import (
	"slices"
	"strings"
)

// Kind of a device.
type Kind int

// The kinds of devices.
const (
	Camera Kind = iota
	Microphone
	Speaker
)

// Device is something that can be opened.
type Device struct {
	Kind    Kind
	ID      string // for opening and remembering; means nothing to people
	Name    string // for people, as the system calls it
	Default bool   // the system's own choice
	Monitor bool   // a microphone that hears a speaker's sound: never chosen unasked
}

// Inventory is what is there now, in the system's order.
type Inventory []Device

// Of is the part of the inventory that is of one kind, monitors last.
func (inv Inventory) Of(kind Kind) Inventory {
	var out Inventory
	for _, monitor := range []bool{false, true} {
		for _, d := range inv {
			if d.Kind == kind && d.Monitor == monitor {
				out = append(out, d)
			}
		}
	}
	return out
}

// Choice is what the doctor chose and the settings remember. The zero value leaves it to the program.
type Choice struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"` // to find it again in another socket, and to say what is missing
	Off  bool   `json:"off,omitempty"`  // chosen to use none
}

// Automatic reports whether nothing was chosen.
func (c Choice) Automatic() bool { return c == Choice{} }

// Remember is the choice of d.
func Remember(d Device) Choice { return Choice{ID: d.ID, Name: d.Name} }

// Reason says why a device was selected.
type Reason string

// The reasons, from the best to none.
const (
	Chosen  Reason = "chosen"  // the device that the doctor chose
	Moved   Reason = "moved"   // the same by name, under another id
	Headset Reason = "headset" // nothing chosen, and a headset is there
	Default Reason = "default" // nothing chosen: the system's own choice
	First   Reason = "first"   // nothing chosen, and the system has no choice
	Off     Reason = "off"     // chosen to use none
	None    Reason = "none"    // there is none
)

// Selection is the outcome.
type Selection struct {
	Device  Device // zero for Off and None
	Reason  Reason
	Missing string // the name of the chosen device, if it is not there and another stands in for it or none can
}

// Found reports whether there is a device to open.
func (s Selection) Found() bool { return s.Reason != Off && s.Reason != None }

// Select picks a device of a kind.
func Select(inv Inventory, kind Kind, choice Choice) Selection {
	if choice.Off {
		return Selection{Reason: Off}
	}
	candidates := inv.Of(kind)
	if s, ok := remembered(candidates, choice); ok {
		return s
	}
	s := automatic(candidates, kind)
	if !choice.Automatic() {
		s.Missing = choice.Name
	}
	return s
}

// SelectRing picks the speaker that the chime rings on: not a headset, which lies on the desk while nobody calls.
func SelectRing(inv Inventory, choice Choice) Selection {
	candidates := inv.Of(Speaker)
	if s, ok := remembered(candidates, choice); ok {
		return s
	}
	aloud := slices.DeleteFunc(slices.Clone(candidates), IsHeadset)
	s := automatic(aloud, Camera) // no headset is looked for
	if !s.Found() {
		s = automatic(candidates, Speaker)
	}
	if !choice.Automatic() {
		s.Missing = choice.Name
	}
	return s
}

func remembered(candidates Inventory, choice Choice) (Selection, bool) {
	if choice.Automatic() {
		return Selection{}, false
	}
	for _, d := range candidates {
		if d.ID == choice.ID {
			return Selection{Device: d, Reason: Chosen}, true
		}
	}
	for _, d := range candidates {
		if choice.Name != "" && d.Name == choice.Name {
			return Selection{Device: d, Reason: Moved}, true
		}
	}
	return Selection{}, false
}

func automatic(candidates Inventory, kind Kind) Selection {
	if kind != Camera {
		if d, ok := first(candidates, IsHeadset); ok {
			return Selection{Device: d, Reason: Headset}
		}
	}
	if d, ok := first(candidates, func(d Device) bool { return d.Default && !d.Monitor }); ok {
		return Selection{Device: d, Reason: Default}
	}
	if d, ok := first(candidates, func(d Device) bool { return !d.Monitor }); ok {
		return Selection{Device: d, Reason: First}
	}
	// Only monitors: the system made one of them the default on purpose, or there is no microphone.
	if d, ok := first(candidates, func(d Device) bool { return d.Default }); ok {
		return Selection{Device: d, Reason: Default}
	}
	return Selection{Reason: None}
}

// first prefers the default among those that fit.
func first(candidates Inventory, fits func(Device) bool) (Device, bool) {
	for _, d := range candidates {
		if d.Default && fits(d) {
			return d, true
		}
	}
	i := slices.IndexFunc(candidates, fits)
	if i < 0 {
		return Device{}, false
	}
	return candidates[i], true
}

// headsetWords are in the names that systems give to headsets, in the languages of the program and as brands do.
var headsetWords = [...]string{"headset", "hodesett", "hovudsett", "headphone", "hodetelefon", "hands-free", "handsfree",
	"jabra", "plantronics", "poly blackwire", "poly voyager", "epos", "sennheiser sc", "airpods"}

// IsHeadset reports whether a microphone or speaker sounds like a headset by its name.
func IsHeadset(d Device) bool {
	if d.Kind == Camera || d.Monitor {
		return false
	}
	name := strings.ToLower(d.Name)
	for _, w := range headsetWords {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
