package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
)

// The tests run in bubbles of simulated time, which also see to it that no goroutine is left.

func clock() media.Clock {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// start runs a pipeline and returns a function that ends it and gives its error.
func start(t *testing.T, run func(context.Context) error) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return func() error { cancel(); return <-done }
}

// video is a sender and a receiver with a wire between them.
type video struct {
	wire     *mediatest.Wire
	sender   *media.VideoSender
	receiver *media.VideoReceiver
	screen   *mediatest.Screen
	preview  *mediatest.Screen
	failed   chan error
	stop     func(t *testing.T)
}

func newVideo(t *testing.T, source media.VideoSource, change func(*media.VideoSenderConfig)) *video {
	v := &video{wire: mediatest.NewWire(), screen: &mediatest.Screen{}, preview: &mediatest.Screen{}, failed: make(chan error, 10)}
	now, codecs := clock(), mediatest.Codecs()
	cfg := media.VideoSenderConfig{
		Format: media.VideoFormat{Width: 64, Height: 48, FPS: 30}, Bitrate: 1_000_000,
		NewEncoder: codecs.NewVideoEncoder, Clock: now, Write: v.wire.Write, Preview: v.preview,
		Failed: func(err error) { v.failed <- err },
	}
	if change != nil {
		change(&cfg)
	}
	v.sender = media.NewVideoSender(cfg)
	v.receiver = media.NewVideoReceiver(media.VideoReceiverConfig{
		Read: v.wire.Read, Unblock: v.wire.Unblock, AskKeyFrame: v.sender.KeyFrame,
		NewDecoder: codecs.NewVideoDecoder, Sink: v.screen, Clock: now,
	})
	v.sender.SetSource(source)
	return v
}

func (v *video) start(t *testing.T) {
	stopSender, stopReceiver := start(t, v.sender.Run), start(t, v.receiver.Run)
	v.stop = func(t *testing.T) {
		t.Helper()
		if err := errors.Join(stopSender(), stopReceiver()); err != nil {
			t.Error(err)
		}
	}
}

func TestVideoGoesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVideo(t, &mediatest.Camera{Clock: clock()}, nil)
		v.start(t)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		got, want := v.screen.Last(), v.preview.Last()
		if n := v.screen.Shown(); n < 295 || n > 301 || got == nil || !bytes.Equal(got.Y, want.Y) {
			t.Errorf("%d pictures were shown", n)
		}
		s, r := v.sender.Stats(), v.receiver.Stats()
		if s.Frames != r.Frames || s.KeyFrames != 1 || math.Abs(s.FPS-30) > 1.5 || r.Width != 64 || s.Errors+r.Errors+r.Dropped > 0 {
			t.Errorf("sender %+v\nreceiver %+v", s, r)
		}
		v.stop(t)
		if v.screen.Cleared() == 0 || v.preview.Cleared() == 0 {
			t.Error("the last picture stays")
		}
	})
}

// What is lost is noticed, asked for, and mended with a key frame; nothing broken is shown.
func TestVideoRecoversFromLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVideo(t, &mediatest.Camera{Clock: clock()}, nil)
		v.wire.Lose = func(n int, _ *rtp.Packet) bool { return n > 0 && n%101 == 0 }
		v.start(t)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		s, r := v.sender.Stats(), v.receiver.Stats()
		if r.Errors > 0 || r.Asked == 0 || s.KeyFrames < 3 || r.Frames < s.Frames/2 {
			t.Errorf("sender %+v\nreceiver %+v", s, r)
		}
		v.stop(t)
	})
}

func TestVideoOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVideo(t, &mediatest.Camera{Clock: clock()}, nil)
		v.wire.Delay = func(n int) time.Duration { return time.Duration(10+n%3*15) * time.Millisecond }
		v.start(t)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if r := v.receiver.Stats(); r.Frames < 145 || r.Errors+r.Dropped+r.Asked > 0 {
			t.Errorf("%+v", r)
		}
		v.stop(t)
		time.Sleep(time.Second) // what is on the wire
	})
}

