package media

import "math"

// A resampler plays sound a little faster or slower, by a windowed sinc between the samples. One goroutine uses it. At a
// rate of exactly 1 it still delays by half its length, so that there is no click when the rate changes.
type resampler struct {
	table [phases + 1][taps]float32
	tail  [taps]float32 // the newest input that is not used up
	have  int
	at    float64 // of the next output, in samples from the tail's beginning
}

const (
	taps   = 16 // flat to 20 kHz within 0.5 dB, 0.17 ms of delay
	phases = 128
)

func newResampler() *resampler {
	r := &resampler{}
	for p := range r.table {
		sum := 0.0
		var row [taps]float64
		for i := range row {
			x := float64(i) - (taps/2 - 1) - float64(p)/phases
			row[i] = sinc(x) * blackman(x/(taps/2))
			sum += row[i]
		}
		for i := range row {
			r.table[p][i] = float32(row[i] / sum)
		}
	}
	r.have = taps - 1 // silence before the first sample
	return r
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackman is a window, from -1 to 1.
func blackman(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return .42 + .5*math.Cos(math.Pi*x) + .08*math.Cos(2*math.Pi*x)
}

// process appends to out what in becomes at the given rate: about len(in)/rate samples.
func (r *resampler) process(out, in []int16, rate float64) []int16 {
	for _, s := range in {
		if r.have == taps {
			copy(r.tail[:], r.tail[1:])
			r.have--
		}
		r.tail[r.have] = float32(s)
		r.have++
		for r.have == taps && r.at < 1 {
			out = append(out, r.sample())
			r.at += rate
		}
		r.at--
	}
	return out
}

// sample is the value r.at after the middle of the tail.
func (r *resampler) sample() int16 {
	at := r.at * phases
	p := int(at)
	f := float32(at - float64(p))
	a, b := &r.table[p], &r.table[p+1]
	var sum float32
	for i, s := range r.tail {
		sum += s * (a[i] + f*(b[i]-a[i]))
	}
	return int16(math.Round(float64(min(max(sum, -32768), 32767))))
}
