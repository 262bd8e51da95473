package mediatest

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Wire carries RTP packets from a sender's Write to a receiver's Read. It holds up to 4096 packets; more are lost.
type Wire struct {
	// Lose, if set, decides for each packet whether it is lost; n counts from 0. Set it before the first Write.
	Lose func(n int, p *rtp.Packet) bool
	// Delay, if set, says how long packet n is under way. Set it before the first Write.
	Delay func(n int) time.Duration

	mu      sync.Mutex
	written int
	closed  bool
	packets chan []byte // capacity 4096: full means lost
	end     chan struct{}
	unblock chan struct{}
	once    sync.Once
	stop    sync.Once
}

// NewWire returns a wire without faults.
func NewWire() *Wire {
	return &Wire{packets: make(chan []byte, 4096), end: make(chan struct{}), unblock: make(chan struct{})}
}

// Write sends a copy of p.
func (w *Wire) Write(p *rtp.Packet) error {
	w.mu.Lock()
	n := w.written
	w.written++
	closed := w.closed
	w.mu.Unlock()
	if closed {
		return io.ErrClosedPipe
	}
	if w.Lose != nil && w.Lose(n, p) {
		return nil
	}
	b, err := p.Marshal()
	if err != nil {
		return err
	}
	if w.Delay == nil {
		w.push(b)
		return nil
	}
	time.AfterFunc(w.Delay(n), func() { w.push(b) })
	return nil
}

func (w *Wire) push(b []byte) {
	select {
	case w.packets <- b:
	default:
	}
}

// Read blocks for the next packet. It returns io.EOF after Close and os.ErrDeadlineExceeded after Unblock.
func (w *Wire) Read(b []byte) (int, error) {
	select {
	case <-w.unblock:
		return 0, os.ErrDeadlineExceeded
	default:
	}
	select {
	case p := <-w.packets:
		if len(p) > len(b) {
			return 0, io.ErrShortBuffer
		}
		return copy(b, p), nil
	case <-w.end:
		return 0, io.EOF
	case <-w.unblock:
		return 0, os.ErrDeadlineExceeded
	}
}

// Written is how many packets Write was given, the lost ones too.
func (w *Wire) Written() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written
}

// Unblock makes Read fail from now on, as a deadline in the past does.
func (w *Wire) Unblock() { w.stop.Do(func() { close(w.unblock) }) }

// Close ends the track.
func (w *Wire) Close() {
	w.once.Do(func() {
		w.mu.Lock()
		w.closed = true
		w.mu.Unlock()
		close(w.end)
	})
}
