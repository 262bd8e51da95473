package audio

import (
	"context"

	"github.com/gen2brain/malgo"

	"legekonsultasjon/core/media"
)

type sink struct {
	system *System
	id     string
}

// playQueue is how many Quanta are filled ahead of the callback: one that is being played from, and one so that a late
// goroutine is not heard. When it is empty silence is played.
const playQueue = 2

// player belongs to the callback.
type player struct {
	queue   *queue
	current *quantum
	played  int
}

// Run implements media.AudioSink.
func (s *sink) Run(ctx context.Context, fill func([]int16)) error {
	q := newQueue(playQueue)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		keepFilled(ctx, q, fill)
	}()
	p := &player{queue: q}
	err := s.system.run(ctx, malgo.Playback, s.id, p.give)
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
	for len(out) > 0 {
		if p.current == nil {
			if p.current = p.queue.next(); p.current == nil {
				clear(out)
				p.queue.lost.Add(1)
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
