package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/wav"
)

// scene is what reaches a microphone in one room.
type scene struct {
	far   []int16 // what the loudspeaker is given
	echo  []int16 // what the microphone hears of it, with the room's noise
	near  []int16 // what it hears of the person there
	noise []int16
	delay time.Duration // of the devices
}

// reflection is one way from the loudspeaker to the microphone.
type reflection struct {
	after int
	gain  float64
}

// newScene makes a room from a seed: the sound goes straight, and in 400 reflections that die away by 60 dB in 200 to 400
// ms; the devices take 40 to 120 ms; the echo is as loud as -3 to -12 dB of what is played, and the speaker bends loud sound
// a little.
func newScene(far, near []int16, seed uint64) scene {
	chance := rand.New(rand.NewPCG(seed, 7))
	s := scene{far: repeated(far), delay: time.Duration(40+chance.IntN(80)) * time.Millisecond}
	ways := room(chance, .2+.2*chance.Float64())
	loudness := math.Pow(10, -(3+9*chance.Float64())/20)
	bent := make([]float64, talkFor)
	for i, v := range s.far {
		x := float64(v) / 32768
		bent[i] = loudness * (x - .05*x*x*x)
	}
	late := int(s.delay * media.SampleRate / time.Second)
	s.echo, s.noise = make([]int16, talkFor), make([]int16, talkFor)
	sum := make([]float64, talkFor)
	for _, w := range ways {
		for i := w.after + late; i < talkFor; i++ {
			sum[i] += w.gain * bent[i-w.after-late]
		}
	}
	for i, v := range sum {
		hiss := chance.NormFloat64() * 10 // -70 dBFS
		s.noise[i] = clamp(hiss)
		s.echo[i] = clamp(v*32768 + hiss)
	}
	s.near = repeated(near)
	copy(s.near[media.SampleRate*5/2:], s.near[:talkFor-media.SampleRate*5/2]) // not in step with the far side
	return s
}

// room has a direct way of 3 to 12 ms and then ever weaker ones; together they neither lift nor lower.
func room(chance *rand.Rand, decay float64) []reflection {
	first := media.SampleRate * (3 + chance.IntN(9)) / 1000
	ways := []reflection{{first, 1}}
	for range 400 {
		t := decay * .75 * chance.Float64() // seconds
		gain := .25 * math.Pow(10, -3*t/decay)
		if chance.IntN(2) == 0 {
			gain = -gain
		}
		ways = append(ways, reflection{first + int(t*media.SampleRate), gain})
	}
	square := 0.0
	for _, w := range ways {
		square += w.gain * w.gain
	}
	for i := range ways {
		ways[i].gain /= math.Sqrt(square)
	}
	return ways
}

func repeated(pcm []int16) []int16 {
	out := make([]int16, talkFor)
	for i := range out {
		out[i] = pcm[i%len(pcm)]
	}
	return out
}

func mixed(a, b []int16) []int16 {
	out := make([]int16, len(a))
	for i := range out {
		out[i] = clamp(float64(a[i]) + float64(b[i]))
	}
	return out
}

func clamp(v float64) int16 { return int16(math.Round(min(max(v, -32768), 32767))) }

// voices are two people, as espeak-ng says them, with the pauses of talk.
func voices(ctx context.Context) (far, near []int16, err error) {
	if far, err = say(ctx, "35", "Ja, da ser jeg deg godt. Hvordan har det gått siden sist? Har du fått sove bedre, og har du fortsatt vondt i brystet når du går i trapper?"); err != nil {
		return nil, nil, err
	}
	near, err = say(ctx, "70", "Det har gått litt bedre, takk. Jeg sover greit, men blir fort tungpusten. Medisinen tar jeg hver morgen, slik vi ble enige om.")
	return far, near, err
}

func say(ctx context.Context, pitch, text string) ([]int16, error) {
	dir, err := os.MkdirTemp("", "voice")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "voice.wav")
	if out, err := exec.CommandContext(ctx, "espeak-ng", "-v", "nb", "-p", pitch, "-s", "150", "-a", "60", "-w", file, text).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("espeak-ng (apt-get install espeak-ng): %w: %s", err, out)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	clip, err := wav.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return append(clip.Mono(), make([]int16, media.SampleRate/2)...), nil
}
