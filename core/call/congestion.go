package call

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/rtp"
)

// Rates of the picture, in bit/s.
const (
	startRate = 1_000_000
	leastRate = 120_000
	mostRate  = 2_500_000
	// freeRate may be tried however little is being sent: a calm picture must not talk the estimate down.
	freeRate = 1_200_000
)

// estimator says what the line carries, by the transport-wide feedback of the other side.
type estimator struct {
	mu  sync.Mutex
	own cc.BandwidthEstimator
}

// make is called once by pion, when the peer connection is made.
func (e *estimator) make() (cc.BandwidthEstimator, error) {
	own, err := gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(startRate), gcc.SendSideBWEMinBitrate(leastRate),
		gcc.SendSideBWEMaxBitrate(2*mostRate), gcc.SendSideBWEPacer(&pacer{writers: map[uint32]interceptor.RTPWriter{}}),
		gcc.WithLoggerFactory(silent{}))
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.own = own
	return own, nil
}

// rate is the present estimate in bit/s.
func (e *estimator) rate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.own == nil {
		return startRate
	}
	return e.own.GetTargetBitrate()
}

// pacer sends at once: sound must not queue behind a key frame. It differs from gcc's own in that it lets retransmissions
// through, whose SSRC nobody registers.
type pacer struct {
	mu      sync.RWMutex
	writers map[uint32]interceptor.RTPWriter
	last    interceptor.RTPWriter
}

// AddStream implements gcc.Pacer.
func (p *pacer) AddStream(ssrc uint32, w interceptor.RTPWriter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writers[ssrc], p.last = w, w
}

// Write implements interceptor.RTPWriter.
func (p *pacer) Write(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
	p.mu.RLock()
	w, ok := p.writers[h.SSRC]
	if !ok {
		w = p.last // a writer's way is the same for all; the header says whose packet it is
	}
	p.mu.RUnlock()
	if w == nil {
		return 0, gcc.ErrUnknownStream
	}
	return w.Write(h, payload, a)
}

// SetTargetBitrate implements gcc.Pacer.
func (p *pacer) SetTargetBitrate(int) {}

// Close implements gcc.Pacer.
func (p *pacer) Close() error { return nil }

// rateControl turns the estimate into the encoder's rate: bounded by what has proven itself, down at once, up slowly.
type rateControl struct {
	rate float64
}

// rise is how much the rate may grow in a second.
const rise = 1.25

// next is the rate to encode with after passed, given the estimate and the rate really sent, all in bit/s.
func (c *rateControl) next(estimate, sent int, passed time.Duration) int {
	if c.rate == 0 {
		c.rate = startRate
	}
	want := min(float64(estimate), max(1.5*float64(sent), freeRate), mostRate)
	want = max(want, leastRate)
	if most := c.rate * (1 + (rise-1)*passed.Seconds()); want > most {
		want = most
	}
	c.rate = want
	return int(want)
}
