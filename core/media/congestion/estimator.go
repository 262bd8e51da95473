// Package congestion says how much a line carries, by the transport-wide feedback of the other side. It is pure: time is
// an argument.
//
// It looks at the delay first: the least one of the last moments, beside the least one of the last while, is how long
// packets wait in front of the narrow place, whatever the jitter. When they wait, the rate goes below what the place
// lets through until the queue is gone; then it comes back to just under that. While nothing waits it rises, quickly
// where nothing is known of a limit and slowly near one. Loss without delay counts only as far as less sending makes it
// less: a line that loses one packet in twenty whatever is sent over it is not a narrow one.
package congestion

import (
	"math"
	"slices"
	"time"
)

// Bounds are in bit/s on the wire.
type Bounds struct{ Start, Least, Most float64 }

const (
	// shortly is the time over which the least delay counts as the delay now: long enough for jitter to let one packet
	// through quickly, and for a picture's burst to end.
	shortly = 200 * time.Millisecond
	// rateOver is the time over which the arriving rate is taken.
	rateOver = 500 * time.Millisecond
	// The base of the delay is the least one of so many spans.
	baseSpan  = 3 * time.Second
	baseSpans = 6

	// queued is the wait that is too long, and empty the one that is none.
	queued = 45 * time.Millisecond
	empty  = 20 * time.Millisecond

	below     = 0.92 // of a known limit: what it is safe to send
	quickRise = 1.45 // per second, where no limit is known
	slowRise  = 1.10 // per second, near one
	// slowestRise is per second near one that showed itself by loss.
	slowestRise = 1.04
	// limitFor is how long a limit is believed in.
	limitFor = 15 * time.Second

	// silence is how long feedback may stay away while packets are sent.
	silence = 600 * time.Millisecond
	// stale is how old feedback may be and still say something.
	stale = 2 * time.Second
	// drainFor is how long a queue is given to shrink; one that does not is none of ours.
	drainFor = 2 * time.Second
)

// Estimator holds the estimate of one direction. It is used by one goroutine at a time, with times that never fall.
type Estimator struct {
	bounds Bounds
	target float64

	arrivals []arrival // of the last rateOver, by the other side's clock
	least    [baseSpans]time.Duration
	spanAt   time.Duration
	queue    time.Duration
	rate     float64 // arriving

	limit   float64 // what the narrow place let through when it last showed itself; 0: none known
	limitAt time.Duration
	byLoss  bool // it showed itself by loss alone: no queue warns before the next

	draining  bool
	drainAt   time.Duration
	drainFrom time.Duration // the queue then
	heardAt   time.Duration
	sentAt    time.Duration // of the newest packet that feedback told of
	steppedAt time.Duration
	began     bool

	loss lossJudge
}

type arrival struct {
	at, delay time.Duration
	size      int
}

// New returns an estimator that believes in b.Start.
func New(b Bounds) *Estimator {
	e := &Estimator{bounds: b, target: b.Start}
	e.forget()
	return e
}

func (e *Estimator) forget() {
	for i := range e.least {
		e.least[i] = math.MaxInt64
	}
}

// Target is what may be sent, in bit/s on the wire.
func (e *Estimator) Target() float64 { return e.target }

// Queue is how long packets wait in front of the narrow place.
func (e *Estimator) Queue() time.Duration { return e.queue }

// Draining says that a queue is being let run empty.
func (e *Estimator) Draining() bool { return e.draining }

// Rate is what arrives, in bit/s.
func (e *Estimator) Rate() float64 { return e.rate }

// Loss is the share of the packets that was lost lately.
func (e *Estimator) Loss() float64 { return e.loss.share }

// Feedback takes in what the other side tells, at now on our clock.
func (e *Estimator) Feedback(acks []Ack, now time.Duration) {
	arrived := false
	for _, a := range acks {
		e.loss.count(a.Lost)
		if a.Lost {
			continue
		}
		arrived = true
		e.sentAt = max(e.sentAt, a.Sent)
		e.arrivals = append(e.arrivals, arrival{a.Arrived, a.Arrived - a.Sent, a.Size})
	}
	if !arrived {
		return
	}
	if !e.began || now-e.heardAt > 3*time.Second {
		e.forget() // nothing that is known of the line holds any more
		e.arrivals = slices.DeleteFunc(e.arrivals, func(a arrival) bool { return a.at < e.newest()-rateOver })
	}
	e.began, e.heardAt = true, now
	e.measure(now)
	e.step(now)
}

