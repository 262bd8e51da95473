package camera

import (
	"context"
	"sync"
	"time"

	"legekonsultasjon/core/media"
)

const (
	openLimit = 5 * time.Second
	// firstLimit is how long a camera may take for its first picture: opening it, and a sensor that adapts to the dark.
	firstLimit = openLimit + 2*time.Second
	// stallLimit is how long it may be without one after that.
	stallLimit = 2 * time.Second
	// leaveLimit is how long a camera may take to end before it is left behind, and brokenLimit one that hangs: somebody
	// wants to know.
	leaveLimit  = time.Second
	brokenLimit = 100 * time.Millisecond
)

// watched is a source that fails when no picture comes, whatever the source itself does: a call must not wait for a
// camera that hangs.
type watched struct{ media.VideoSource }

// Run implements media.VideoSource.
func (w *watched) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	beats := make(chan struct{}, 1) // capacity 1: one is as good as many
	d := &delivery{deliver: deliver, beats: beats}
	defer d.end()
	done := make(chan error, 1) // capacity 1: one that is left behind may still end
	go func() { done <- w.VideoSource.Run(inner, want, d.take) }()
	stall := time.NewTimer(firstLimit)
	defer stall.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-beats:
			stall.Reset(stallLimit)
		case <-ctx.Done():
			leave(done, leaveLimit)
			return nil
		case <-stall.C:
			cancel()
			leave(done, brokenLimit)
			return media.ErrStalled
		}
	}
}

// leave waits for a source to end, but not for ever.
func leave(done <-chan error, within time.Duration) {
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
	}
}

// delivery passes pictures on until its end; one that comes later is dropped.
type delivery struct {
	deliver func(*media.Frame)
	beats   chan<- struct{}

	mu    sync.Mutex
	ended bool
}

func (d *delivery) take(f *media.Frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return
	}
	select {
	case d.beats <- struct{}{}:
	default:
	}
	d.deliver(f)
}

func (d *delivery) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
}
