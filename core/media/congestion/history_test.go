package congestion

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func vector(symbols ...uint16) *rtcp.StatusVectorChunk {
	return &rtcp.StatusVectorChunk{SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit, SymbolList: symbols}
}

func deltas(us ...int64) (out []*rtcp.RecvDelta) {
	for _, d := range us {
		out = append(out, &rtcp.RecvDelta{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: d})
	}
	return out
}

const (
	gone  = rtcp.TypeTCCPacketNotReceived
	small = rtcp.TypeTCCPacketReceivedSmallDelta
)

func TestHistory(t *testing.T) {
	var h History
	for i := range uint16(6) {
		h.Sent(65533+i, 100+int(i), time.Duration(i)*ms)
	}
	got := h.Take(&rtcp.TransportLayerCC{
		BaseSequenceNumber: 65533, PacketStatusCount: 4, ReferenceTime: 10,
		PacketChunks: []rtcp.PacketStatusChunk{vector(small, gone, small, small)}, RecvDeltas: deltas(0, 5000, 250),
	})
	want := []Ack{
		{Sent: 0, Arrived: 640 * ms, Size: 100},
		{Sent: ms, Arrived: 640 * ms, Lost: true, Size: 101},
		{Sent: 2 * ms, Arrived: 645 * ms, Size: 102},
		{Sent: 3 * ms, Arrived: 645*ms + 250*time.Microsecond, Size: 103},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	got = h.Take(&rtcp.TransportLayerCC{ // the lost one came after all, and another is told of twice
		BaseSequenceNumber: 65534, PacketStatusCount: 2, ReferenceTime: 11,
		PacketChunks: []rtcp.PacketStatusChunk{vector(small, small, gone, gone)}, RecvDeltas: deltas(0, 0),
	})
	if !slices.Equal(got, []Ack{{Sent: ms, Arrived: 704 * ms, Size: 101}}) {
		t.Errorf("%+v", got)
	}
	run := &rtcp.RunLengthChunk{PacketStatusSymbol: small, RunLength: 5}
	got = h.Take(&rtcp.TransportLayerCC{ // cut short, and about numbers that were never sent
		BaseSequenceNumber: 1, PacketStatusCount: 5, ReferenceTime: 12,
		PacketChunks: []rtcp.PacketStatusChunk{run}, RecvDeltas: deltas(0, 0, 0),
	})
	if len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestReferenceTimeWraps(t *testing.T) {
	var h History
	const last = 1<<24 - 1
	first := h.reference(last)
	if d := h.reference(1) - first; d != 2*referenceUnit {
		t.Errorf("forwards over the wrap: %v", d)
	}
	if d := h.reference(last-1) - first; d != -referenceUnit {
		t.Errorf("back over the wrap: %v", d)
	}
	if d := h.reference(2) - first; d != 3*referenceUnit {
		t.Errorf("forwards again: %v", d)
	}
}
