package ui

import (
	"context"
	"sync"
	"time"
)

// Fyne's loop asks for events sixty times a second, also when nobody touches the window and nothing on it changes, and has
// no setting for it. While it is left alone the loop therefore sleeps in the system's own wait, one nap after the other:
// whatever the system has to say ends a nap, and so does whatever comes over the Bridge.
const (
	// nap is how long the loop sleeps at a time. What neither the system nor the Bridge announces (an animation of Fyne's, a
	// choice in the tray) is seen so much later.
	nap = 500 * time.Millisecond
	// breath is what the loop has between two naps: the one look that is due by then.
	breath = 5 * time.Millisecond
	// turn is how long the loop needs at most to draw what came over the Bridge: two of its own looks.
	turn = 35 * time.Millisecond
	// attention is how long the loop goes on as fast as it can after a key or the mouse.
	attention = 2 * time.Second
)

// Events are the system's, of all windows.
type Events struct {
	Wait func(time.Duration) // sleeps until there are some, or no longer than this, and delivers them
	Wake func()              // ends a Wait under way
}

// sleeper knows when Fyne's loop may sleep.
type sleeper struct {
	Events
	now func() time.Time

	mu      sync.Mutex
	asleep  bool
	called  time.Time // when something came over the Bridge
	touched time.Time // when the system woke the loop
}

// call announces something that comes over the Bridge.
func (s *sleeper) call() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called = s.now()
	if s.asleep {
		s.Wake() // under the lock: the loop cannot end meanwhile, and with it the system's events
	}
}

// awake is how long the loop must still go on by itself.
func (s *sleeper) awake() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy()
}

func (s *sleeper) busy() time.Duration {
	now := s.now()
	return max(s.called.Add(turn).Sub(now), s.touched.Add(attention).Sub(now))
}

// doze sleeps for one nap, on Fyne's goroutine, unless there is something to do.
func (s *sleeper) doze() {
	s.mu.Lock()
	began, called := s.now(), s.called
	s.asleep = s.busy() <= 0
	asleep := s.asleep
	s.mu.Unlock()
	if !asleep {
		return
	}
	s.Wait(nap)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asleep = false
	if now := s.now(); s.called.Equal(called) && now.Sub(began) < nap {
		s.touched = now
	}
}

// Rest lets Fyne's loop sleep whenever it may, until ctx ends.
func (b *Bridge) Rest(ctx context.Context) {
	up := make(chan struct{}, 1) // holds a token while no nap is queued
	up <- struct{}{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-up:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(breath, b.sleep.awake())):
		}
		b.queue(func() {
			b.sleep.doze()
			up <- struct{}{}
		})
	}
}
