package vpx

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pion/rtp"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/pattern"
)

// The whole way from camera to screen with the real codec, scaled down to what the rate carries, with a packet lost now
// and then: what is seen at last is what the camera saw.
func TestThePipelines(t *testing.T) {
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	wire, screen, preview := mediatest.NewWire(), &mediatest.Screen{}, &mediatest.Screen{}
	wire.Lose = func(n int, _ *rtp.Packet) bool { return n%150 == 149 }
	sender := media.NewVideoSender(media.VideoSenderConfig{
		Format: media.VideoFormat{Width: 640, Height: 360, FPS: 30}, Bitrate: 300_000,
		NewEncoder: NewEncoder, Scale: yuv.Scale, Clock: clock, Write: wire.Write, Preview: preview,
	})
	receiver := media.NewVideoReceiver(media.VideoReceiverConfig{
		Read: wire.Read, Unblock: wire.Unblock, AskKeyFrame: sender.KeyFrame, NewDecoder: NewDecoder, Sink: screen, Clock: clock,
	})
	sender.SetSource(&mediatest.Camera{Clock: clock})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- sender.Run(ctx) }()
	go func() { done <- receiver.Run(ctx) }()
	deadline := time.After(20 * time.Second)
	for screen.Shown() < 90 {
		select {
		case <-deadline:
			t.Fatalf("only %d pictures; sender %+v, receiver %+v", screen.Shown(), sender.Stats(), receiver.Stats())
		case <-time.After(10 * time.Millisecond):
		}
	}
	sender.SetEnabled(false) // the last picture stays on the screen while nothing comes
	got := screen.Last()
	cancel()
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if got.Width != 480 || got.Height != 270 {
		t.Errorf("at 300 kbit/s it came in %dx%d", got.Width, got.Height)
	}
	want := media.NewFrame(got.Width, got.Height)
	original := new(media.Frame)
	p := pattern.New(640, 360)
	best, end := 0.0, time.Now() // comparing may be slower than time goes by
	for at := began; at.Before(end); at = at.Add(5 * time.Millisecond) {
		p.Draw(original, at.Sub(began))
		yuv.Scale(want, original)
		best = max(best, psnr(want, got))
	}
	t.Logf("best match %.1f dB; sender %+v; receiver %+v", best, sender.Stats(), receiver.Stats())
	if best < 30 {
		t.Errorf("no picture of the camera's is like it: %.1f dB at best", best)
	}
}
