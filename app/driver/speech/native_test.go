//go:build linux && cgo && !nospeech

package speech

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/core/media"
)

func engine(t *testing.T, e Engine, m media.SpeechMode) media.Speech {
	t.Helper()
	s, err := New(e, m)
	if err != nil {
		t.Fatal(err, " (apt-get install libtgowt-dev libwebrtc-audio-processing-dev)")
	}
	t.Cleanup(s.Close)
	return s
}

// far is a noise that comes and goes like syllables.
func far(chance *rand.Rand, n int) []int16 {
	pcm := make([]int16, media.Quantum)
	for i := range pcm {
		if n/20%2 == 0 {
			pcm[i] = int16(chance.NormFloat64() * 3000)
		}
	}
	return pcm
}

// What the loudspeaker plays comes back 50 ms later at half the strength: after three seconds 25 dB of it are gone.
func TestEchoIsTakenOut(t *testing.T) {
	for _, e := range []Engine{AEC3, AEC2} {
		t.Run(string(e), func(t *testing.T) {
			s, chance := engine(t, e, media.SpeechMode{Echo: true}), rand.New(rand.NewPCG(1, 2))
			const late = 5
			var played [][]int16
			var before, after []int16
			for n := range 800 {
				played = append(played, far(chance, n))
				heard := make([]int16, media.Quantum)
				for i := range heard {
					heard[i] = int16(chance.NormFloat64() * 5)
					if n >= late {
						heard[i] += played[n-late][i] / 2
					}
				}
				if n >= 300 {
					before = append(before, heard...)
				}
				if err := errors.Join(s.Far(played[n]), s.Near(heard, late*10*time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if n >= 300 {
					after = append(after, heard...)
				}
			}
			if gone := media.Level(before) - media.Level(after); gone < 25 {
				t.Errorf("%.1f dB of the echo are gone", gone)
			}
		})
	}
}

// A mode that asks for nothing changes nothing, whatever was asked before.
func TestNothingIsDoneUnasked(t *testing.T) {
	for _, e := range []Engine{AEC3, AEC2} {
		t.Run(string(e), func(t *testing.T) {
			s, chance := engine(t, e, media.Clean()), rand.New(rand.NewPCG(3, 4))
			if err := s.Set(media.SpeechMode{}); err != nil {
				t.Fatal(err)
			}
			for n := range 100 {
				pcm := far(chance, n)
				heard := slices.Clone(pcm)
				if err := errors.Join(s.Far(pcm), s.Near(heard, 0)); err != nil {
					t.Fatal(err)
				}
				for i, v := range heard {
					if d := int(v) - int(pcm[i]); d > 1 || d < -1 {
						t.Fatalf("quantum %d, sample %d: %d became %d", n, i, pcm[i], v)
					}
				}
			}
		})
	}
}

func TestUnknownEngine(t *testing.T) {
	if _, err := New("no-such", media.Clean()); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if _, err := New(None, media.Clean()); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
}

func TestHalfAQuantumIsRefused(t *testing.T) {
	s := engine(t, AEC3, media.Clean())
	if s.Far(make([]int16, 1)) == nil || s.Near(make([]int16, media.Quantum+1), 0) == nil {
		t.Error("a wrong length was taken")
	}
}
