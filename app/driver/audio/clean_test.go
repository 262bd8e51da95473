package audio

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/app/driver/speech"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// A microphone that hears the speaker beside it hears nothing of it any more when both belong to a call: through a real
// sound server, with its own delay.
func TestTheSpeakersEchoIsTakenOut(t *testing.T) {
	leavesNothing(t)
	soundServer(t)
	s := system()
	inv, err := s.Devices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { _ = s.Speaker(find(t, inv, mediadevice.Speaker, "Prove").ID).Run(ctx, syllables()) })

	quiet := make(chan struct{}, 1)
	microphone := s.Microphone(find(t, inv, mediadevice.Microphone, "Monitor of Prove").ID, Speech{
		New:  func(m media.SpeechMode) (media.Speech, error) { return speech.New(speech.Default, m) },
		Mode: func() media.SpeechMode { return media.SpeechMode{Echo: true} },
	})
	var second []int16
	const played = -24 // dBFS, of syllables
	running.Go(func() {
		_ = microphone.Run(ctx, func(pcm []int16, _ time.Duration) {
			second = append(second, pcm...)
			if len(second) < media.SampleRate {
				return
			}
			level := media.Level(second)
			second = second[:0]
			t.Logf("%.1f dBFS", level)
			if level > media.Silence && level < played-20 {
				select {
				case quiet <- struct{}{}:
				default:
				}
			}
		})
	})
	select {
	case <-quiet:
	case <-time.After(30 * time.Second): // the null sink of a busy machine has holes
		if speech.Native {
			t.Error("the echo stays")
		}
	}
}

// syllables is a noise that comes and goes, three times a second.
func syllables() func([]int16) {
	chance, n := rand.New(rand.NewPCG(1, 1)), 0
	return func(pcm []int16) {
		n++
		clear(pcm)
		if n/17%2 == 0 {
			for i := range pcm {
				pcm[i] = int16(chance.NormFloat64() * 3000)
			}
		}
	}
}

// echoless records how a microphone's goroutine uses an engine.
type echoless struct {
	did   []string
	delay time.Duration
}

func (e *echoless) Far([]int16) error { e.did = append(e.did, "far"); return nil }

func (e *echoless) Near(_ []int16, d time.Duration) error {
	e.did, e.delay = append(e.did, "near"), d
	return nil
}

func (e *echoless) Set(media.SpeechMode) error { e.did = append(e.did, "set"); return nil }
func (e *echoless) Close()                     { e.did = append(e.did, "close") }

func TestWhatIsPlayedIsTheReference(t *testing.T) {
	s := system()
	now, mode, engine := 100*time.Millisecond, media.SpeechMode{}, &echoless{}
	s.clock = func() time.Duration { return now }
	out := make([]int16, media.Quantum)

	old := s.reference.tap(s.clock)
	s.reference.played(old, out) // before the microphone: none of its business
	c := s.newCleaner(Speech{
		New:  func(media.SpeechMode) (media.Speech, error) { return engine, nil },
		Mode: func() media.SpeechMode { return mode },
	})
	c.clean(&quantum{})
	if len(engine.did) != 0 {
		t.Errorf("an engine that nobody asked for did %v", engine.did)
	}
	mode = media.Clean()
	tap := s.reference.tap(s.clock)
	s.reference.played(old, out) // a speaker that has been replaced
	s.reference.played(tap, out)
	c.clean(&quantum{at: 110 * time.Millisecond})
	mode = media.SpeechMode{}
	c.clean(&quantum{at: 120 * time.Millisecond})
	c.close()
	if got, want := engine.did, []string{"far", "near", "set", "near", "close"}; !slices.Equal(got, want) {
		t.Errorf("did %v, want %v", got, want)
	}
	// Given at 100 ms, played from 120 ms on; the microphone heard its Quantum at 120 ms.
	if engine.delay != 0 {
		t.Errorf("delay %v", engine.delay)
	}
}

// Another engine takes over in the midst of a call.
func TestTheEngineIsChanged(t *testing.T) {
	s, name := system(), "one"
	var made []*echoless
	c := s.newCleaner(Speech{
		New: func(media.SpeechMode) (media.Speech, error) {
			made = append(made, &echoless{})
			return made[len(made)-1], nil
		},
		Mode:   media.Clean,
		Engine: func() string { return name },
	})
	c.clean(&quantum{})
	c.clean(&quantum{})
	name = "other"
	c.clean(&quantum{})
	c.close()
	if len(made) != 2 || !slices.Equal(made[0].did, []string{"near", "near", "close"}) || !slices.Equal(made[1].did, []string{"near", "close"}) {
		t.Errorf("%d engines: %v", len(made), made)
	}
}

func TestWithoutAnEngineSoundGoesThrough(t *testing.T) {
	s := system()
	c := s.newCleaner(Speech{
		New:  func(media.SpeechMode) (media.Speech, error) { return nil, errors.New("none here") },
		Mode: media.Clean,
	})
	defer c.close()
	one := &quantum{}
	one.pcm[7] = 99
	c.clean(one)
	if one.pcm[7] != 99 || !c.failed {
		t.Error("it did not")
	}
}
