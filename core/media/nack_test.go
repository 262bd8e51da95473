package media

import (
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

func TestAsksAgain(t *testing.T) {
	n := newNacker()
	n.missing(10, 13, 0)
	if got := n.take(ms); len(got) != 0 {
		t.Errorf("asked at once for %v", got)
	}
	at, ok := n.next()
	if !ok || at != leastPatience {
		t.Fatalf("next %v %v", at, ok)
	}
	if got := n.take(at); !slices.Equal(got, []uint16{10, 11, 12}) {
		t.Errorf("asked for %v", got)
	}
	if got := n.take(at + firstRoundTrip/5); !slices.Equal(got, []uint16{10, 11, 12}) {
		t.Errorf("the request was sent once more for %v", got)
	}
	n.came(11, 52*ms, true)
	if got := n.take(55 * ms); len(got) != 0 {
		t.Errorf("too early for %v", got)
	}
	if at, _ = n.next(); at < at+50*ms*9/8 && at > 75*ms {
		t.Errorf("again at %v, though answers take 50 ms", at)
	}
	if got := n.take(at); !slices.Equal(got, []uint16{10, 12}) {
		t.Errorf("asked again for %v", got)
	}
	n.forget(12)
	if got := n.take(200 * ms); !slices.Equal(got, []uint16{12}) {
		t.Errorf("asked for %v", got)
	}
	if n.take(2 * askFor); len(n.absent) != 0 {
		t.Errorf("%v are still asked for", n.absent)
	}
}

// Where packets come out of order, they are not asked for until they are later than usual.
func TestWaitsWherePacketsAreLate(t *testing.T) {
	n := newNacker()
	for i := range uint64(50) {
		now := time.Duration(i) * 100 * ms
		n.missing(i, i+1, now)
		asked := n.take(now + 5*ms)
		if i > 1 && len(asked) > 0 {
			t.Fatalf("number %d was asked for, though all come 20 ms late", i)
		}
		n.came(i, now+20*ms, false)
	}
}

func TestLearnsTheRoundTrip(t *testing.T) {
	for _, took := range []time.Duration{15 * ms, 100 * ms, 400 * ms} {
		n := newNacker()
		for i := range uint64(40) {
			now := time.Duration(i) * time.Second
			n.missing(i, i+1, now)
			n.take(now + mostPatience)
			n.came(i, now+mostPatience+took, true)
		}
		if n.roundTrip < took || n.roundTrip > took*5/4 {
			t.Errorf("%v for %v", n.roundTrip, took)
		}
	}
}

func TestAsksForNoOutage(t *testing.T) {
	n := newNacker()
	n.missing(0, 100_000, 0)
	if got := n.take(time.Second); len(got) != maxAbsent {
		t.Errorf("asked for %d", len(got))
	}
}

// show runs a playout over pictures 30 a second with so much lateness each, and returns by how much the showing of each
// differs from even.
func show(p *playout, n int, late func(i int) time.Duration) (off []time.Duration) {
	return showMended(p, n, true, late)
}

// showMended is show on a line that lost something of those that are late, or where they set out late.
func showMended(p *playout, n int, mended bool, late func(i int) time.Duration) (off []time.Duration) {
	done := time.Duration(0)
	for i := range n {
		captured := time.Duration(i) * time.Second / 30
		done = max(done, captured+50*ms+late(i)) // one waits for the one before
		ts := uint32(i * 3000)
		p.complete(ts, done, mended && done > captured+50*ms)
		off = append(off, max(done, p.due(ts))-captured-50*ms)
	}
	return off
}

func TestShowsAtOnceOnAGoodLine(t *testing.T) {
	var p playout
	for i, d := range show(&p, 1000, func(i int) time.Duration { return time.Duration(i%7) * ms }) {
		if d > 7*ms {
			t.Fatalf("picture %d is shown %v late", i, d)
		}
	}
	if p.extra() != 0 {
		t.Errorf("a delay of %v", p.extra())
	}
}

// One picture in ten has to be sent again and comes 130 ms late: all are shown later then, and evenly; when the line is
// good again, at once.
func TestWaitsOnABadLine(t *testing.T) {
	var p playout
	bad := func(i int) time.Duration {
		if i%10 == 5 && i < 2000 {
			return 130 * ms
		}
		return 0
	}
	off := show(&p, 3000, bad)
	least, most := slices.Min(off[300:2000]), slices.Max(off[300:2000])
	if most > 140*ms || most-least > 91*ms {
		t.Errorf("shown %v to %v late", least, most)
	}
	if end := slices.Max(off[2700:]); end > 5*ms {
		t.Errorf("still %v late on a line that is good again", end)
	}
}

// A line or a machine that stands still once is no reason to show everything later from then on.
func TestOneStallDelaysNothing(t *testing.T) {
	for _, at := range []int{10, 500} {
		var p playout
		show(&p, at+100, func(i int) time.Duration {
			if i == at {
				return 400 * ms
			}
			return 0
		})
		if p.extra() != 0 {
			t.Errorf("a stall at picture %d: a delay of %v", at, p.extra())
		}
	}
}

// All wait for the latest picture where the line has to be mended again and again; not for the worst that a busy machine at
// the other end does.
func TestWaitsForTheLatestOnARoughLine(t *testing.T) {
	for _, mended := range []bool{true, false} {
		var p playout
		showMended(&p, 290, mended, func(i int) time.Duration {
			switch {
			case i == 100:
				return 300 * ms
			case i%20 == 10:
				return 120 * ms
			}
			return 0
		})
		if want := map[bool]time.Duration{true: 300 * ms, false: 120*ms - tolerable}[mended]; p.extra().Round(ms) != want {
			t.Errorf("mended %v: a delay of %v, not %v", mended, p.extra(), want)
		}
	}
}

func TestOrderedDelay(t *testing.T) {
	p := playout{hold: 60 * ms}
	off := show(&p, 100, func(int) time.Duration { return 0 })
	if off[99].Round(ms) != 60*ms {
		t.Errorf("shown %v late", off[99])
	}
}

// A timestamp out of nowhere, or a clock that was set, begins anew and holds nothing up.
func TestPlayoutBeginsAnew(t *testing.T) {
	var p playout
	show(&p, 100, func(int) time.Duration { return 0 })
	now := 5 * time.Second
	p.complete(1<<31, now, false)
	if due := p.due(1 << 31); due != now {
		t.Errorf("due %v, now %v", due, now)
	}
}
