package desk

import (
	"slices"

	"legekonsultasjon/core/settings"
)

// Sound is how the doctor's own sound is treated before it is sent.
type Sound struct {
	Canceller  string // of the echo: "" the best there is, or one of Cancellers
	LeaveNoise bool   // noise suppression is off
	// HeartSound sends all that the microphone hears, as it is and at a higher rate: a stethoscope held to it is a
	// signal, not noise. It lasts as long as the call.
	HeartSound bool
}

// Cancellers are the choices of Sound.Canceller.
func Cancellers() []string { return []string{"", "aec2", "none"} }

// DoSound remembers how sound is treated, and does so at once; HeartSound counts during a call alone.
type DoSound struct{ Sound Sound }

func (DoSound) command() {}

func (l *loop) doSound(s Sound) {
	if l.call != nil {
		l.call.heartSound = s.HeartSound
	}
	want := settings.Sound{Canceller: s.Canceller, LeaveNoise: s.LeaveNoise}
	if want == l.settings.Sound || !slices.Contains(Cancellers(), s.Canceller) {
		return
	}
	l.settings.Sound = want
	l.saveSettings()
}

// viewSound is what is true now.
func (l *loop) viewSound() Sound {
	s := l.settings.Sound
	return Sound{Canceller: s.Canceller, LeaveNoise: s.LeaveNoise, HeartSound: l.call != nil && l.call.heartSound}
}
