package audio

import (
	"context"
	"time"

	"github.com/gen2brain/malgo"

	"legekonsultasjon/core/media"
)

type source struct {
	system *System
	id     string
	speech Speech // of a call's microphone
}

// captureQueue is how many Quanta may wait for a slow reader; when full the oldest is dropped.
const captureQueue = 16

// recorder belongs to the callback.
type recorder struct {
	queue   *queue
	clock   media.Clock
	current *quantum
	filled  int
}

// Run implements media.AudioSource.
func (s *source) Run(ctx context.Context, deliver func([]int16, time.Duration)) error {
	q := newQueue(captureQueue)
	ctx, cancel := context.WithCancel(ctx)
	done, h := make(chan struct{}), newHaste()
	go func() {
		defer close(done)
		h.stay()
		c := s.system.newCleaner(s.speech)
		defer c.close()
		hand(ctx, q, func(one *quantum) {
			c.clean(one)
			deliver(one.pcm[:], one.at)
		})
	}()
	r := &recorder{queue: q, clock: s.system.clock}
	err := s.system.run(ctx, malgo.Capture, s.id, h, r.take)
	cancel()
	<-done
	return err
}

// hand passes quanta on until ctx ends.
func hand(ctx context.Context, q *queue, deliver func(*quantum)) {
	for {
		select {
		case <-ctx.Done():
			return
		case one := <-q.full:
			deliver(one)
			q.release(one)
		}
	}
}

// take copies what the sound system recorded. It hands it over when it is complete, so the last of in is as old as now.
func (r *recorder) take(_, in []int16) {
	now := r.clock()
	for len(in) > 0 {
		if r.current == nil {
			if r.current = r.queue.spare(); r.current == nil {
				return // lost, for want of a place to put it
			}
			r.current.at = now - duration(len(in))
			r.filled = 0
		}
		n := copy(r.current.pcm[r.filled:], in)
		in = in[n:]
		if r.filled += n; r.filled == media.Quantum {
			r.queue.push(r.current)
			r.current = nil
		}
	}
}

func duration(samples int) time.Duration {
	return time.Duration(samples) * time.Second / media.SampleRate
}
