package call

import (
	"sync"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/congestion"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

// Rates on the wire, in bit/s: what is believed of a line of which nothing is known, and what is never left.
const (
	startRate = 1_100_000
	leastRate = 60_000
	mostRate  = 3_200_000
)

// wireOverhead is what a packet carries besides header and payload, in bytes: SRTP's tag, UDP, IPv4 and a TURN channel.
const wireOverhead = 10 + 8 + 20 + 4

// estimator says what the line carries, by the transport-wide feedback of the other side. It implements
// cc.BandwidthEstimator, so that pion shows it every packet and every report; its methods may be called from any
// goroutine.
type estimator struct {
	clock media.Clock

	mu       sync.Mutex
	history  congestion.History
	estimate *congestion.Estimator
	heard    float64 // the target when the other side was last heard, in bit/s
	sentAt   time.Duration
}

func newEstimator(clock media.Clock) *estimator {
	return &estimator{clock: clock, estimate: beginning(startRate), heard: startRate}
}

// beginning is an estimate of a line of which nothing is known but a guess, in bit/s.
func beginning(guess float64) *congestion.Estimator {
	return congestion.New(congestion.Bounds{Start: guess, Least: leastRate, Most: mostRate})
}

// renew begins anew with what the line carried until the path was lost: that nothing came through meanwhile was not for
// want of room, and the new path may be another line. What was under way is forgotten, not lost.
func (e *estimator) renew() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.history, e.estimate = congestion.History{}, beginning(e.heard)
}

// make is called once by pion, when the peer connection is made.
func (e *estimator) make() (cc.BandwidthEstimator, error) { return e, nil }

// line is what is known of the line.
type line struct {
	rate     float64 // what may be sent, in bit/s on the wire
	draining bool    // a queue is being let run empty
	queue    time.Duration
	loss     float64 // share
}

// line is the present estimate.
func (e *estimator) line() line {
	now := e.clock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.estimate.Tick(now, e.sentAt)
	return line{e.estimate.Target(), e.estimate.Draining(), e.estimate.Queue(), e.estimate.Loss()}
}

// AddStream implements cc.BandwidthEstimator: it notes what goes out under which transport-wide number.
func (e *estimator) AddStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	var id uint8
	for _, x := range info.RTPHeaderExtensions {
		if x.URI == sdp.TransportCCURI {
			id = uint8(x.ID)
		}
	}
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		var number rtp.TransportCCExtension
		if id != 0 && number.Unmarshal(h.GetExtension(id)) == nil {
			e.sent(number.TransportSequence, h.MarshalSize()+len(payload)+wireOverhead)
		}
		return writer.Write(h, payload, a)
	})
}

func (e *estimator) sent(number uint16, size int) {
	now := e.clock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sentAt = now
	e.history.Sent(number, size, now)
}

// WriteRTCP implements cc.BandwidthEstimator.
func (e *estimator) WriteRTCP(packets []rtcp.Packet, _ interceptor.Attributes) error {
	now := e.clock()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range packets {
		if feedback, ok := p.(*rtcp.TransportLayerCC); ok {
			e.estimate.Feedback(e.history.Take(feedback), now)
			e.heard = e.estimate.Target()
		}
	}
	return nil
}

// GetTargetBitrate implements cc.BandwidthEstimator; retransmissions are bounded by it.
func (e *estimator) GetTargetBitrate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return int(e.estimate.Target())
}

// OnTargetBitrateChange implements cc.BandwidthEstimator; nobody is told, who wants to know asks.
func (e *estimator) OnTargetBitrateChange(func(int)) {}

// GetStats implements cc.BandwidthEstimator.
func (e *estimator) GetStats() map[string]any { return nil }

// Close implements cc.BandwidthEstimator.
func (e *estimator) Close() error { return nil }
