package media

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// Scale fills dst, which has its size and planes already, with the picture of src.
type Scale func(dst, src *Frame)

// VideoSenderConfig is what a VideoSender is made of.
type VideoSenderConfig struct {
	Format     VideoFormat // asked of every source; FPS also caps what is encoded
	Bitrate    int         // bit/s to begin with
	NewEncoder func(VideoFormat, int) (VideoEncoder, error)
	Scale      Scale // nil: pictures are sent in the size they come in
	Clock      Clock

	// Write sends one packet; packet and payload are reused after it returns, which suits TrackLocalStaticRTP.WriteRTP.
	// SSRC and payload type are left to it.
	Write func(*rtp.Packet) error
	// Begin is asked once what the packets count from. Nil: at random.
	Begin func() Numbers
	// Preview is shown every captured picture, or nil.
	Preview VideoSink
	// Failed is told, from Run's goroutine, that the source failed; the sender goes on without pictures until SetSource
	// or SetEnabled. It must not block. Nil: nobody wants to know.
	Failed func(error)
}

// VideoSender takes pictures from a source, shows them as a preview, scales them to what the bit rate carries, encodes
// them and sends them. Between the source's goroutine and the encoder the newest picture wins. Its methods may be called
// from any goroutine, before, during and after Run.
type VideoSender struct {
	cfg     VideoSenderConfig
	box     *Mailbox
	tally   tally
	changed chan struct{} // capacity 1: full means that Run will look anyway

	mu      sync.Mutex
	source  VideoSource
	enabled bool

	bitrate atomic.Int64
	wantKey atomic.Bool
	step    atomic.Int64 // rung of the ladder that the rate allows
	limit   atomic.Int64 // rung that the machine allows
}

// NewVideoSender makes a sender that is enabled and has no source yet.
func NewVideoSender(cfg VideoSenderConfig) *VideoSender {
	if cfg.Format.FPS <= 0 {
		cfg.Format.FPS = 30
	}
	if cfg.Begin == nil {
		cfg.Begin = atRandom
	}
	s := &VideoSender{cfg: cfg, box: NewMailbox(), changed: make(chan struct{}, 1), enabled: true}
	s.bitrate.Store(int64(cfg.Bitrate))
	s.step.Store(int64(stepFor(cfg.Bitrate, -1)))
	s.limit.Store(int64(len(ladder) - 1))
	return s
}

// SetSource changes the camera; nil is none. The old one is stopped before the new one starts. Setting the same source
// again starts it again.
func (s *VideoSender) SetSource(source VideoSource) {
	s.mu.Lock()
	s.source = source
	s.mu.Unlock()
	s.poke()
}

// SetEnabled switches the camera off and on: off closes the device (its light goes out), clears the preview and sends
// nothing.
func (s *VideoSender) SetEnabled(on bool) {
	s.mu.Lock()
	same := s.enabled == on
	s.enabled = on
	s.mu.Unlock()
	if !same {
		s.poke()
	}
}

func (s *VideoSender) poke() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// SetBitrate asks for another rate, in bit/s; it takes effect with the next picture. At 0 nothing is sent, while the
// camera and its preview go on.
func (s *VideoSender) SetBitrate(bitsPerSecond int) {
	s.bitrate.Store(int64(bitsPerSecond))
	if bitsPerSecond <= 0 {
		return
	}
	s.step.Store(int64(stepFor(bitsPerSecond, int(s.step.Load()))))
}

// rung is the step of the ladder in use.
func (s *VideoSender) rung() int { return int(min(s.step.Load(), s.limit.Load())) }

// Strained says that this machine, and not the line, keeps the pictures small.
func (s *VideoSender) Strained() bool { return s.limit.Load() < s.step.Load() }

// fps is how many pictures a second are sent.
func (s *VideoSender) fps() int { return min(s.cfg.Format.FPS, ladder[s.rung()].fps) }

