package mediadevice_test

import (
	"testing"

	. "legekonsultasjon/core/mediadevice"
)

var (
	webcam  = Device{Kind: Microphone, ID: "m1", Name: "HD Webcam", Default: true}
	desk    = Device{Kind: Microphone, ID: "m2", Name: "USB Audio"}
	headset = Device{Kind: Microphone, ID: "m3", Name: "Jabra Evolve 30"}
	monitor = Device{Kind: Microphone, ID: "m4", Name: "Monitor of Headset", Monitor: true}
	onlyMon = Device{Kind: Microphone, ID: "m5", Name: "Monitor of mic", Monitor: true, Default: true}
	speaker = Device{Kind: Speaker, ID: "s1", Name: "HDMI"}
	camera  = Device{Kind: Camera, ID: "c1", Name: "Headset camera"}
)

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		name    string
		there   Inventory
		kind    Kind
		choice  Choice
		id      string
		reason  Reason
		missing string
	}{
		{"nothing is there", nil, Microphone, Choice{}, "", None, ""},
		{"only other kinds are there", Inventory{speaker, camera}, Microphone, Choice{}, "", None, ""},
		{"the default", Inventory{desk, webcam}, Microphone, Choice{}, "m1", Default, ""},
		{"a headset beats the default", Inventory{webcam, desk, headset}, Microphone, Choice{}, "m3", Headset, ""},
		{"a monitor is no headset", Inventory{monitor, desk}, Microphone, Choice{}, "m2", First, ""},
		{"a default monitor, for want of better", Inventory{onlyMon}, Microphone, Choice{}, "m5", Default, ""},
		{"another monitor is nobody's microphone", Inventory{monitor}, Microphone, Choice{}, "", None, ""},
		{"a camera is chosen without its name", Inventory{speaker, camera}, Camera, Choice{}, "c1", First, ""},
		{"the doctor chose", Inventory{webcam, desk, headset}, Microphone, Remember(desk), "m2", Chosen, ""},
		{"it is in another socket now", Inventory{webcam, desk}, Microphone, Choice{ID: "old", Name: "USB Audio"}, "m2", Moved, ""},
		{"it is gone, and said so", Inventory{webcam, desk}, Microphone, Remember(headset), "m1", Default, "Jabra Evolve 30"},
		{"it is gone with all others", nil, Microphone, Remember(headset), "", None, "Jabra Evolve 30"},
		{"a monitor, if chosen", Inventory{webcam, monitor}, Microphone, Remember(monitor), "m4", Chosen, ""},
		{"none is wanted", Inventory{camera}, Camera, Choice{Off: true}, "", Off, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Select(c.there, c.kind, c.choice)
			if s.Device.ID != c.id || s.Reason != c.reason || s.Missing != c.missing || s.Found() != (c.id != "") {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestSelectRing(t *testing.T) {
	jabra := Device{Kind: Speaker, ID: "s2", Name: "Jabra Evolve 30", Default: true}
	loud := Device{Kind: Speaker, ID: "s3", Name: "Innebygd"}
	for name, c := range map[string]struct {
		there   Inventory
		choice  Choice
		id      string
		missing string
	}{
		"not the headset":                  {Inventory{jabra, loud}, Choice{}, "s3", ""},
		"the headset, for want of another": {Inventory{jabra, desk}, Choice{}, "s2", ""},
		"the one that was chosen":          {Inventory{jabra, loud}, Remember(jabra), "s2", ""},
		"the one that was chosen is gone":  {Inventory{jabra, loud}, Remember(speaker), "s3", "HDMI"},
		"there is no speaker":              {Inventory{desk}, Choice{}, "", ""},
	} {
		if s := SelectRing(c.there, c.choice); s.Device.ID != c.id || s.Missing != c.missing {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestOfPutsMonitorsLast(t *testing.T) {
	got := Inventory{monitor, speaker, desk}.Of(Microphone)
	if len(got) != 2 || got[0].ID != "m2" || got[1].ID != "m4" {
		t.Errorf("got %+v", got)
	}
}
