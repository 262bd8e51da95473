package call

import (
	"testing"
	"time"
)

// So many packets come in a second, for so long; then nothing.
func TestQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		rate    int // packets a second
		flows   time.Duration
		outcome time.Duration // when it is noticed, 0 for never
	}{
		"picture and sound stop": {80, 5 * time.Second, 6 * time.Second},
		"stop at once":           {80, time.Second, 2 * time.Second},
		"sound without a word":   {3, 5 * time.Second, 0},
		"they go on":             {80, 10 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			var q quiet
			var noticed time.Duration
			var packets uint32
			last := began
			for at := time.Duration(0); at < 9*time.Second; at += 100 * time.Millisecond {
				if at <= c.flows {
					packets, last = uint32(at.Seconds()*float64(c.rate)), began.Add(at)
				}
				if silence, ok := q.observe(began.Add(at), packets, last); ok {
					if noticed != 0 || silence < silentAfter {
						t.Errorf("noticed at %v: %v of silence", at, silence)
					}
					noticed = at
				}
			}
			if noticed != c.outcome {
				t.Errorf("noticed at %v, want %v", noticed, c.outcome)
			}
		})
	}
}

// A path that follows another begins anew.
func TestQuietForgetsAnotherPath(t *testing.T) {
	began := time.Now()
	var q quiet
	for s := range 4 {
		at := began.Add(time.Duration(s) * time.Second)
		q.observe(at, uint32(100*s), at)
	}
	at := began.Add(4 * time.Second)
	if silence, ok := q.observe(at, 2, at.Add(-time.Hour)); ok {
		t.Errorf("silent for %v", silence)
	}
}
