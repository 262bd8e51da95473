package audio

import (
	"sync/atomic"
	"time"

	"legekonsultasjon/core/media"
)

// quantum is 10 ms under way between a callback and a goroutine.
type quantum struct {
	pcm [media.Quantum]int16
	at  time.Duration
}

// queue carries quanta from one goroutine or callback to another in reused memory. Neither end ever waits for the other
// in the callback: channel operations there are all with default.
type queue struct {
	full  chan *quantum // capacity as made
	empty chan *quantum // the same
	lost  atomic.Uint64
}

func newQueue(capacity int) *queue {
	q := &queue{full: make(chan *quantum, capacity), empty: make(chan *quantum, capacity)}
	for range capacity {
		q.empty <- new(quantum)
	}
	return q
}

// spare is an empty quantum, at the cost of the oldest full one if there is no other; nil in the rare moment when the
// other end holds the last one.
func (q *queue) spare() *quantum {
	select {
	case one := <-q.empty:
		return one
	default:
	}
	select {
	case one := <-q.full:
		q.lost.Add(1)
		return one
	default:
		return nil
	}
}

// push and release cannot find their channel full: there are only capacity quanta.
func (q *queue) push(one *quantum)    { q.full <- one }
func (q *queue) release(one *quantum) { q.empty <- one }

// next is the oldest full quantum, or nil.
func (q *queue) next() *quantum {
	select {
	case one := <-q.full:
		return one
	default:
		return nil
	}
}
