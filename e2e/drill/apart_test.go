package drill

import (
	"math"
	"slices"
	"testing"
	"time"
)

// judge fails when the two kinds of answers can be told apart: Welch's t of at least 4.5, medians more than 0.1 ms apart, or
// more than one size.
func judge(t *testing.T, took [2][]time.Duration, sizes map[int]int) {
	t.Helper()
	for _, all := range took {
		slices.Sort(all)
		if len(all) == 0 {
			t.Fatal("nothing was measured")
		}
	}
	w := welch(took[0], took[1])
	median := func(all []time.Duration) float64 { return float64(all[len(all)/2].Microseconds()) / 1000 }
	apart := math.Abs(median(took[0]) - median(took[1]))
	survived := len(took[0])
	if few := len(took[0]) < 10_000; math.Abs(w) >= 4.5 || apart > 0.1 && !few || len(sizes) != 1 { // the medians of few jump
		survived = 0
		t.Errorf("wrong and unknown differ: t %.2f, medians %.3f ms apart, sizes %v", w, apart, sizes)
	}
	report("abuse-apart", len(took[0]), survived, "wrong against unknown, 2 x %d in turns: Welch t %.2f, medians %.3f and %.3f ms, %d size(s)",
		len(took[0]), w, median(took[0]), median(took[1]), len(sizes))
}

// welch is Welch's t of two samples.
func welch(a, b []time.Duration) float64 {
	moments := func(all []time.Duration) (mean, variance float64) {
		for _, d := range all {
			mean += d.Seconds()
		}
		mean /= float64(len(all))
		for _, d := range all {
			variance += (d.Seconds() - mean) * (d.Seconds() - mean)
		}
		return mean, variance / float64(len(all)-1)
	}
	ma, va := moments(a)
	mb, vb := moments(b)
	return (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
}

func TestWelch(t *testing.T) {
	var a, b []time.Duration
	for i := range 100 {
		a = append(a, time.Duration(i)*time.Millisecond)
		b = append(b, time.Duration(i+30)*time.Millisecond)
	}
	if w := welch(a, a); w != 0 {
		t.Error(w)
	}
	if w := welch(b, a); math.Abs(w-7.31) > 0.01 {
		t.Error(w)
	}
}