func TestCameraOffSendsNothingAndOnBeginsWithAKeyFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVideo(t, &mediatest.Camera{Clock: clock()}, nil)
		v.start(t)
		time.Sleep(time.Second)
		v.sender.SetEnabled(false)
		synctest.Wait()
		before := v.wire.Written()
		time.Sleep(5 * time.Second)
		if v.wire.Written() != before || v.preview.Last() != nil {
			t.Error("something was sent or shown with the camera off")
		}
		keys := v.sender.Stats().KeyFrames
		v.sender.SetEnabled(true)
		time.Sleep(time.Second)
		synctest.Wait()
		if s := v.sender.Stats(); s.KeyFrames != keys+1 || v.screen.Shown() < 55 {
			t.Errorf("%+v, shown %d", s, v.screen.Shown())
		}
		v.stop(t)
	})
}

func TestACameraThatFailsIsReportedAndReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pulled := errors.New("pulled out")
		now := clock()
		v := newVideo(t, &mediatest.Camera{Clock: now, Err: pulled, Frames: 10}, nil)
		v.start(t)
		if err := <-v.failed; !errors.Is(err, pulled) {
			t.Error(err)
		}
		v.sender.SetSource(&mediatest.Camera{Clock: now, Size: [2]int{32, 32}})
		time.Sleep(time.Second)
		synctest.Wait()
		if f := v.screen.Last(); f == nil || f.Width != 32 {
			t.Error("the other camera is not seen")
		}
		v.stop(t)
	})
}

// A hundred requests in a second make a few key frames.
func TestKeyFramesAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVideo(t, &mediatest.Camera{Clock: clock()}, nil)
		v.start(t)
		for range 100 {
			time.Sleep(10 * time.Millisecond)
			v.sender.KeyFrame()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := v.sender.Stats().KeyFrames; n < 3 || n > 6 {
			t.Errorf("%d key frames", n)
		}
		v.stop(t)
	})
}

// The picture shrinks with the bit rate and grows again; the rate of a quick camera is cut.
func TestSizeAndRateFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := clock()
		v := newVideo(t, quick{now}, func(c *media.VideoSenderConfig) {
			c.Bitrate = 2_000_000
			c.Scale = func(dst, src *media.Frame) { dst.Black() }
		})
		v.start(t)
		sizes := []int{}
		for _, rate := range []int{2_000_000, 400_000, 100_000, 2_000_000} {
			v.sender.SetBitrate(rate)
			time.Sleep(3 * time.Second)
			synctest.Wait()
			sizes = append(sizes, v.sender.Stats().Height)
		}
		if !slices.Equal(sizes, []int{720, 360, 180, 720}) && !slices.Equal(sizes, []int{720, 360, 270, 720}) {
			t.Errorf("heights %v", sizes)
		}
		if fps := v.sender.Stats().FPS; fps < 25 || fps > 33 {
			t.Errorf("%.1f pictures per second", fps)
		}
		v.stop(t)
	})
}

// quick is a camera that gives 60 plain pictures per second whatever is asked.
type quick struct{ clock media.Clock }

func (q quick) Run(ctx context.Context, _ media.VideoFormat, deliver func(*media.Frame)) error {
	f := media.NewFrame(1280, 720)
	tick := time.NewTicker(time.Second / 60)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.At = q.clock()
			deliver(f)
		}
	}
}

func TestTimestampsAreCaptureTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stamps []uint32
		now := clock()
		v := newVideo(t, &mediatest.Camera{Clock: now, Size: [2]int{16, 16}}, func(c *media.VideoSenderConfig) {
			c.Write = func(p *rtp.Packet) error {
				stamps = append(stamps, p.Timestamp)
				return nil
			}
		})
		stop := start(t, v.sender.Run)
		time.Sleep(3 * time.Second)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(stamps); i++ {
			if d := stamps[i] - stamps[i-1]; d < 2990 || d > 3010 {
				t.Fatalf("from picture to picture %d ticks", d)
			}
		}
	})
}

func TestTheTrackEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, codecs := mediatest.NewWire(), mediatest.Codecs()
		r := media.NewVideoReceiver(media.VideoReceiverConfig{
			Read: wire.Read, AskKeyFrame: func() {}, NewDecoder: codecs.NewVideoDecoder, Sink: &mediatest.Screen{}, Clock: clock(),
		})
		wire.Close()
		if err := r.Run(t.Context()); err != io.EOF {
			t.Errorf("video: %v", err)
		}
		a := media.NewAudioReceiver(media.AudioReceiverConfig{Read: wire.Read, NewDecoder: codecs.NewAudioDecoder, Clock: clock()})
		if err := a.Run(t.Context()); err != io.EOF {
			t.Errorf("audio: %v", err)
		}
	})
}