// KeyFrame asks for a key frame, as after a PLI or FIR. Requests within 300 ms of a key frame are answered by one at the
// end of that time.
func (s *VideoSender) KeyFrame() {
	s.wantKey.Store(true)
	s.tally.add(func(v *VideoStats) { v.Asked++ })
}

// Stats is what the sender has done.
func (s *VideoSender) Stats() VideoStats {
	v := s.tally.read(s.cfg.Clock())
	v.Dropped += s.box.Dropped()
	return v
}

// Run sends until ctx ends and returns nil then, or the error of an encoder that could not be made. It leaves no
// goroutine. It is called once.
func (s *VideoSender) Run(ctx context.Context) error {
	first := s.cfg.Begin()
	e := &videoEncoding{
		s: s, packets: newPacketizer(first.Sequence, uint16(first.Timestamp)), epoch: first.Timestamp, wait: waiter(ctx),
	}
	defer e.close()
	var camera station
	defer camera.stop()
	defer s.clearPreview()
	var mine *Frame
	s.poke()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.changed:
			s.restart(ctx, &camera)
		case err := <-camera.done:
			s.fail(camera.ended(err))
		case <-s.box.Ready():
			f := s.box.Take(mine)
			if f == nil {
				continue
			}
			mine = f
			if err := e.frame(f); err != nil {
				return err
			}
		}
	}
}

func (s *VideoSender) restart(ctx context.Context, camera *station) {
	camera.stop()
	s.box.Empty()
	s.mu.Lock()
	source, on := s.source, s.enabled
	s.mu.Unlock()
	if source == nil || !on {
		s.clearPreview()
		return
	}
	s.wantKey.Store(true)
	deliver := s.deliverer()
	camera.start(ctx, func(ctx context.Context) error { return source.Run(ctx, s.cfg.Format, deliver) })
}

func (s *VideoSender) fail(err error) {
	s.clearPreview()
	if s.cfg.Failed != nil {
		s.cfg.Failed(err)
	}
}

func (s *VideoSender) clearPreview() {
	if s.cfg.Preview != nil {
		s.cfg.Preview.Clear()
	}
}

// deliverer is called from the source's goroutine: check, show, thin out, scale into the mailbox.
func (s *VideoSender) deliverer() func(*Frame) {
	var pace pacer
	return func(f *Frame) {
		pace.interval = time.Second / time.Duration(s.fps())
		if !f.Valid() {
			s.tally.add(func(v *VideoStats) { v.Errors++ })
			return
		}
		if s.cfg.Preview != nil {
			s.cfg.Preview.Show(f)
		}
		if s.bitrate.Load() <= 0 || !pace.due(f.At) {
			s.tally.add(func(v *VideoStats) { v.Dropped++ })
			return
		}
		s.box.PutWith(func(into *Frame) { s.scaled(into, f) })
	}
}

func (s *VideoSender) scaled(into, f *Frame) {
	w, h := f.Width, f.Height
	if s.cfg.Scale != nil {
		w, h = fit(w, h, s.rung())
	}
	if w == f.Width && h == f.Height {
		into.CopyFrom(f)
		return
	}
	into.Resize(w, h)
	into.At = f.At
	s.cfg.Scale(into, f)
}

// pacer lets through at most one picture per interval on average, with room for a camera's jitter.
type pacer struct {
	interval time.Duration
	next     time.Duration
}

func (p *pacer) due(at time.Duration) bool {
	if at < p.next-p.interval/4 && p.next-at < 2*p.interval {
		return false
	}
	p.next = max(p.next+p.interval, at)
	if p.next-at > p.interval { // the clock stepped back, or a new source
		p.next = at + p.interval
	}
	return true
}

// keyInterval is the least time between key frames that were asked for.
const keyInterval = 300 * time.Millisecond

