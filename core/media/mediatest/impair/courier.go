package impair

import (
	"sync"
	"time"
)

// Courier is a Line in real time: what is put on it arrives when it is due. Its methods may be called from any goroutine.
type Courier[T any] struct {
	began  time.Time
	arrive func(p Parcel[T], out time.Duration)
	poke   chan struct{} // capacity 1: full means that the deliverer will look anyway
	done   chan struct{}
	end    sync.Once
	ended  chan struct{}

	mu   sync.Mutex
	line *Line[T]
}

// NewCourier makes one without faults, whose clock shows the time since began. arrive is told of every packet that has
// passed, and when, from one goroutine; it must not block.
func NewCourier[T any](seed uint64, began time.Time, arrive func(p Parcel[T], out time.Duration)) *Courier[T] {
	c := &Courier[T]{
		began: began, arrive: arrive, line: NewLine[T](seed),
		poke: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	go c.deliver()
	return c
}

// Now is the time on the courier's clock.
func (c *Courier[T]) Now() time.Duration { return time.Since(c.began) }

// Set changes the conditions from now on.
func (c *Courier[T]) Set(conditions Conditions) {
	c.mu.Lock()
	c.line.Set(conditions, c.Now())
	c.mu.Unlock()
	c.wake()
}

// Put sends a packet of size bytes.
func (c *Courier[T]) Put(what T, size int) {
	c.mu.Lock()
	c.line.Put(what, size, c.Now())
	c.mu.Unlock()
	c.wake()
}

// Counts are those of the line.
func (c *Courier[T]) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line.Counts
}

// Backlog is how long a packet that is sent now would wait in front of the narrow place.
func (c *Courier[T]) Backlog() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.work(c.Now())
	return c.line.Backlog()
}

// Close ends the deliveries, and returns when the last one has ended.
func (c *Courier[T]) Close() {
	c.end.Do(func() { close(c.done) })
	<-c.ended
}

func (c *Courier[T]) wake() {
	select {
	case c.poke <- struct{}{}:
	default:
	}
}

// deliver hands on packets when they are due.
func (c *Courier[T]) deliver() {
	defer close(c.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(c.pass())
		select {
		case <-c.done:
			return
		case <-c.poke:
		case <-timer.C:
		}
	}
}

// pass hands on what is due and returns how long there is nothing to do.
func (c *Courier[T]) pass() time.Duration {
	for {
		now := c.Now()
		c.mu.Lock()
		parcel, ok := c.line.Take(now)
		next, more := c.line.Next()
		c.mu.Unlock()
		switch {
		case ok:
			c.arrive(parcel, now)
		case more:
			return max(next-now, 0)
		default:
			return time.Hour
		}
	}
}
