package media

import (
	"testing"
	"time"
)

// labour encodes for a while on a machine on which a picture of the given rung takes cost(rung) of its time.
func labour(e *effort, now *time.Duration, d time.Duration, cost func(rung int) float64) (rung int) {
	const interval = time.Second / 30
	top := len(ladder) - 2
	for end := *now + d; *now < end; *now += interval {
		rung = min(rung, top)
		spent := time.Duration(cost(rung) * float64(interval))
		limit := e.take(spent, interval, *now, min(top, max(rung, 0)))
		rung = min(limit, top)
	}
	return rung
}

func TestEffort(t *testing.T) {
	var e effort
	now := time.Duration(0)
	fast := func(int) float64 { return .2 }
	if got := labour(&e, &now, time.Minute, fast); got != len(ladder)-2 {
		t.Fatalf("a fast machine is held to rung %d", got)
	}
	slow := func(rung int) float64 { return .3 * float64(rung) } // all but the three lowest are too much
	if got := labour(&e, &now, 20*time.Second, slow); got > 2 {
		t.Errorf("a slow machine is on rung %d", got)
	}
	high := 0
	for range 600 {
		if labour(&e, &now, time.Second/2, slow) > 2 {
			high++
		}
	}
	if high > 60 {
		t.Errorf("in 300 s it tried too much for %d s", high/2)
	}
	if got := labour(&e, &now, 15*time.Minute, fast); got != len(ladder)-2 {
		t.Errorf("fast again, it is on rung %d", got)
	}
}

// A machine that was busy when the call began, and now and then has something else to do, shows the large picture again.
func TestEffortForgivesHiccups(t *testing.T) {
	var e effort
	now, n := time.Duration(0), 0
	busy := func(int) float64 { return 1.5 }
	if got := labour(&e, &now, 10*time.Second, busy); got > 2 {
		t.Fatalf("a busy machine is on rung %d", got)
	}
	hiccups := func(int) float64 {
		if n++; n%120 == 0 {
			return 3 // every four seconds
		}
		return .2
	}
	if got := labour(&e, &now, 5*time.Minute, hiccups); got != len(ladder)-2 {
		t.Errorf("with a hiccup every four seconds it is on rung %d", got)
	}
}

func TestPacing(t *testing.T) {
	for _, c := range []struct{ size, rate, want int }{
		{60_000, 1_000_000, 3},   // 54 packets in 100 ms
		{20_000, 2_000_000, 3},   // by the rate
		{400_000, 1_000_000, 18}, // by the time that it may take
		{10_000, 50_000, 1},
	} {
		if got := perStep(c.size, c.rate); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// A machine that now and then can do more than as a rule is not led up and down all the time: each change is seen.
func TestEffortIsNotRestless(t *testing.T) {
	var e effort
	now, rung, changes := time.Duration(0), len(ladder)-2, 0
	wavering := func(rung int) float64 {
		if now%(40*time.Second) < 36*time.Second {
			return .12 * float64(rung) // easy up to rung 3
		}
		return .25 * float64(rung) // too much from rung 4 on
	}
	for range 600 {
		if got := labour(&e, &now, time.Second, wavering); got != rung {
			rung, changes = got, changes+1
		}
	}
	if changes < 2 || changes > 12 {
		t.Errorf("%d changes in ten minutes", changes)
	}
}
