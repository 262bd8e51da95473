// Package impair makes a bad line of a good one: loss, bursts of it, delay, jitter, reordering, a narrow place with a
// queue, outages and changes of the route. Line is the model: pure, with time as an argument and chance from a seed.
// Courier keeps it in real time, and Proxy puts two of them between programs that speak UDP.
package impair

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Conditions are those of one direction. The zero value is a perfect line.
type Conditions struct {
	Loss float64 // share of the packets that is lost, 0 to 1
	// Burst is the mean number of packets that are lost in a row (Gilbert's model); up to 1 every packet has its own luck.
	Burst float64
	Delay time.Duration // of every packet
	// Jitter is added to Delay: evenly between nothing and this, drawn anew every jitterPace. Order is kept.
	Jitter time.Duration
	// Reorder is the share of the packets that comes late by ReorderBy (20 ms when 0) and is overtaken meanwhile.
	Reorder   float64
	ReorderBy time.Duration
	Duplicate float64 // share of the packets that comes twice
	// Rate is what the narrowest place carries, in bit/s of UDP payload and 28 bytes of headers; 0 is without bound.
	Rate int
	// Queue is how long a packet may wait in front of the narrowest place; what would wait longer is lost. 0 is 300 ms.
	Queue time.Duration
	Out   bool // nothing passes
}

const (
	jitterPace   = 10 * time.Millisecond
	defaultLate  = 20 * time.Millisecond
	defaultQueue = 300 * time.Millisecond
	headers      = 28 // IPv4 and UDP
)

// Counts only grow.
type Counts struct {
	Sent, Lost, Overflowed, Delivered int
	Bytes                             int // delivered, without headers
}

// Parcel is a packet on its way.
type Parcel[T any] struct {
	What T
	Size int           // bytes of UDP payload
	In   time.Duration // when it was put on the line
	Due  time.Duration // when it leaves the line
	copy bool
}

// Line is one direction. It is used by one goroutine at a time, with times that never fall.
type Line[T any] struct {
	Counts Counts

	c      Conditions
	chance *rand.Rand
	bad    bool // in a burst of loss

	waiting []Parcel[T]   // in front of the narrow place
	left    float64       // bits of the first of them that have not passed yet
	worked  time.Duration // until when the narrow place's work is reckoned

	flying  []Parcel[T] // behind it, by Due
	newest  time.Duration
	extra   time.Duration // the jitter now
	drawnAt time.Duration
	drawn   bool
}

// NewLine makes a perfect line; equal seeds and equal use give equal luck.
func NewLine[T any](seed uint64) *Line[T] {
	return &Line[T]{chance: rand.New(rand.NewPCG(seed, 0x1177))}
}

// Set changes the conditions from now on. What waits goes on at the new rate, what flies is not touched.
func (l *Line[T]) Set(c Conditions, now time.Duration) {
	l.work(now)
	if c.Delay != l.c.Delay || c.Jitter != l.c.Jitter {
		l.newest, l.drawn = 0, false // another route: its packets may overtake those on the old one
	}
	l.c = c
}

// Put sends a packet at now. It may never arrive.
func (l *Line[T]) Put(what T, size int, now time.Duration) {
	l.work(now)
	l.Counts.Sent++
	if l.c.Out || l.unlucky() {
		l.Counts.Lost++
		return
	}
	p := Parcel[T]{What: what, Size: size, In: now}
	l.queue(p, now)
	if l.c.Duplicate > 0 && l.chance.Float64() < l.c.Duplicate {
		p.copy = true
		l.queue(p, now)
	}
}

// unlucky draws whether the next packet is lost: between good and bad spells so long that both Loss and Burst come true.
func (l *Line[T]) unlucky() bool {
	if l.c.Loss <= 0 {
		l.bad = false
		return false
	}
	length := max(l.c.Burst, 1)
	if length == 1 {
		return l.chance.Float64() < l.c.Loss
	}
	leave := 1 / length
	enter := min(1, leave*l.c.Loss/max(1-l.c.Loss, 1e-9))
	if l.bad {
		l.bad = l.chance.Float64() >= leave
	} else {
		l.bad = l.chance.Float64() < enter
	}
	return l.bad
}

