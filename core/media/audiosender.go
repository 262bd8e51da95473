package media

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// Packet20 is the samples of an Opus packet of 20 ms: two Quanta.
const Packet20 = 2 * Quantum

// AudioSenderConfig is what an AudioSender is made of.
type AudioSenderConfig struct {
	NewEncoder func() (AudioEncoder, error)
	// Write sends one packet; packet and payload are reused after it returns, which suits TrackLocalStaticRTP.WriteRTP.
	Write func(*rtp.Packet) error
	// Begin is asked once what the packets count from. Nil: at random.
	Begin func() Numbers
	// Failed is told, from Run's goroutine, that the source failed; the sender goes on in silence until SetSource. It must
	// not block. Nil: nobody wants to know.
	Failed func(error)
}

// AudioSender takes sound from a source, measures its level, encodes it and sends it. While muted the source goes on, so
// that the meter can tell a person that he speaks unheard, but not one packet is sent. Its methods may be called from
// any goroutine, before, during and after Run.
type AudioSender struct {
	cfg     AudioSenderConfig
	changed chan struct{} // capacity 1: full means that Run will look anyway
	meter   Meter

	mu     sync.Mutex
	source AudioSource
	stats  AudioStats

	muted   atomic.Bool
	bitrate atomic.Int64 // 0: the encoder's own
	loss    atomic.Int64
}

// NewAudioSender makes a sender that is not muted and has no source yet.
func NewAudioSender(cfg AudioSenderConfig) *AudioSender {
	if cfg.Begin == nil {
		cfg.Begin = atRandom
	}
	return &AudioSender{cfg: cfg, changed: make(chan struct{}, 1)}
}

// SetSource changes the microphone; nil is none. The old one is stopped before the new one starts. Setting the same source
// again starts it again.
func (s *AudioSender) SetSource(source AudioSource) {
	s.mu.Lock()
	s.source = source
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// SetMuted stops and resumes sending; it takes effect with the next packet.
func (s *AudioSender) SetMuted(muted bool) { s.muted.Store(muted) }

// SetBitrate asks for another rate, in bit/s; it takes effect with the next packet.
func (s *AudioSender) SetBitrate(bitsPerSecond int) { s.bitrate.Store(int64(bitsPerSecond)) }

// SetPacketLoss tells the encoder how much is lost on the way, in percent: more loss, more redundancy.
func (s *AudioSender) SetPacketLoss(percent int) { s.loss.Store(int64(percent)) }

// Level is the microphone's level in dBFS, muted or not.
func (s *AudioSender) Level() float64 { return s.meter.Level() }

// Stats is what the sender has done.
func (s *AudioSender) Stats() AudioStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.stats
	v.Level = s.meter.Level()
	return v
}

// Run sends until ctx ends and returns nil then, or the error of an encoder that could not be made. It leaves no
// goroutine. It is called once.
func (s *AudioSender) Run(ctx context.Context) error {
	encoder, err := s.cfg.NewEncoder()
	if err != nil {
		return errors.Join(errors.New("audio encoder"), err)
	}
	defer encoder.Close()
	e := newAudioEncoding(s, encoder)
	var microphone station
	defer microphone.stop()
	for {
		source := s.wanted()
		microphone.stop()
		s.meter.Reset()
		if source != nil {
			microphone.start(ctx, func(ctx context.Context) error { return source.Run(ctx, e.quantum) })
		}
		if !s.attend(ctx, &microphone) {
			return nil
		}
	}
}

// wanted is the source to run now; changes up to here are known then.
func (s *AudioSender) wanted() AudioSource {
	select {
	case <-s.changed:
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source
}

// attend waits until another source is wanted, or ctx ends (false).
func (s *AudioSender) attend(ctx context.Context, microphone *station) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-s.changed:
			return true
		case err := <-microphone.done:
			s.meter.Reset()
			if err = microphone.ended(err); s.cfg.Failed != nil {
				s.cfg.Failed(err)
			}
		}
	}
}

// audioEncoding belongs to the running source's goroutine; one source ends before the next begins.
type audioEncoding struct {
	s       *AudioSender
	encoder AudioEncoder
	packet  rtp.Packet
	buffer  [1000]byte // an Opus packet; far above 128 kbit/s
	epoch   uint32     // random offset of the timestamps
	samples uint32     // position of the next packet, in samples since the epoch
	aligned bool       // samples is valid
	resumed bool       // the next packet begins a spurt of speech

	pending [Packet20]int16
	filled  int
	bitrate int64
	loss    int64
}

func newAudioEncoding(s *AudioSender, encoder AudioEncoder) *audioEncoding {
	first := s.cfg.Begin()
	e := &audioEncoding{s: s, encoder: encoder, epoch: first.Timestamp, resumed: true, loss: -1}
	e.packet.Version = 2
	e.packet.SequenceNumber = first.Sequence
	return e
}

// maxSkew is how far the count of samples may stray from the capture clock before it jumps: more than a driver's jitter,
// less than an ear notices between lips and voice.
const maxSkew = 60 * time.Millisecond

// quantum takes in 10 ms from the source.
func (e *audioEncoding) quantum(pcm []int16, at time.Duration) {
	e.s.meter.Add(pcm)
	if e.filled == 0 {
		e.align(at)
	}
	e.filled += copy(e.pending[e.filled:], pcm)
	if e.filled < Packet20 {
		return
	}
	e.filled = 0
	e.twenty()
	e.samples += Packet20
}

// align keeps the timestamps a steady count of samples, as receivers want them, that follows the capture clock.
func (e *audioEncoding) align(at time.Duration) {
	clock := uint32(at.Microseconds() * 48 / 1000)
	skew := time.Duration(int32(clock-e.samples)) * time.Second / SampleRate
	if e.aligned && skew.Abs() < maxSkew {
		return
	}
	if e.aligned && skew < 0 {
		return // time never runs backwards in RTP; the clock catches up
	}
	e.samples, e.aligned, e.resumed = clock, true, true
}

func (e *audioEncoding) twenty() {
	if e.s.muted.Load() {
		e.resumed = true
		return
	}
	e.adjust()
	n, err := e.encoder.Encode(e.pending[:], e.buffer[:])
	switch {
	case err != nil:
		e.count(func(v *AudioStats) { v.Errors++ })
	case n <= 2:
		e.resumed = true
		e.count(func(v *AudioStats) { v.Suspended++ })
	default:
		e.send(n)
	}
}

func (e *audioEncoding) send(n int) {
	e.packet.SequenceNumber++
	e.packet.Timestamp = e.epoch + e.samples
	e.packet.Marker = e.resumed // RFC 7587, section 4.2: the first packet after silence
	e.packet.Payload = e.buffer[:n]
	e.resumed = false
	err := e.s.cfg.Write(&e.packet)
	e.count(func(v *AudioStats) {
		v.Packets++
		v.Bytes += uint64(n)
		if err != nil {
			v.Errors++
		}
	})
}

func (e *audioEncoding) adjust() {
	if b := e.s.bitrate.Load(); b != 0 && b != e.bitrate {
		e.bitrate = b
		e.check(e.encoder.SetBitrate(int(b)))
	}
	if l := e.s.loss.Load(); l != e.loss {
		e.loss = l
		e.check(e.encoder.SetPacketLoss(int(l)))
	}
}

func (e *audioEncoding) check(err error) {
	if err != nil {
		e.count(func(v *AudioStats) { v.Errors++ })
	}
}

func (e *audioEncoding) count(change func(*AudioStats)) {
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	change(&e.s.stats)
}
