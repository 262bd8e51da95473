package camera

import (
	"context"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/pattern"
)

type testPicture struct{ clock media.Clock }

// Run implements media.VideoSource.
func (s *testPicture) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	if want.Width < 16 || want.Height < 16 || want.Width > media.MaxSide || want.Height > media.MaxSide || want.FPS < 1 {
		return media.ErrFrame
	}
	picture, f := pattern.New(want.Width, want.Height), new(media.Frame)
	return metronome(ctx, time.Second/time.Duration(want.FPS), func() error {
		picture.Draw(f, s.clock())
		deliver(f)
		return nil
	})
}

// metronome calls beat at a steady rate until ctx ends (nil) or beat fails. A beat that was missed is left out.
func metronome(ctx context.Context, interval time.Duration, beat func() error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := beat(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