func TestNoCodec(t *testing.T) {
	none := errors.New("none here")
	s := media.NewAudioSender(media.AudioSenderConfig{NewEncoder: func() (media.AudioEncoder, error) { return nil, none }})
	if err := s.Run(t.Context()); !errors.Is(err, none) {
		t.Error(err)
	}
	r := media.NewVideoReceiver(media.VideoReceiverConfig{NewDecoder: func() (media.VideoDecoder, error) { return nil, none }})
	if err := r.Run(t.Context()); !errors.Is(err, none) {
		t.Error(err)
	}
}

// sound is a sender and a receiver with a wire between them.
type sound struct {
	wire     *mediatest.Wire
	sender   *media.AudioSender
	receiver *media.AudioReceiver
	speaker  *mediatest.Speaker
	failed   chan error
	stop     func(t *testing.T)
}

func newSound(source media.AudioSource) *sound {
	s := &sound{wire: mediatest.NewWire(), speaker: &mediatest.Speaker{}, failed: make(chan error, 10)}
	now, codecs := clock(), mediatest.Codecs()
	failed := func(err error) { s.failed <- err }
	s.sender = media.NewAudioSender(media.AudioSenderConfig{NewEncoder: codecs.NewAudioEncoder, Write: s.wire.Write, Failed: failed})
	s.receiver = media.NewAudioReceiver(media.AudioReceiverConfig{
		Read: s.wire.Read, Unblock: s.wire.Unblock, NewDecoder: codecs.NewAudioDecoder, Clock: now, Failed: failed,
	})
	s.sender.SetSource(source)
	s.receiver.SetSink(s.speaker)
	return s
}

func (s *sound) start(t *testing.T) {
	stopSender, stopReceiver := start(t, s.sender.Run), start(t, s.receiver.Run)
	s.stop = func(t *testing.T) {
		t.Helper()
		if err := errors.Join(stopSender(), stopReceiver()); err != nil {
			t.Error(err)
		}
	}
}

// loud is the share of 10 ms stretches that are not silent.
func loud(pcm []int16) float64 {
	n := 0
	for i := 0; i+media.Quantum <= len(pcm); i += media.Quantum {
		if media.Level(pcm[i:i+media.Quantum]) > -40 {
			n++
		}
	}
	return float64(n) / float64(len(pcm)/media.Quantum)
}

func TestSoundGoesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSound(&mediatest.Tone{Clock: clock(), Hz: 440})
		s.start(t)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if share := loud(s.speaker.Played()); share < 0.98 {
			t.Errorf("the tone was heard %.3f of the time", share)
		}
		r, d := s.receiver.Stats(), s.sender.Stats()
		if r.Packets < 495 || r.Errors+r.Concealed+r.Late > 0 || r.Delay > 60*time.Millisecond || d.Errors > 0 {
			t.Errorf("sender %+v\nreceiver %+v", d, r)
		}
		if math.Abs(s.sender.Level() - -11.7) > 0.5 || math.Abs(s.receiver.Level() - -11.7) > 1 {
			t.Errorf("levels %.1f and %.1f dBFS", s.sender.Level(), s.receiver.Level())
		}
		s.stop(t)
	})
}

func TestSoundWithLossAndJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSound(&mediatest.Tone{Clock: clock(), Hz: 440})
		s.wire.Lose = func(n int, _ *rtp.Packet) bool { return n%20 == 7 }
		s.wire.Delay = func(n int) time.Duration { return time.Duration(20+n*37%50) * time.Millisecond }
		s.start(t)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		r := s.receiver.Stats()
		if share := loud(s.speaker.Played()); share < 0.95 || r.Recovered < 60 || r.Errors > 0 {
			t.Errorf("heard %.3f of the time; %+v", share, r)
		}
		s.stop(t)
		time.Sleep(time.Second)
	})
}

