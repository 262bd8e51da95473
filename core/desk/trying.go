package desk

import (
	"context"
	"errors"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/mediadevice"

	"github.com/pion/webrtc/v4"
)

// tryWithin bounds one try of the way through the relay, and soundWithin one of a speaker.
const (
	tryWithin   = 12 * time.Second
	soundWithin = 5 * time.Second
)

// DoTryLine connects this computer with itself through the relay, as a call over the worst of networks does.
type DoTryLine struct{}

// DoTrySound plays a test sound. Kind is "speaker" or "ring".
type DoTrySound struct{ Kind string }

func (DoTryLine) command()  {}
func (DoTrySound) command() {}

// Trying is what came of trying devices and connection before a call.
type Trying struct {
	Line      Test // the way through the relay
	RoundTrip time.Duration
	Sound     Test // the test sound
	Inputs    Inputs
}

// TestSounds are Devices that can play a test sound.
type TestSounds interface {
	// PlayTest plays it and returns when it has been heard, or an error.
	PlayTest(ctx context.Context, speaker mediadevice.Device) error
}

// tryLine answers in the State.
func (l *loop) tryLine() {
	if l.TryRelay == nil || l.trying.Line.Busy {
		return
	}
	l.trying.Line = Test{Busy: true}
	servers := iceServers(l.ice)
	l.start(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, tryWithin)
		defer cancel()
		loop, err := l.TryRelay(ctx, servers)
		return func() {
			l.trying.RoundTrip = loop.RoundTrip
			l.trying.Line = Test{OK: err == nil}
			if err != nil {
				l.Log.Info("the way through the relay", "err", err)
				l.trying.Line.Problem = &Problem{Code: "noRelay"}
			}
		}
	})
}

// trySound plays the test sound on the speaker in use or on the one that the chime rings on.
func (l *loop) trySound(kind string) {
	player, ok := l.Devices.(TestSounds)
	on := l.selected(mediadevice.Speaker)
	if kind == "ring" {
		on = l.ring()
	}
	if !ok || l.trying.Sound.Busy {
		return
	}
	if !on.Found() {
		l.trying.Sound = Test{Problem: &Problem{Code: "noSpeaker"}}
		return
	}
	l.trying.Sound = Test{Busy: true}
	l.start(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, soundWithin)
		defer cancel()
		err := player.PlayTest(ctx, on.Device)
		return func() {
			l.trying.Sound = Test{OK: err == nil}
			if err != nil && !errors.Is(err, context.Canceled) {
				l.trying.Sound.Problem = &Problem{Code: "speakerLost"}
			}
		}
	})
}

// Relay is a try of the way through the relay: call.TryRelay.
type Relay func(ctx context.Context, servers []webrtc.ICEServer) (call.Loop, error)
