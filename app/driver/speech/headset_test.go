//go:build linux && cgo && !nospeech

package speech

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"legekonsultasjon/core/media"
)

// voice is a tone with overtones that comes and goes like words, otherwise than far does.
func voice(n int) []int16 {
	pcm := make([]int16, media.Quantum)
	if n%70 >= 45 {
		return pcm
	}
	for i := range pcm {
		at := float64(n*media.Quantum+i) / media.SampleRate
		for overtone := 1.0; overtone < 12; overtone++ {
			pcm[i] += int16(1500 / overtone * math.Sin(2*math.Pi*(140+20*math.Sin(9*at))*overtone*at))
		}
	}
	return pcm
}

// talk runs an engine over so many Quanta and gives the level of what the microphone hears of near and of what is left of
// it, in the last three seconds. echo is how much of far comes back, 50 ms late, by Quantum.
func talk(t *testing.T, s media.Speech, quanta int, near func(int) []int16, echo func(int) int) (before, after float64) {
	t.Helper()
	chance := rand.New(rand.NewPCG(5, 6))
	const late = 5
	var played [][]int16
	var in, out []int16
	for n := range quanta {
		played = append(played, far(chance, n))
		heard := near(n)
		for i := range heard {
			heard[i] += int16(chance.NormFloat64() * 8)
			if n >= late && echo(n) > 0 {
				heard[i] += played[n-late][i] / int16(echo(n))
			}
		}
		if n >= quanta-300 {
			in = append(in, heard...)
		}
		if err := errors.Join(s.Far(played[n]), s.Near(heard, 0)); err != nil {
			t.Fatal(err)
		}
		if n >= quanta-300 {
			out = append(out, heard...)
		}
	}
	return media.Level(in), media.Level(out)
}

func quiet(int) []int16 { return make([]int16, media.Quantum) }

// Whoever wears a headset is heard as he speaks, also while the other side does.
func TestAVoiceWithoutEchoIsLeftAlone(t *testing.T) {
	s := engine(t, AEC3, media.SpeechMode{Echo: true})
	before, after := talk(t, s, 800, func(n int) []int16 {
		if n < 300 {
			return quiet(n)
		}
		return voice(n)
	}, func(int) int { return 0 })
	if lost := before - after; lost > 1 {
		t.Errorf("the voice is %.1f dB lower", lost)
	}
}

// A headset that is pulled out of its socket leaves the loudspeaker on: its echo is taken out all the same.
func TestEchoThatComesLaterIsTakenOut(t *testing.T) {
	s := engine(t, AEC3, media.SpeechMode{Echo: true})
	before, after := talk(t, s, 1500, func(n int) []int16 {
		if n > 300 && n < 700 {
			return voice(n)
		}
		return quiet(n)
	}, func(n int) int {
		if n < 800 {
			return 0
		}
		return 2
	})
	if gone := before - after; gone < 25 {
		t.Errorf("%.1f dB of the echo are gone", gone)
	}
}

// A room that hissed before the first word does not make that word louder than the ones after it.
func TestTheGainDoesNotRunAheadOfTheVoice(t *testing.T) {
	s := engine(t, AEC3, media.SpeechMode{Gain: true, Noise: true})
	words := func(from int) func(int) []int16 {
		return func(n int) []int16 {
			if n < from {
				return quiet(n)
			}
			return voice(n)
		}
	}
	none := func(int) int { return 0 }
	b, a := talk(t, s, 2000, words(1700), none) // of the last three seconds, the first words
	first := a - b
	b, a = talk(t, s, 2000, words(0), none)
	if later := a - b; first > later+1 || later < 3 || later > 14 {
		t.Errorf("lifted by %.1f dB at first and by %.1f later", first, later)
	}
}
