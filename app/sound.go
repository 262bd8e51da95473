package app

import (
	"sync/atomic"

	"legekonsultasjon/app/driver/audio"
	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/speech"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
)

// treatment is how the doctor's sound is treated, as the desk's newest state says; the threads of sound read it.
type treatment struct{ newest atomic.Pointer[desk.Sound] }

func (t *treatment) set(s desk.Sound) { t.newest.Store(&s) }

func (t *treatment) now() desk.Sound {
	if s := t.newest.Load(); s != nil {
		return *s
	}
	return desk.Sound{}
}

// flat says that all sound is to be sent as it is.
func (t *treatment) flat() bool { return t.now().HeartSound }

func (t *treatment) mode() media.SpeechMode {
	s := t.now()
	if s.HeartSound {
		return media.SpeechMode{}
	}
	m := media.Clean()
	m.Echo = speech.Engine(s.Canceller) != speech.None
	m.Noise = !s.LeaveNoise
	return m
}

// engine does the work; without a canceller noise and level remain to be seen to.
func (t *treatment) engine() string {
	if e := t.now().Canceller; e != "" && e != string(speech.None) {
		return e
	}
	return string(speech.Default)
}

// speech is what a call's microphone goes through.
func (t *treatment) speech() audio.Speech {
	return audio.Speech{Mode: t.mode, Engine: t.engine, New: func(m media.SpeechMode) (media.Speech, error) {
		return speech.New(speech.Engine(t.engine()), m)
	}}
}

// encoder makes the encoders of this sound.
func (t *treatment) encoder() func() (media.AudioEncoder, error) { return opus.NewEncoderFor(t.flat) }
