package impair

import (
	"math"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

// run sends n packets of size bytes, one every pace, and returns what arrived.
func run(l *Line[int], n, size int, pace time.Duration) (got []Parcel[int]) {
	drain := func(now time.Duration) {
		for p, ok := l.Take(now); ok; p, ok = l.Take(now) {
			got = append(got, p)
		}
	}
	for i := range n {
		now := time.Duration(i) * pace
		drain(now)
		l.Put(i, size, now)
	}
	for at, ok := l.Next(); ok; at, ok = l.Next() {
		drain(at)
	}
	return got
}

func TestPerfectLine(t *testing.T) {
	got := run(NewLine[int](1), 1000, 100, ms)
	for i, p := range got {
		if p.What != i || p.Due != p.In {
			t.Fatalf("packet %d: %+v", i, p)
		}
	}
	if len(got) != 1000 {
		t.Errorf("%d arrived", len(got))
	}
}

// runs is the mean length of what is missing in a row.
func runs(got []Parcel[int], n int) float64 {
	here := make([]bool, n)
	for _, p := range got {
		here[p.What] = true
	}
	lost, spells := 0, 0
	for i, h := range here {
		if !h {
			lost++
			if i == 0 || here[i-1] {
				spells++
			}
		}
	}
	return float64(lost) / float64(max(spells, 1))
}

func TestLossAndBursts(t *testing.T) {
	const n = 60_000
	for _, c := range []struct {
		conditions Conditions
		inARow     float64
	}{
		{Conditions{Loss: .05}, 1 / .95},
		{Conditions{Loss: .1}, 1 / .9},
		{Conditions{Loss: .05, Burst: 4}, 4},
		{Conditions{Loss: .2, Burst: 8}, 8},
	} {
		l := NewLine[int](7)
		l.Set(c.conditions, 0)
		got := run(l, n, 100, ms)
		loss := 1 - float64(len(got))/n
		if math.Abs(loss-c.conditions.Loss) > .15*c.conditions.Loss {
			t.Errorf("%+v: %.4f lost", c.conditions, loss)
		}
		if r := runs(got, n); math.Abs(r-c.inARow) > .15*c.inARow {
			t.Errorf("%+v: %.2f in a row, want %.2f", c.conditions, r, c.inARow)
		}
	}
}

func TestDelayAndJitterKeepOrder(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Delay: 35 * ms, Jitter: 30 * ms}, 0)
	got := run(l, 10_000, 100, 7*ms)
	var delays []time.Duration
	for i, p := range got {
		if p.What != i {
			t.Fatalf("packet %d came as number %d", p.What, i)
		}
		delays = append(delays, p.Due-p.In)
	}
	least, most := slices.Min(delays), slices.Max(delays)
	if len(got) != 10_000 || least < 35*ms || least > 36*ms || most > 66*ms || most < 64*ms {
		t.Errorf("%d arrived, delays %v to %v", len(got), least, most)
	}
}

func TestReorder(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Delay: 10 * ms, Reorder: .1}, 0)
	got := run(l, 10_000, 100, 5*ms)
	late := 0
	for i := 1; i < len(got); i++ {
		if got[i].What < got[i-1].What {
			late++
		}
	}
	if len(got) != 10_000 || late < 800 || late > 1200 {
		t.Errorf("%d arrived, %d overtaken", len(got), late)
	}
}

func TestDuplicates(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Duplicate: .5}, 0)
	if got := run(l, 1000, 100, ms); len(got) < 1400 || len(got) > 1600 || l.Counts.Delivered != 1000 {
		t.Errorf("%d arrived, %+v", len(got), l.Counts)
	}
}

// Twice as much as fits: the queue fills to its length and half is lost.
func TestNarrowPlace(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Rate: 1_000_000, Queue: 200 * ms}, 0)
	got := run(l, 4000, 1222, 5*ms) // 2 Mbit/s
	longest := time.Duration(0)
	for _, p := range got {
		longest = max(longest, p.Due-p.In)
	}
	if longest < 200*ms || longest > 222*ms {
		t.Errorf("waited %v", longest)
	}
	if share := float64(len(got)) / 4000; share < .49 || share > .52 {
		t.Errorf("%.3f arrived; %+v", share, l.Counts)
	}
	if l.Counts.Overflowed+len(got) != 4000 {
		t.Errorf("%+v", l.Counts)
	}
}

// A wider place empties a queue that a narrow one has filled.
func TestRateRestored(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Rate: 100_000, Queue: time.Second}, 0)
	for i := range 10 {
		l.Put(i, 1222, 0) // 10 kbit each
	}
	if b := l.Backlog(); b != time.Second {
		t.Errorf("backlog %v", b)
	}
	l.Set(Conditions{Rate: 1_000_000}, 50*ms)
	if b := l.Backlog(); b != 95*ms {
		t.Errorf("backlog %v at the new rate", b)
	}
	for i := range 10 {
		at, ok := l.Next()
		p, came := l.Take(at)
		if !ok || !came || p.What != i {
			t.Fatalf("%v %v %v %+v", at, ok, came, p)
		}
	}
	if _, ok := l.Next(); ok {
		t.Error("something is left")
	}
}

func TestOutageAndRouteChange(t *testing.T) {
	l := NewLine[int](3)
	l.Set(Conditions{Delay: 100 * ms}, 0)
	l.Put(1, 100, 0)
	l.Set(Conditions{Delay: 100 * ms, Out: true}, ms)
	l.Put(2, 100, ms)
	l.Set(Conditions{Delay: 20 * ms}, 2*ms)
	l.Put(3, 100, 2*ms)
	p, ok := l.Take(30 * ms)
	if !ok || p.What != 3 {
		t.Errorf("%+v %v: the new route is shorter", p, ok)
	}
	if p, ok = l.Take(100 * ms); !ok || p.What != 1 {
		t.Errorf("%+v %v: what was on its way arrives", p, ok)
	}
	if l.Counts.Lost != 1 {
		t.Errorf("%+v", l.Counts)
	}
}

func TestSeedDecides(t *testing.T) {
	c := Conditions{Loss: .1, Jitter: 10 * ms, Reorder: .1}
	one := func(seed uint64) []Parcel[int] {
		l := NewLine[int](seed)
		l.Set(c, 0)
		return run(l, 500, 100, ms)
	}
	if !slices.Equal(one(5), one(5)) || slices.Equal(one(5), one(6)) {
		t.Error("luck does not follow the seed")
	}
}
