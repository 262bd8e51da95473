package call

import (
	"net/netip"
	"time"

	"legekonsultasjon/core/route"

	"github.com/pion/webrtc/v4"
)

// A path over which media flowed is given up sooner than one that carries signs of life alone: after silentAfter, if
// before that busyRate packets came in a second. Sound without a word comes two or three times a second, and the line may
// stall a little: those are no reason.
const (
	silentAfter = time.Second
	busyRate    = 20
)

// quiet notices that media has stopped coming.
type quiet struct {
	from    time.Time // packets were counted then
	packets uint32
	busy    bool // they came densely in the second before the last look
}

// look counts what has come over the path in use, and says for how long nothing has, when that is too long.
func (q *quiet) look(now time.Time, c *connection) (time.Duration, bool) {
	s, ok := c.dtls().ICETransport().GetSelectedCandidatePairStats()
	if !ok {
		*q = quiet{}
		return 0, false
	}
	return q.observe(now, s.PacketsReceived, s.LastPacketReceivedTimestamp.Time())
}

// observe takes the number of packets that have come, the last of them at last.
func (q *quiet) observe(now time.Time, packets uint32, last time.Time) (time.Duration, bool) {
	switch passed := now.Sub(q.from); {
	case packets < q.packets || passed > 2*silentAfter: // another path, or nobody looked
		*q = quiet{from: now, packets: packets}
	case passed >= silentAfter:
		q.busy = float64(packets-q.packets) >= busyRate*passed.Seconds() || q.busy && packets == q.packets
		q.from, q.packets = now, packets
	}
	silence := now.Sub(last)
	if !q.busy || silence < silentAfter {
		return 0, false
	}
	q.busy = false
	return silence, true
}

// flows says whether the patient's media should be coming.
func (f facts) flows() bool {
	return f.confirmed && f.admitted && f.path && f.remote != nil && (f.remote.Camera || f.remote.Microphone)
}

// gone tells whether the path in use begins at an address that is no longer ours. Where that cannot be known, as with
// relays, a move is taken as the end of it.
func (c *connection) gone(now route.Change) bool {
	pair, err := c.dtls().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return true // there is none: another place may have one
	}
	base := pair.Local.RelatedAddress
	if pair.Local.Typ == webrtc.ICECandidateTypeHost {
		base = pair.Local.Address
	}
	address, err := netip.ParseAddr(base)
	if err != nil || address.IsUnspecified() {
		return now.Moved
	}
	return !address.IsLoopback() && !now.Has(address)
}
