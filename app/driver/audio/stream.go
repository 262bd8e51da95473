package audio

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"legekonsultasjon/core/media"
)

// stream is an open device.
type stream struct {
	conn   *connection
	device *malgo.Device
}

// callback moves samples: in for a microphone, out for a speaker; the other is nil.
type callback func(out, in []int16)

// pulse is the sign of life of a device.
type pulse struct {
	beats   atomic.Uint64
	stopped chan struct{} // capacity 1: the sound system stopped the device; full means it is known already
	haste   *haste
}

// run keeps a device open until ctx ends (nil) or it fails. beat, run by the sound system, must not block or allocate.
func (s *System) run(ctx context.Context, kind malgo.DeviceType, id string, h *haste, beat callback) error {
	p := &pulse{stopped: make(chan struct{}, 1), haste: h}
	ended := make(chan struct{})
	defer close(ended)
	go h.run(ended)
	st, err := limited(ctx, openLimit, func() (*stream, error) { return open(kind, id, p, beat) }, (*stream).close)
	if err != nil || st == nil {
		return err
	}
	if err := p.watch(ctx); err != nil {
		s.shut(st, brokenLimit)
		return err
	}
	s.shut(st, closeLimit)
	return nil
}

// limited runs open in a goroutine. When ctx ends or the limit passes first, it returns without, and what open may yet
// bring is discarded.
func limited[T any](ctx context.Context, limit time.Duration, open func() (T, error), discard func(T)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	var none T
	done := make(chan outcome) // unbuffered: either taken here or discarded there
	gone := make(chan struct{})
	go func() {
		v, err := open()
		select {
		case done <- outcome{v, err}:
		case <-gone:
			if err == nil {
				discard(v)
			}
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		close(gone)
		return none, nil
	case <-timer.C:
		close(gone)
		return none, fmt.Errorf("opening the sound device: %w", media.ErrStalled)
	}
}

func open(kind malgo.DeviceType, id string, p *pulse, beat callback) (*stream, error) {
	backend, raw, err := parseID(id)
	if err != nil {
		return nil, err
	}
	conn, err := connect(backend)
	if err != nil {
		return nil, err
	}
	device, err := initDevice(conn, kind, raw, p, beat)
	if err != nil {
		conn.close()
		return nil, explain(err)
	}
	st := &stream{conn, device}
	if err := device.Start(); err != nil {
		st.close()
		return nil, explain(err)
	}
	return st, nil
}

func initDevice(conn *connection, kind malgo.DeviceType, id *malgo.DeviceID, p *pulse, beat callback) (*malgo.Device, error) {
	cfg := malgo.DefaultDeviceConfig(kind)
	cfg.SampleRate = media.SampleRate
	cfg.PeriodSizeInFrames, cfg.Periods = buffer(conn.backend.kind, kind)
	cfg.PerformanceProfile = malgo.LowLatency
	if kind == malgo.Playback {
		cfg.NoFixedSizedCallback = 1 // what is asked for is given at once, instead of a period with the rest waiting
	}
	cfg.Capture.Format, cfg.Capture.Channels = malgo.FormatS16, media.Channels
	cfg.Playback.Format, cfg.Playback.Channels = malgo.FormatS16, media.Channels
	cfg.Pulse.StreamNamePlayback, cfg.Pulse.StreamNameCapture = "Legekonsultasjon", "Legekonsultasjon"
	var pin runtime.Pinner
	defer pin.Unpin() // miniaudio copies the id
	if id != nil {
		pin.Pin(id)
		cfg.Capture.DeviceID, cfg.Playback.DeviceID = unsafe.Pointer(id), unsafe.Pointer(id)
	}
	return malgo.InitDevice(conn.ctx.Context, cfg, malgo.DeviceCallbacks{
		Data: func(out, in []byte, _ uint32) {
			if p.beats.Add(1) == 1 {
				p.haste.here()
			}
			beat(samples(out), samples(in))
		},
		Stop: func() {
			select {
			case p.stopped <- struct{}{}:
			default:
			}
		},
	})
}

// buffer is what a device is asked for: the length of a period in samples, and how many there are. Two of 10 ms are enough,
// but PulseAudio means something else by it (miniaudio 0.11): a speaker's buffer is one period long, however many are asked
// for, and 10 ms ran dry many times a minute on a virtual machine with nothing else to do; a microphone's sound comes in
// periods, and all of them together are what may wait before some is lost.
func buffer(backend malgo.Backend, kind malgo.DeviceType) (period, periods uint32) {
	switch {
	case backend != malgo.BackendPulseaudio:
		return media.Quantum, 2
	case kind == malgo.Playback:
		return 2 * media.Quantum, 2
	default:
		return media.Quantum, 10
	}
}

// samples sees the sound system's memory as what it is.
func samples(b []byte) []int16 {
	return unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}

// watch waits until ctx ends (nil), or the device stops or falls silent (media.ErrStalled).
func (p *pulse) watch(ctx context.Context) error {
	tick := time.NewTicker(stallCheck)
	defer tick.Stop()
	last, since := p.beats.Load(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.stopped:
			return media.ErrStalled
		case now := <-tick.C:
			if beats := p.beats.Load(); beats != last {
				last, since = beats, now
			} else if now.Sub(since) >= stallLimit {
				return media.ErrStalled
			}
		}
	}
}

// close gives the device back. On PulseAudio it is stopped first, for that alone wakes miniaudio's thread: where a device was
// pulled out the thread hears nothing more, and Uninit would wait for it for ever.
func (st *stream) close() {
	if st.conn.backend.kind == malgo.BackendPulseaudio {
		_ = st.device.Stop()
	}
	st.device.Uninit()
	st.conn.close()
}

// shut closes the device, and leaves it behind when that takes too long: a hanging sound system must not hang a call.
func (s *System) shut(st *stream, limit time.Duration) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		st.close()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.log.Warn("a sound device did not close in time")
	}
}
