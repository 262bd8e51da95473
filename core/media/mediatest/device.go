package mediatest

import (
	"context"
	"math"
	"sync"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/pattern"
)

// Camera is a VideoSource of the test picture in the size and at the rate asked for, or in Size when that is set.
type Camera struct {
	Clock media.Clock
	Size  [2]int
	// Err, if set, is returned after Frames pictures: a camera that is pulled out.
	Err    error
	Frames int
}

// Run implements media.VideoSource.
func (c *Camera) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	if c.Size[0] > 0 {
		want.Width, want.Height = c.Size[0], c.Size[1]
	}
	picture, f := pattern.New(want.Width, want.Height), new(media.Frame)
	tick := time.NewTicker(time.Second / time.Duration(want.FPS))
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			picture.Draw(f, c.Clock())
			deliver(f)
			if c.Err != nil && n >= c.Frames {
				return c.Err
			}
		}
	}
}

// Screen is a VideoSink that remembers the newest picture and counts.
type Screen struct {
	mu      sync.Mutex
	last    *media.Frame
	shown   int
	cleared int
}

// Show implements media.VideoSink.
func (s *Screen) Show(f *media.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = new(media.Frame)
	}
	s.last.CopyFrom(f)
	s.shown++
}

// Clear implements media.VideoSink.
func (s *Screen) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = nil
	s.cleared++
}

// Shown is how many pictures have been shown.
func (s *Screen) Shown() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// Cleared is how often the screen has been cleared.
func (s *Screen) Cleared() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cleared
}

// Last is a copy of the picture that is on the screen, or nil.
func (s *Screen) Last() *media.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		return nil
	}
	f := new(media.Frame)
	f.CopyFrom(s.last)
	return f
}

// Tone is an AudioSource of a sine; Hz 0 is silence.
type Tone struct {
	Clock media.Clock
	Hz    float64
	// Err, if set, is returned after Quanta: a microphone that is pulled out.
	Err    error
	Quanta int
}

// Run implements media.AudioSource.
func (s *Tone) Run(ctx context.Context, deliver func([]int16, time.Duration)) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	pcm := make([]int16, media.Quantum)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if s.Err != nil && n >= s.Quanta {
			return s.Err
		}
		for i := range pcm {
			t := float64(n*media.Quantum+i) / media.SampleRate
			pcm[i] = int16(12000 * math.Sin(2*math.Pi*s.Hz*t))
		}
		deliver(pcm, s.Clock()-10*time.Millisecond)
	}
}

// Speaker is an AudioSink that remembers what it played, up to ten minutes.
type Speaker struct {
	mu     sync.Mutex
	played []int16
}

const tenMinutes = 600 * media.SampleRate

// Run implements media.AudioSink.
func (s *Speaker) Run(ctx context.Context, fill func([]int16)) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	pcm := make([]int16, media.Quantum)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			fill(pcm)
			s.keep(pcm)
		}
	}
}

func (s *Speaker) keep(pcm []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.played) < tenMinutes {
		s.played = append(s.played, pcm...)
	}
}

// Played is a copy of all that was played.
func (s *Speaker) Played() []int16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]int16(nil), s.played...)
}

// Forget drops what was played so far.
func (s *Speaker) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.played = nil
}
