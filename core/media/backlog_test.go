package media_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
)

// slow is a decoder that takes its time.
type slow struct {
	media.VideoDecoder
	takes *atomic.Int64 // time.Duration
}

func (s slow) Decode(b []byte) (*media.Frame, error) {
	time.Sleep(time.Duration(s.takes.Load()))
	return s.VideoDecoder.Decode(b)
}

// stamped is a screen that knows how old what it shows is: the sender's pictures carry their time.
type stamped struct {
	mediatest.Screen
	now    media.Clock
	oldest atomic.Int64
}

func (s *stamped) Show(f *media.Frame) {
	if age := int64(s.now() - time.Duration(f.Y[0])*stampUnit); age > s.oldest.Load() {
		s.oldest.Store(age)
	}
	s.Screen.Show(f)
}

// stampUnit is what one step of a stamped picture's first sample stands for.
const stampUnit = 100 * time.Millisecond

// timed is a camera that writes the time, in stampUnits, into its pictures' first sample.
type timed struct{ mediatest.Camera }

func (c *timed) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	return c.Camera.Run(ctx, want, func(f *media.Frame) {
		f.Y[0] = byte(f.At / stampUnit)
		deliver(f)
	})
}

// A machine too slow for what comes shows new pictures all the same, some of them, and asks for less.
func TestSlowMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, wire, codecs := clock(), mediatest.NewWire(), mediatest.Codecs()
		var takes, told atomic.Int64
		takes.Store(int64(60 * time.Millisecond))
		screen := &stamped{now: now}
		s := media.NewVideoSender(media.VideoSenderConfig{
			Format: media.VideoFormat{Width: 64, Height: 48, FPS: 30}, Bitrate: 1_000_000, NewEncoder: codecs.NewVideoEncoder,
			Clock: now, Write: wire.Write,
		})
		s.SetSource(&timed{mediatest.Camera{Clock: now}})
		r := media.NewVideoReceiver(media.VideoReceiverConfig{
			Read: wire.Read, Unblock: wire.Unblock, AskKeyFrame: s.KeyFrame, Clock: now, Sink: screen,
			NewDecoder: func() (media.VideoDecoder, error) {
				d, err := codecs.NewVideoDecoder()
				return slow{d, &takes}, err
			},
			Limit: func(_, fps int) { told.Store(int64(fps)) },
		})
		stopSender, stopReceiver := start(t, s.Run), start(t, r.Run)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if shown := screen.Shown(); shown < 100 || shown > 250 {
			t.Errorf("%d pictures were shown in 20 s", shown)
		}
		if oldest := time.Duration(screen.oldest.Load()); oldest > 1200*time.Millisecond {
			t.Errorf("a picture was %v old", oldest)
		}
		if told.Load() != 10 {
			t.Errorf("%d pictures a second were asked for", told.Load())
		}
		takes.Store(int64(2 * time.Millisecond))
		time.Sleep(time.Second)
		screen.oldest.Store(0)
		time.Sleep(2 * time.Second)
		if oldest := time.Duration(screen.oldest.Load()); oldest > 250*time.Millisecond {
			t.Errorf("with time to spare a picture was %v old", oldest)
		}
		if err := errors.Join(stopSender(), stopReceiver()); err != nil {
			t.Error(err)
		}
	})
}
