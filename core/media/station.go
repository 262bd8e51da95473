package media

import (
	"context"
	"fmt"
)

// station runs at most one device at a time for a pipeline's loop, which alone may call it.
type station struct {
	cancel context.CancelFunc
	done   chan error // capacity 1: the device's goroutine never waits for the loop; nil while nothing runs
}

// start runs a device in a goroutine of its own. Nothing may be running.
func (s *station) start(ctx context.Context, run func(context.Context) error) {
	ctx, s.cancel = context.WithCancel(ctx)
	done := make(chan error, 1)
	s.done = done
	go func() {
		var err error
		defer func() { done <- err }()
		err = run(ctx)
	}()
}

// stop ends the device, if one runs, and waits for it: afterwards it delivers nothing more.
func (s *station) stop() {
	if s.done == nil {
		return
	}
	s.cancel()
	<-s.done
	s.done = nil
}

// ended is called with what came out of done: the device stopped by itself.
func (s *station) ended(err error) error {
	s.cancel()
	s.done = nil
	if err == nil {
		return ErrEnded
	}
	return fmt.Errorf("device: %w", err)
}