func (e *Estimator) newest() time.Duration {
	at := e.arrivals[0].at
	for _, a := range e.arrivals {
		at = max(at, a.at)
	}
	return at
}

// measure computes queue and rate from the arrivals.
func (e *Estimator) measure(now time.Duration) {
	newest := e.newest()
	e.arrivals = slices.DeleteFunc(e.arrivals, func(a arrival) bool { return a.at <= newest-rateOver })
	least, first, bytes := time.Duration(math.MaxInt64), newest, 0
	for _, a := range e.arrivals {
		first = min(first, a.at)
		bytes += a.size
		if a.at > newest-shortly {
			least = min(least, a.delay)
		}
	}
	e.rate = float64(8*bytes) / max(newest-first, rateOver*9/10).Seconds()
	if now-e.spanAt >= baseSpan {
		e.spanAt = now
		copy(e.least[1:], e.least[:])
		e.least[0] = math.MaxInt64
	}
	e.least[0] = min(e.least[0], least)
	e.queue = least - slices.Min(e.least[:])
}

// step changes the target.
func (e *Estimator) step(now time.Duration) {
	passed := min(now-e.steppedAt, 200*time.Millisecond)
	e.steppedAt = now
	e.loss.judge(now)
	switch {
	case e.draining:
		e.drain(now)
	case e.queue > queued:
		e.congested(now)
	case e.loss.less(now):
		e.lower(now, .85*e.rate)
	case e.queue < empty:
		e.rise(passed, now)
	}
	e.target = min(max(e.target, e.bounds.Least), e.bounds.Most)
}

// congested begins to let a queue run empty.
func (e *Estimator) congested(now time.Duration) {
	e.limit, e.limitAt, e.byLoss = e.rate, now, false
	e.draining, e.drainAt, e.drainFrom = true, now, e.queue
	e.target = min(e.target, e.drainRate())
}

// drainRate empties the queue in about half a second, and a long one as fast as it can.
func (e *Estimator) drainRate() float64 {
	return e.limit * max(0, below-e.queue.Seconds()/.5)
}

func (e *Estimator) drain(now time.Duration) {
	switch {
	case e.queue < empty:
		e.draining = false
		e.target = below * e.limit
	case now-e.drainAt > drainFor && e.queue > e.drainFrom*3/4:
		e.forget() // sending less does not help: the way has become longer, or others fill the queue
		e.draining = false
		e.target = below * e.limit
	default:
		if now-e.drainAt > drainFor {
			e.drainAt, e.drainFrom = now, e.queue
		}
		if e.rate < e.limit && e.queue > 2*queued {
			e.limit = max(e.rate, e.limit/2) // while a queue stands, what arrives is what the place lets through
		}
		e.target = e.drainRate()
	}
}

func (e *Estimator) lower(now time.Duration, to float64) {
	e.limit, e.limitAt, e.byLoss = to, now, true
	e.target = min(e.target, to)
}

// rise grows the target, as far as what is sent proves it.
func (e *Estimator) rise(passed, now time.Duration) {
	pace := quickRise
	if e.limit > 0 && now-e.limitAt < limitFor && e.target < 1.1*e.limit {
		pace = slowRise
		if e.byLoss {
			pace = slowestRise
		}
	}
	grown := e.target * math.Pow(pace, passed.Seconds())
	e.target = max(e.target, min(grown, 1.5*e.rate+e.bounds.Least))
}

// Tick is called now and then at now, with the time when a packet was last sent. Where feedback stays away although
// packets are sent, less and less is sent.
func (e *Estimator) Tick(now, sent time.Duration) {
	if e.began && now-e.heardAt > stale {
		e.draining, e.loss = false, lossJudge{} // what was seen of a queue and of loss is no news any more
	}
	if !e.began || sent < e.heardAt || now-e.heardAt < silence {
		return
	}
	e.limit, e.limitAt = 0, now
	e.draining = false
	e.heardAt += silence / 2
	e.target = max(e.target/2, e.bounds.Least)
}
