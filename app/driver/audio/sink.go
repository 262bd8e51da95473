package audio

import (
	"context"
	"sync/atomic"

	"github.com/gen2brain/malgo"

	"legekonsultasjon/core/media"
)

type sink struct {
	system  *System
	id      string
	tapped  bool          // what it plays is the reference for the microphone's echo
	starved atomic.Uint64 // in this run
}

// Starved is how often the device had to be given silence for want of sound since it was last opened.
func (s *sink) Starved() uint64 { return s.starved.Load() }

// playQueue is how many Quanta are filled ahead of the callback: one that is being played from, and one so that a late
// goroutine is not heard. When it is empty silence is played.
const playQueue = 2

// player belongs to the callback.
type player struct {
	queue   *queue
	current *quantum
	played  int
	starved func()        // there was no sound
	heard   func([]int16) // told what is played; nil: nobody wants to know
}

// Run implements media.AudioSink.
func (s *sink) Run(ctx context.Context, fill func([]int16)) error {
	q := newQueue(playQueue)
	ctx, cancel := context.WithCancel(ctx)
	done, h := make(chan struct{}), newHaste()
	go func() {
		defer close(done)
		h.stay()
		keepFilled(ctx, q, fill)
	}()
	s.starved.Store(0)
	p := &player{queue: q, starved: func() {
		if ctx.Err() == nil {
			s.starved.Add(1)
		}
	}}
	if s.tapped {
		tap := s.system.reference.tap(s.system.clock)
		p.heard = func(out []int16) { s.system.reference.played(tap, out) }
	}
	err := s.system.run(ctx, malgo.Playback, s.id, h, p.give)
	if n := s.starved.Load(); n > 0 {
		s.system.log.Info("a speaker was without sound", "times", n)
	}
	cancel()
	<-done
	return err
}

// keepFilled fills quanta as they become empty, until ctx ends.
func keepFilled(ctx context.Context, q *queue, fill func([]int16)) {
	for {
		select {
		case <-ctx.Done():
			return
		case one := <-q.empty:
			fill(one.pcm[:])
			q.push(one)
		}
	}
}

// give writes what the sound system plays next.
func (p *player) give(out, _ []int16) {
	p.write(out)
	if p.heard != nil {
		p.heard(out)
	}
}

func (p *player) write(out []int16) {
	for len(out) > 0 {
		if p.current == nil {
			if p.current = p.queue.next(); p.current == nil {
				clear(out)
				p.starved()
				return
			}
			p.played = 0
		}
		n := copy(out, p.current.pcm[p.played:])
		out = out[n:]
		if p.played += n; p.played == media.Quantum {
			p.queue.release(p.current)
			p.current = nil
		}
	}
}
