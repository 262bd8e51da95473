package media

import "math"

// A stretch leaves out or repeats one pitch period of speech, cross-faded, so that playing catches up or falls back
// without a click. Lags from 400 Hz to 100 Hz are tried; below quietLevel any will do.
const (
	minLag     = SampleRate / 400
	maxLag     = SampleRate / 100
	quietLevel = -50.0
	likeness   = 0.55 // least correlation of two periods that may stand for each other
)

// shorten leaves one period out of pcm, in place, and returns what remains: pcm itself when no period is alike.
func shorten(pcm []int16) []int16 {
	lag := alike(pcm)
	if lag == 0 {
		return pcm
	}
	for i := range lag {
		pcm[i] = blend(pcm[i], pcm[i+lag], i, lag)
	}
	return append(pcm[:lag], pcm[2*lag:]...)
}

// lengthen repeats one period of pcm, in place, within its capacity; it returns pcm itself when there is no room or no
// period is alike.
func lengthen(pcm []int16) []int16 {
	lag := alike(pcm)
	n := len(pcm)
	if lag == 0 || cap(pcm) < n+lag {
		return pcm
	}
	pcm = pcm[:n+lag]
	copy(pcm[2*lag:], pcm[lag:n])
	for i := range lag { // the original period at lag.. has moved up by lag, so read it there
		pcm[lag+i] = blend(pcm[2*lag+i], pcm[i], i, lag)
	}
	return pcm
}

// blend fades from a to b.
func blend(a, b int16, i, n int) int16 {
	return int16((int32(a)*int32(n-i) + int32(b)*int32(i)) / int32(n))
}

// alike finds the lag after which pcm repeats itself best; 0 for none.
func alike(pcm []int16) int {
	if len(pcm) < 2*maxLag {
		return 0
	}
	if Level(pcm) < quietLevel {
		return maxLag
	}
	best, lag := likeness, 0
	for l := minLag; l <= maxLag; l += 4 {
		if c := correlation(pcm, l); c > best {
			best, lag = c, l
		}
	}
	if lag == 0 {
		return 0
	}
	around := lag
	for l := max(minLag, around-3); l <= min(maxLag, around+3); l++ {
		if c := correlation(pcm, l); c > best {
			best, lag = c, l
		}
	}
	return lag
}

// correlation compares the first maxLag samples with those lag later, every other sample.
func correlation(pcm []int16, lag int) float64 {
	var cross, a, b float64
	for i := 0; i < maxLag; i += 2 {
		x, y := float64(pcm[i]), float64(pcm[i+lag])
		cross += x * y
		a += x * x
		b += y * y
	}
	if a == 0 || b == 0 {
		return 0
	}
	return cross / math.Sqrt(a*b)
}