// Muted means not one packet; the meter goes on.
func TestMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSound(&mediatest.Tone{Clock: clock(), Hz: 440})
		s.start(t)
		time.Sleep(time.Second)
		s.sender.SetMuted(true)
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		before := s.wire.Written()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if s.wire.Written() != before {
			t.Error("packets were sent while muted")
		}
		if s.sender.Level() < -15 {
			t.Error("the meter is dead")
		}
		s.sender.SetMuted(false)
		time.Sleep(time.Second)
		synctest.Wait()
		if s.wire.Written() < before+45 || s.receiver.Stats().Concealed > 0 || s.receiver.Level() < -15 {
			t.Errorf("after that: %+v", s.receiver.Stats())
		}
		s.stop(t)
	})
}

func TestSilenceIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSound(&mediatest.Tone{Clock: clock()})
		s.start(t)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if d := s.sender.Stats(); d.Packets > 0 || d.Suspended < 95 {
			t.Errorf("%+v", d)
		}
		s.stop(t)
	})
}

func TestAMicrophoneThatFailsIsReportedAndReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pulled := errors.New("pulled out")
		now := clock()
		s := newSound(&mediatest.Tone{Clock: now, Hz: 440, Err: pulled, Quanta: 100})
		s.start(t)
		if err := <-s.failed; !errors.Is(err, pulled) {
			t.Error(err)
		}
		time.Sleep(3 * time.Second)
		s.sender.SetSource(&mediatest.Tone{Clock: now, Hz: 440})
		s.receiver.SetSink(s.speaker) // once more, which starts it afresh
		time.Sleep(time.Second)
		synctest.Wait()
		if s.receiver.Level() < -15 || s.receiver.Stats().Concealed > 0 {
			t.Errorf("%+v", s.receiver.Stats())
		}
		s.stop(t)
	})
}

// Timestamps count samples, whatever a device's clock jitters, and jump only over a hole.
func TestAudioTimestamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stamps []uint32
		var markers []bool
		s := media.NewAudioSender(media.AudioSenderConfig{
			NewEncoder: mediatest.Codecs().NewAudioEncoder,
			Write: func(p *rtp.Packet) error {
				stamps, markers = append(stamps, p.Timestamp), append(markers, p.Marker)
				return nil
			},
		})
		s.SetSource(jittery{})
		stop := start(t, s.Run)
		synctest.Wait()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if len(stamps) != 100 {
			t.Fatalf("%d packets", len(stamps))
		}
		for i := 1; i < len(stamps); i++ {
			want, marker := uint32(media.Packet20), false
			if i == 50 {
				want, marker = 48000+media.Packet20, true
			}
			if d := stamps[i] - stamps[i-1]; d+480 < want || d > want+480 || i != 50 && d != want || markers[i] != marker {
				t.Fatalf("packet %d: %d samples on, marker %v", i, d, markers[i])
			}
		}
	})
}

// jittery stamps 2 s of sound with ±8 ms, and leaves out a second in the middle.
type jittery struct{}

func (jittery) Run(ctx context.Context, deliver func([]int16, time.Duration)) error {
	pcm := make([]int16, media.Quantum)
	for i := range pcm {
		pcm[i] = 5000
	}
	for n := range 200 {
		at := time.Duration(n*10)*time.Millisecond + time.Duration(n*5%9)*time.Millisecond
		if n >= 100 {
			at += time.Second
		}
		deliver(pcm, at)
	}
	<-ctx.Done()
	return nil
}

// A receiver whose Read cannot be interrupted ends all the same, and its reader with the next packet.
func TestReadThatCannotBeInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire := mediatest.NewWire()
		var asked atomic.Int32
		r := media.NewVideoReceiver(media.VideoReceiverConfig{
			Read: wire.Read, AskKeyFrame: func() { asked.Add(1) },
			NewDecoder: mediatest.Codecs().NewVideoDecoder, Sink: &mediatest.Screen{}, Clock: clock(),
		})
		if err := start(t, r.Run)(); err != nil {
			t.Error(err)
		}
		if err := wire.Write(&rtp.Packet{Header: rtp.Header{Version: 2}, Payload: []byte{1}}); err != nil {
			t.Fatal(err)
		}
		if asked.Load() != 0 {
			t.Error("it still asks")
		}
	})
}
