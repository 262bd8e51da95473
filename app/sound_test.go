package app

import (
	"testing"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
)

func TestHowSoundIsTreated(t *testing.T) {
	for _, c := range []struct {
		name  string
		sound desk.Sound
		mode  media.SpeechMode
		flat  bool
	}{
		{"as it comes", desk.Sound{}, media.SpeechMode{Echo: true, Noise: true, Gain: true}, false},
		{"noise is left", desk.Sound{LeaveNoise: true}, media.SpeechMode{Echo: true, Gain: true}, false},
		{"echo is left", desk.Sound{Canceller: "none"}, media.SpeechMode{Noise: true, Gain: true}, false},
		{"a heart", desk.Sound{HeartSound: true, Canceller: "aec2"}, media.SpeechMode{}, true},
	} {
		var s treatment
		if s.mode() != media.Clean() || s.flat() {
			t.Error("nothing said is not the default")
		}
		s.set(c.sound)
		if got := s.mode(); got != c.mode || s.flat() != c.flat {
			t.Errorf("%s: %+v, flat %v", c.name, got, s.flat())
		}
	}
}
