package call

import (
	"sync/atomic"
	"time"

	"github.com/pion/interceptor/pkg/stats"
	"github.com/pion/webrtc/v4"
)

// quality samples a connection once a second.
type quality struct {
	conn *connection
	flow *flow

	at   time.Time
	last counters
}

// counters only grow.
type counters struct {
	received, lost, audioIn, audioOut uint64
}

// sample is a Quality once a second has passed since the last one.
func (q *quality) sample(now time.Time) (Quality, bool) {
	passed := now.Sub(q.at)
	if passed < time.Second {
		return Quality{}, false
	}
	first := q.at.IsZero()
	q.at = now
	before := q.last
	q.last = q.count()
	if first || passed > 3*time.Second {
		return Quality{}, false
	}
	out := Quality{LossPercent: lossPercent(before, q.last)}
	out.Strained = q.flow.video.Strained()
	out.SoundOnly, out.LipsMS = q.flow.share.soundOnly, q.flow.lips.skew()
	if q.flow.heard != nil {
		heard := q.flow.heard.Stats()
		out.Audio = AudioFigures{Played: heard.Played, Concealed: heard.Concealed, Quiet: heard.Quiet}
	}
	q.path(&out)
	q.video(&out)
	out.SendBitrate += bitrate(q.last.audioOut-before.audioOut, passed)
	if q.last.audioIn >= before.audioIn { // a new track begins at nought
		out.Bitrate += bitrate(q.last.audioIn-before.audioIn, passed)
	}
	return out, true
}

func bitrate(bytes uint64, passed time.Duration) int {
	return int(float64(bytes) * 8 / passed.Seconds())
}

func lossPercent(before, now counters) float64 {
	received, lost := float64(now.received-before.received), float64(now.lost-before.lost)
	if now.received < before.received || now.lost < before.lost || received+lost == 0 {
		return 0 // late packets make the count of lost ones fall
	}
	return 100 * lost / (received + lost)
}

// counts are pion's counts of packets, by SSRC.
type counts struct{ getter atomic.Value }

// made is called once by pion, when the peer connection is made.
func (c *counts) made(_ string, g stats.Getter) { c.getter.Store(g) }

// inbound is what has come on an SSRC, retransmissions aside, and what was missing at first.
func (c *counts) inbound(ssrc webrtc.SSRC) (received, lost uint64) {
	g, ok := c.getter.Load().(stats.Getter)
	if !ok {
		return 0, 0
	}
	s := g.Get(uint32(ssrc))
	if s == nil {
		return 0, 0
	}
	return s.InboundRTPStreamStats.PacketsReceived, uint64(max(s.InboundRTPStreamStats.PacketsLost, 0))
}

func (q *quality) count() counters {
	var c counters
	for _, track := range q.flow.tracks {
		received, lost := q.conn.counts.inbound(track.SSRC())
		c.received += received
		c.lost += lost
	}
	c.audioOut = q.flow.audio.Stats().Bytes
	if q.flow.heard != nil {
		c.audioIn = q.flow.heard.Stats().Bytes
	}
	return c
}

func (q *quality) path(out *Quality) {
	ice := q.conn.dtls().ICETransport()
	pair, err := ice.GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return
	}
	out.Relayed = pair.Local.Typ == webrtc.ICECandidateTypeRelay || pair.Remote.Typ == webrtc.ICECandidateTypeRelay
	if s, ok := ice.GetSelectedCandidatePairStats(); ok {
		out.RoundTripMS = s.CurrentRoundTripTime * 1000
	}
}

func (q *quality) video(out *Quality) {
	sent := q.flow.video.Stats()
	out.SendWidth, out.SendHeight, out.SendBitrate = sent.Width, sent.Height, int(sent.Bitrate)
	if q.flow.seen == nil {
		return
	}
	in := q.flow.seen.Stats()
	out.Width, out.Height, out.FPS, out.Bitrate = in.Width, in.Height, int(in.FPS+0.5), int(in.Bitrate)
}