func (l *Line[T]) queue(p Parcel[T], now time.Duration) {
	if l.c.Rate <= 0 {
		l.fly(p, now)
		return
	}
	limit := l.c.Queue
	if limit <= 0 {
		limit = defaultQueue
	}
	if len(l.waiting) > 0 && l.Backlog() > limit {
		l.Counts.Overflowed++
		return
	}
	if len(l.waiting) == 0 {
		l.left = bits(p)
	}
	l.waiting = append(l.waiting, p)
}

func bits[T any](p Parcel[T]) float64 { return float64(8 * (p.Size + headers)) }

// Backlog is how long a packet that is put now waits in front of the narrow place.
func (l *Line[T]) Backlog() time.Duration {
	if l.c.Rate <= 0 || len(l.waiting) == 0 {
		return 0
	}
	sum := l.left
	for _, p := range l.waiting[1:] {
		sum += bits(p)
	}
	return l.passing(sum)
}

func (l *Line[T]) passing(bits float64) time.Duration {
	return time.Duration(bits / float64(l.c.Rate) * float64(time.Second))
}

// work lets through the narrow place what has passed it by now.
func (l *Line[T]) work(now time.Duration) {
	for len(l.waiting) > 0 {
		through := l.worked
		if l.c.Rate > 0 {
			through += l.passing(l.left)
		}
		if through > now {
			l.left -= float64(l.c.Rate) * (now - l.worked).Seconds()
			break
		}
		p := l.waiting[0]
		l.waiting = slices.Delete(l.waiting, 0, 1)
		l.worked = through
		if len(l.waiting) > 0 {
			l.left = bits(l.waiting[0])
		}
		l.fly(p, through)
	}
	l.worked = now
}

// fly starts a packet on the stretch behind the narrow place.
func (l *Line[T]) fly(p Parcel[T], from time.Duration) {
	p.Due = from + l.c.Delay + l.jitter(from)
	if l.c.Reorder > 0 && l.chance.Float64() < l.c.Reorder {
		late := l.c.ReorderBy
		if late <= 0 {
			late = defaultLate
		}
		p.Due += late
	} else {
		p.Due = max(p.Due, l.newest)
		l.newest = p.Due
	}
	at, _ := slices.BinarySearchFunc(l.flying, p.Due, func(q Parcel[T], due time.Duration) int {
		if q.Due <= due {
			return -1
		}
		return 1
	})
	l.flying = slices.Insert(l.flying, at, p)
}

func (l *Line[T]) jitter(now time.Duration) time.Duration {
	if l.c.Jitter <= 0 {
		return 0
	}
	if !l.drawn || now-l.drawnAt >= jitterPace {
		l.extra, l.drawnAt, l.drawn = time.Duration(l.chance.Int64N(int64(l.c.Jitter)+1)), now, true
	}
	return l.extra
}

// Take returns the next packet that has arrived by now, or false.
func (l *Line[T]) Take(now time.Duration) (Parcel[T], bool) {
	l.work(now)
	if len(l.flying) == 0 || l.flying[0].Due > now {
		return Parcel[T]{}, false
	}
	p := l.flying[0]
	l.flying = slices.Delete(l.flying, 0, 1)
	if !p.copy {
		l.Counts.Delivered++
		l.Counts.Bytes += p.Size
	}
	return p, true
}

// Next is when Take should be asked again, if no packet is put before; false: not until then.
func (l *Line[T]) Next() (time.Duration, bool) {
	var at time.Duration
	some := false
	if len(l.flying) > 0 {
		at, some = l.flying[0].Due, true
	}
	if len(l.waiting) > 0 {
		through := l.worked
		if l.c.Rate > 0 {
			through += l.passing(l.left) + 1
		}
		if !some || through < at {
			at, some = through, true
		}
	}
	return at, some
}
