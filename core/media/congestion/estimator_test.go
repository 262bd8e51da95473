package congestion

import (
	"testing"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"
)

const ms = time.Millisecond

// track is a sender that sends what the estimator says over a line, and a receiver that tells of what comes every 100 ms.
type track struct {
	e      *Estimator
	line   *impair.Line[int]
	now    time.Duration
	most   float64 // the sender sends no more than this, if not 0
	mute   bool    // feedback is lost
	owed   float64
	sent   map[int]Ack
	told   int
	number int
	back   []feedback
	passed []impair.Parcel[int]
	lost   int
}

type feedback struct {
	due  time.Duration
	acks []Ack
}

func newTrack(c impair.Conditions) *track {
	x := &track{
		e: New(Bounds{Start: 1e6, Least: 60_000, Most: 3e6}), line: impair.NewLine[int](11), sent: map[int]Ack{},
	}
	x.line.Set(c, 0)
	return x
}

// run goes on for a while, in steps of a millisecond.
func (x *track) run(d time.Duration) {
	for end := x.now + d; x.now < end; x.now += ms {
		x.send()
		for p, ok := x.line.Take(x.now); ok; p, ok = x.line.Take(x.now) {
			a := x.sent[p.What]
			a.Lost, a.Arrived = false, p.Due+time.Hour // clocks have nothing in common
			x.sent[p.What] = a
			x.passed = append(x.passed, p)
		}
		if x.now%(100*ms) == 0 {
			x.tell()
		}
		for len(x.back) > 0 && x.back[0].due <= x.now {
			if !x.mute {
				x.e.Feedback(x.back[0].acks, x.now)
			}
			x.back = x.back[1:]
		}
		if x.now%(100*ms) == 50*ms {
			x.e.Tick(x.now, x.now)
		}
	}
}

// send is a picture's worth of packets thirty times a second, spread over two thirds of the time.
func (x *track) send() {
	const size = 1000
	rate := x.e.Target()
	if x.most > 0 {
		rate = min(rate, x.most)
	}
	x.owed += rate / 8 / 1000
	if x.now%(33*ms) > 22*ms {
		return
	}
	for x.owed >= size {
		x.owed -= size
		x.sent[x.number] = Ack{Sent: x.now, Size: size, Lost: true}
		x.line.Put(x.number, size-28, x.now)
		x.number++
	}
}

// tell makes feedback about all up to the newest packet that has come.
func (x *track) tell() {
	newest := x.told - 1
	for n := x.told; n < x.number; n++ {
		if !x.sent[n].Lost {
			newest = n
		}
	}
	f := feedback{due: x.now + 25*ms}
	for ; x.told <= newest; x.told++ {
		f.acks = append(f.acks, x.sent[x.told])
		if x.sent[x.told].Lost {
			x.lost++
		}
	}
	x.back = append(x.back, f)
}

// rate is what came in the last d, in bit/s, and delay the longest that it was under way.
func (x *track) rate(d time.Duration) (rate float64, delay time.Duration) {
	for _, p := range x.passed {
		if p.Due > x.now-d {
			rate += float64(8*p.Size) / d.Seconds()
			delay = max(delay, p.Due-p.In)
		}
	}
	return rate, delay
}

func (x *track) want(t *testing.T, what string, least, most float64, delay time.Duration) {
	t.Helper()
	rate, longest := x.rate(5 * time.Second)
	t.Logf("%s: %.0f kbit/s, delay up to %v, queue %v, loss %.3f", what, rate/1000, longest, x.e.Queue(), x.e.Loss())
	if rate < least || rate > most || longest > delay {
		t.Errorf("%s: want %.0f to %.0f kbit/s within %v", what, least/1000, most/1000, delay)
	}
}

func TestFindsTheRate(t *testing.T) {
	for _, capacity := range []int{150_000, 300_000, 1_000_000, 2_000_000} {
		x := newTrack(impair.Conditions{Rate: capacity, Delay: 25 * ms, Queue: time.Second})
		x.run(40 * time.Second)
		c := float64(capacity)
		x.want(t, "found", .72*c, c, 300*ms+time.Duration(8e9*2000/c))
	}
}

// The narrow place becomes narrower and wide again.
func TestRamp(t *testing.T) {
	wide := impair.Conditions{Rate: 2_000_000, Delay: 25 * ms, Queue: time.Second}
	narrow := wide
	narrow.Rate = 300_000
	x := newTrack(wide)
	x.run(20 * time.Second)
	x.line.Set(narrow, x.now)
	x.run(4 * time.Second)
	if _, delay := x.rate(time.Second); delay > 400*ms {
		t.Errorf("after 4 s the delay is %v", delay)
	}
	x.run(16 * time.Second)
	x.want(t, "narrow", 200_000, 300_000, 400*ms)
	x.line.Set(wide, x.now)
	x.run(10 * time.Second)
	if rate, _ := x.rate(time.Second); rate < 1_600_000 {
		t.Errorf("after 10 s the rate is %.0f", rate)
	}
}

// Loss that sending less would not mend, and jitter, are no reason to send less.
func TestBadLineIsNoNarrowOne(t *testing.T) {
	for _, loss := range []float64{.05, .1, .2} {
		x := newTrack(impair.Conditions{Loss: loss, Delay: 35 * ms, Jitter: 30 * ms})
		x.run(60 * time.Second)
		x.want(t, "lossy", (1-loss)*2.4e6, 3.1e6, 66*ms)
	}
}

// A queue that is next to nothing shows itself by loss alone.
func TestShortQueue(t *testing.T) {
	x := newTrack(impair.Conditions{Rate: 800_000, Delay: 25 * ms, Queue: 15 * ms})
	x.run(30 * time.Second)
	x.lost = 0
	before := x.told
	x.run(20 * time.Second)
	if share := float64(x.lost) / float64(x.told-before); share > .1 {
		t.Errorf("%.2f lost", share)
	}
	x.want(t, "short", 400_000, 800_000, 100*ms)
}

// A longer way looks like a queue, until sending less proves useless.
func TestLongerRoute(t *testing.T) {
	x := newTrack(impair.Conditions{Delay: 20 * ms})
	x.run(15 * time.Second)
	x.line.Set(impair.Conditions{Delay: 170 * ms}, x.now)
	x.run(15 * time.Second)
	x.want(t, "longer", 2e6, 3.1e6, 171*ms)
}

// What is not sent proves nothing: a calm picture does not let the estimate grow beyond half as much again.
func TestNoMoreThanProven(t *testing.T) {
	x := newTrack(impair.Conditions{Delay: 20 * ms})
	x.most = 200_000
	x.e.target = 200_000
	x.run(20 * time.Second)
	if got := x.e.Target(); got < 250_000 || got > 420_000 {
		t.Errorf("%.0f", got)
	}
}

func TestSilence(t *testing.T) {
	x := newTrack(impair.Conditions{Delay: 20 * ms})
	x.run(10 * time.Second)
	x.mute = true
	x.run(4 * time.Second)
	if got := x.e.Target(); got != 60_000 {
		t.Errorf("%.0f without feedback", got)
	}
	x.mute = false
	x.run(12 * time.Second)
	x.want(t, "back", 1.5e6, 3.1e6, 21*ms)
}
