package media

import (
	"math"
	"testing"
)

func sine(hz float64, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(10000 * math.Sin(2*math.Pi*hz*float64(i)/SampleRate)))
	}
	return pcm
}

// What comes out of a resampler is the same tone at another pitch: what is left beside it is the error.
func TestResampling(t *testing.T) {
	for _, c := range []struct{ hz, rate, least float64 }{
		{440, 1, 70}, {440, 1.003, 60}, {440, .997, 60}, {3000, 1.0003, 55}, {3000, .9997, 55}, {8000, 1.003, 45},
	} {
		in := sine(c.hz, SampleRate)
		r := newResampler()
		var out []int16
		for at := 0; at < len(in); at += Packet20 {
			out = r.process(out, in[at:min(at+Packet20, len(in))], c.rate)
		}
		if want := float64(len(in)) / c.rate; math.Abs(float64(len(out))-want) > 2 {
			t.Errorf("%v Hz at %v: %d samples, want %.0f", c.hz, c.rate, len(out), want)
		}
		if got := purity(out[100:], c.hz*c.rate); got < c.least {
			t.Errorf("%v Hz at %v: the rest is %.1f dB below the tone, want %.0f", c.hz, c.rate, got, c.least)
		}
	}
}

// purity is how far the rest lies below the tone of the given frequency that fits best, in dB.
func purity(pcm []int16, hz float64) float64 {
	var ss, sc, cc, sv, cv, all float64
	for i, v := range pcm {
		y, sin, cos := float64(v), math.Sin(2*math.Pi*hz*float64(i)/SampleRate), math.Cos(2*math.Pi*hz*float64(i)/SampleRate)
		ss, sc, cc, sv, cv, all = ss+sin*sin, sc+sin*cos, cc+cos*cos, sv+sin*y, cv+cos*y, all+y*y
	}
	d := ss*cc - sc*sc
	a, b := (sv*cc-cv*sc)/d, (cv*ss-sv*sc)/d
	tone := a*sv + b*cv
	return 10 * math.Log10(tone/max(all-tone, 1e-9))
}

func TestResamplingClipsAndDoesNotAllocate(t *testing.T) {
	r, in, out := newResampler(), make([]int16, Packet20), make([]int16, 0, 2*Packet20)
	for i := range in {
		in[i] = 32767 * int16(1-i/20%2*2)
	}
	if n := testing.AllocsPerRun(100, func() { out = r.process(out[:0], in, 1.001) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkResampling(b *testing.B) {
	r, in, out := newResampler(), sine(440, Packet20), make([]int16, 0, 2*Packet20)
	for b.Loop() {
		out = r.process(out[:0], in, 1.0003)
	}
}

func TestVolume(t *testing.T) {
	pcm := []int16{0, 100, -100, 30000, -30000}
	amplify(pcm, 2)
	if want := []int16{0, 200, -200, 32767, -32768}; [5]int16(pcm) != [5]int16(want) {
		t.Errorf("%v", pcm)
	}
	amplify(pcm, 0)
	if [5]int16(pcm) != [5]int16{} {
		t.Errorf("%v is not silent", pcm)
	}
}