// videoEncoding is the part of a sender that belongs to Run's goroutine.
type videoEncoding struct {
	s       *VideoSender
	encoder VideoEncoder
	packets *packetizer
	epoch   uint32 // random offset of the timestamps (RFC 3550, section 5.1)
	bitrate int
	lastKey time.Duration
	began   bool   // a key frame has been made
	stamped bool   // lastAt is valid
	lastAt  uint32 // timestamp of the picture before
	effort  effort
	wait    func(time.Duration) // returns early when Run's ctx ends
}

// frame encodes and sends one picture. Only an encoder that cannot be made is an error.
func (e *videoEncoding) frame(f *Frame) error {
	if e.s.bitrate.Load() <= 0 {
		return nil
	}
	if err := e.prepare(f); err != nil {
		return err
	}
	wanted := e.s.wantKey.Load() && (!e.began || f.At-e.lastKey >= keyInterval || f.At < e.lastKey)
	if wanted {
		e.s.wantKey.Store(false)
	}
	began := e.s.cfg.Clock()
	bits, key, err := e.encoder.Encode(f, wanted)
	e.watch(began)
	if err != nil {
		e.s.tally.add(func(v *VideoStats) { v.Errors++ })
		e.reset()
		return nil
	}
	if key {
		e.lastKey, e.began = f.At, true
	} else if wanted {
		e.s.wantKey.Store(true) // the encoder dropped this picture
	}
	if len(bits) == 0 {
		e.s.tally.add(func(v *VideoStats) { v.Dropped++ })
		return nil
	}
	e.send(f, bits, key)
	return nil
}

// watch heeds what encoding costs this machine.
func (e *videoEncoding) watch(began time.Duration) {
	if e.s.cfg.Scale == nil {
		return // there is no smaller picture to go to
	}
	now := e.s.cfg.Clock()
	e.s.limit.Store(int64(e.effort.take(now-began, time.Second/time.Duration(e.s.fps()), now, e.s.rung())))
}

func (e *videoEncoding) send(f *Frame, bits []byte, key bool) {
	packets, bytes, err := e.packets.send(bits, e.timestamp(f.At), e.paced(len(bits), key))
	e.s.tally.frame(e.s.cfg.Clock(), f.Width, f.Height, packets, bytes, key)
	if err != nil {
		e.s.tally.add(func(v *VideoStats) { v.Errors++ })
	}
}

// timestamp is the capture time in 90 kHz. Two pictures never share one, whatever the source says.
func (e *videoEncoding) timestamp(at time.Duration) uint32 {
	ts := e.epoch + uint32(at.Microseconds()*9/100)
	if e.stamped && int32(ts-e.lastAt) <= 0 {
		ts = e.lastAt + 1
	}
	e.lastAt, e.stamped = ts, true
	return ts
}

func (e *videoEncoding) prepare(f *Frame) error {
	// The encoder believes in the full rate of pictures: with fewer of them each may have more bits.
	bitrate := int(e.s.bitrate.Load()) * e.s.cfg.Format.FPS / e.s.fps()
	if e.encoder == nil {
		format := VideoFormat{Width: f.Width, Height: f.Height, FPS: e.s.cfg.Format.FPS}
		enc, err := e.s.cfg.NewEncoder(format, bitrate)
		if err != nil {
			return errors.Join(errors.New("video encoder"), err)
		}
		e.encoder, e.bitrate = enc, bitrate
		return nil
	}
	if bitrate != e.bitrate {
		e.bitrate = bitrate
		if err := e.encoder.SetBitrate(bitrate); err != nil {
			e.s.tally.add(func(v *VideoStats) { v.Errors++ })
		}
	}
	return nil
}

// reset throws away an encoder that gave an error; the next picture makes another.
func (e *videoEncoding) reset() {
	e.close()
	e.encoder = nil
	e.s.wantKey.Store(true)
}

func (e *videoEncoding) close() {
	if e.encoder != nil {
		e.encoder.Close()
	}
}
