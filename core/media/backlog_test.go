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

// exact is a camera that writes the time, in milliseconds, into its pictures' first two samples.
type exact struct{ mediatest.Camera }

func (c *exact) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	return c.Camera.Run(ctx, want, func(f *media.Frame) {
		f.Y[0], f.Y[1] = byte(f.At.Milliseconds()), byte(f.At.Milliseconds()>>8)
		deliver(f)
	})
}

// ages is a screen that knows the least and the most age of what it has shown since its begin.
type ages struct {
	mediatest.Screen
	now         media.Clock
	begin       time.Duration
	least, most atomic.Int64
}

func (a *ages) Show(f *media.Frame) {
	a.Screen.Show(f)
	now := a.now()
	if now < a.begin {
		return
	}
	age := (now.Milliseconds() - int64(f.Y[0]) - int64(f.Y[1])<<8) & 0xffff
	if least := a.least.Load(); least == 0 || age < least {
		a.least.Store(age)
	}
	a.most.Store(max(age, a.most.Load()))
}

// Pictures that are held back anyway, here for the voice, are decoded meanwhile: what that takes is no delay, nor is it when
// it takes now more, now less.
func TestDecodesAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now, wire, codecs := clock(), mediatest.NewWire(), mediatest.Codecs()
		screen := &ages{now: now, begin: 2 * time.Second}
		s := media.NewVideoSender(media.VideoSenderConfig{
			Format: media.VideoFormat{Width: 64, Height: 48, FPS: 30}, Bitrate: 1_000_000, NewEncoder: codecs.NewVideoEncoder,
			Clock: now, Write: wire.Write,
		})
		s.SetSource(&exact{mediatest.Camera{Clock: now}})
		var takes atomic.Int64
		r := media.NewVideoReceiver(media.VideoReceiverConfig{
			Read: wire.Read, Unblock: wire.Unblock, AskKeyFrame: s.KeyFrame, Clock: now, Sink: screen,
			NewDecoder: func() (media.VideoDecoder, error) {
				d, err := codecs.NewVideoDecoder()
				return uneven{slow{d, &takes}}, err
			},
		})
		r.SetDelay(50 * time.Millisecond)
		stopSender, stopReceiver := start(t, s.Run), start(t, r.Run)
		time.Sleep(12 * time.Second)
		synctest.Wait()
		if least, most := screen.least.Load(), screen.most.Load(); least < 50 || most > 51 {
			t.Errorf("pictures held back by 50 ms were between %d and %d ms old", least, most)
		}
		if n := screen.Shown(); n < 350 {
			t.Errorf("%d pictures were shown", n)
		}
		if err := errors.Join(stopSender(), stopReceiver()); err != nil {
			t.Error(err)
		}
	})
}

// uneven is a decoder that takes 5 ms and 25 ms by turns.
type uneven struct{ slow }

func (u uneven) Decode(b []byte) (*media.Frame, error) {
	u.takes.Store(int64(30*time.Millisecond) - max(u.takes.Load(), int64(5*time.Millisecond)))
	return u.slow.Decode(b)
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
