package congestion

import (
	"math"
	"time"

	"github.com/pion/rtcp"
)

// Ack is what the other side's feedback says about one packet.
type Ack struct {
	Sent    time.Duration // our clock
	Arrived time.Duration // the other side's clock, of which only differences mean anything
	Lost    bool          // it had not arrived when the feedback was made
	Size    int           // bytes on the wire
}

// remembered is how many packets a History knows: those of 20 s at the highest rate of a call. It divides the range of
// transport-wide sequence numbers.
const remembered = 1 << 13

// History remembers what was sent under which transport-wide sequence number, until feedback tells of it
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
type History struct {
	sent     [remembered]record
	began    bool
	newest   uint32        // reference time, 24 bits
	newestAt time.Duration // the same, unwrapped
	acks     []Ack
}

type record struct {
	at     time.Duration
	size   uint16
	number uint16
	known  bool
}

// Sent remembers a packet of size bytes on the wire.
func (h *History) Sent(number uint16, size int, now time.Duration) {
	h.sent[number%remembered] = record{now, uint16(min(size, math.MaxUint16)), number, true}
}

// referenceUnit is the unit of a feedback's reference time, of which it holds 24 bits.
const referenceUnit = 64 * time.Millisecond

// Take returns what a feedback says about packets that are remembered and were not told of as arrived before, in order
// of their numbers. The slice is valid until the next call.
func (h *History) Take(f *rtcp.TransportLayerCC) []Ack {
	h.acks = h.acks[:0]
	at := h.reference(f.ReferenceTime)
	number, left, deltas := f.BaseSequenceNumber, int(f.PacketStatusCount), f.RecvDeltas
	for _, chunk := range f.PacketChunks {
		for _, status := range statuses(chunk) {
			if left == 0 {
				return h.acks
			}
			lost := status != rtcp.TypeTCCPacketReceivedSmallDelta && status != rtcp.TypeTCCPacketReceivedLargeDelta
			if !lost {
				if len(deltas) == 0 {
					return h.acks // cut short
				}
				at += time.Duration(deltas[0].Delta) * time.Microsecond
				deltas = deltas[1:]
			}
			h.take(number, at, lost)
			number++
			left--
		}
	}
	return h.acks
}

func (h *History) take(number uint16, at time.Duration, lost bool) {
	r := &h.sent[number%remembered]
	if !r.known || r.number != number {
		return
	}
	h.acks = append(h.acks, Ack{Sent: r.at, Arrived: at, Lost: lost, Size: int(r.size)})
	r.known = lost // a late one may still be told of
}

// reference unwraps a reference time, by nearness to the newest.
func (h *History) reference(ref uint32) time.Duration {
	if !h.began {
		h.began, h.newest, h.newestAt = true, ref, time.Duration(ref)*referenceUnit
	}
	ahead := int32((ref-h.newest)<<8) >> 8
	at := h.newestAt + time.Duration(ahead)*referenceUnit
	if ahead > 0 {
		h.newest, h.newestAt = ref, at
	}
	return at
}

// statuses are those of one chunk.
func statuses(chunk rtcp.PacketStatusChunk) []uint16 {
	switch c := chunk.(type) {
	case *rtcp.RunLengthChunk:
		out := make([]uint16, c.RunLength)
		for i := range out {
			out[i] = c.PacketStatusSymbol
		}
		return out
	case *rtcp.StatusVectorChunk:
		return c.SymbolList
	}
	return nil
}
