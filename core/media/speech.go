package media

import "time"

// SpeechMode says what is done to the sound of a microphone. The zero value leaves it as it is.
type SpeechMode struct {
	Echo  bool // take out what the loudspeaker plays
	Noise bool // damp what is steady in the background
	Gain  bool // bring a quiet voice up
}

// Clean is the mode for talking.
func Clean() SpeechMode { return SpeechMode{Echo: true, Noise: true, Gain: true} }

// Speech processes a microphone's sound, with the loudspeaker's as reference. It is used by one goroutine.
type Speech interface {
	// Far takes in one Quantum of what the loudspeaker plays, in order and without holes: silence counts.
	Far(pcm []int16) error
	// Near cleans one Quantum of the microphone's, in place. delay is how much later the microphone hears a Far Quantum
	// than the newest one that has been taken in: from that Quantum's being given until its sound comes back here.
	Near(pcm []int16, delay time.Duration) error
	Set(SpeechMode) error
	Close()
}
