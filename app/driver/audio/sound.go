// Package audio plays and records with the computer's sound devices through miniaudio: PulseAudio or PipeWire, else ALSA,
// on Linux; WASAPI on Windows; Core Audio on macOS.
//
// Every Run opens a connection to the sound system of its own, so that one that broke is not kept. The callbacks of the
// sound system only move samples through small queues: they allocate nothing and wait for nothing. Opening and closing
// happen in goroutines of their own with a time limit, since sound systems hang.
package audio

import (
	"context"
	"log/slog"
	"time"

	"legekonsultasjon/core/media"
)

// System is the computer's sound.
type System struct {
	clock     media.Clock
	log       *slog.Logger
	reference *reference
}

// New returns the computer's sound; nothing is opened yet.
func New(clock media.Clock, log *slog.Logger) *System {
	return &System{clock: clock, log: log, reference: newReference()}
}

// Source is the microphone with the given id; "" is the system's default.
func (s *System) Source(id string) media.AudioSource { return &source{system: s, id: id} }

// Sink is the speaker with the given id; "" is the system's default.
func (s *System) Sink(id string) media.AudioSink { return &sink{system: s, id: id} }

// PlayPCM plays mono sound at media.SampleRate on the speaker with the given id, such as a chime, and returns when it has
// been heard, ctx has ended or the speaker has failed.
func (s *System) PlayPCM(ctx context.Context, id string, pcm []int16) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rest := tail
	return s.Sink(id).Run(ctx, func(out []int16) {
		n := copy(out, pcm)
		pcm = pcm[n:]
		clear(out[n:])
		if len(pcm) > 0 {
			return
		}
		if rest--; rest == 0 {
			cancel()
		}
	})
}

// tail is how many Quanta of silence follow a chime, so that its end has left the queues before the device is closed.
const tail = 12

const (
	openLimit  = 3 * time.Second
	closeLimit = 2 * time.Second
	// brokenLimit is the same for a device that has failed: its sound system hardly answers, and somebody wants to know.
	brokenLimit = 100 * time.Millisecond
	// stallLimit is the silence of the callback after which a device is given up.
	stallLimit = 500 * time.Millisecond
	stallCheck = 100 * time.Millisecond
)
