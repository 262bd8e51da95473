package call

import (
	"testing"
	"time"
)

func TestRateControl(t *testing.T) {
	step := func(c *rateControl, estimate, sent int, seconds int) (rate int) {
		for range 10 * seconds {
			rate = c.next(estimate, sent, 100*time.Millisecond)
		}
		return rate
	}
	var c rateControl
	if got := step(&c, 300_000, 1_000_000, 1); got != 300_000 {
		t.Errorf("down at once: %d", got)
	}
	if got := step(&c, 5_000_000, 300_000, 1); got < 350_000 || got > 400_000 {
		t.Errorf("up slowly: %d", got)
	}
	if got := step(&c, 5_000_000, 100_000, 60); got != freeRate {
		t.Errorf("a calm picture on a clean line: %d", got)
	}
	if got := step(&c, 5_000_000, 2_400_000, 60); got != mostRate {
		t.Errorf("bounded: %d", got)
	}
	if got := step(&c, 10_000, 2_400_000, 1); got != leastRate {
		t.Errorf("floor: %d", got)
	}
}
