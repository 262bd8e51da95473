package media

import (
	"slices"
	"time"
)

// absence is a packet that has not come though later ones have.
type absence struct {
	sequence uint64 // extended
	since    time.Duration
	asked    time.Duration // when it was last asked for
	times    int
	repeated bool // the last request was sent once more
}

// nacker decides which packets are asked for again (RFC 4585, section 6.2.1), and when: at once, unless packets tend to
// come out of order here, and then again whenever the answer should have come. Each request is sent twice, a little apart:
// it is small, it is lost as easily as what it asks for, and that costs a round trip. Who answers it does so once, if
// within a round trip it comes again. It is pure.
type nacker struct {
	absent    []absence // in order
	roundTrip time.Duration
	measured  bool
	disorder  time.Duration // how long those that were merely late have been late
	ask       []uint16
}

const (
	firstRoundTrip = 100 * time.Millisecond
	leastRoundTrip = 10 * time.Millisecond
	mostRoundTrip  = time.Second
	leastPatience  = 2 * time.Millisecond
	mostPatience   = 40 * time.Millisecond
	// askFor is how long a packet is asked for; a key frame is the answer to older ones.
	askFor = 1500 * time.Millisecond
	// maxAbsent bounds what is asked for: half a second of 720p. More is not loss but an outage.
	maxAbsent = 256
)

func newNacker() *nacker { return &nacker{roundTrip: firstRoundTrip} }

// missing notes that the packets from first up to before end have not come.
func (n *nacker) missing(first, end uint64, now time.Duration) {
	for s := first; s < end && len(n.absent) < maxAbsent; s++ {
		n.absent = append(n.absent, absence{sequence: s, since: now})
	}
}

// came notes that a packet has come after all, and learns from how long it took; again says that it is known to have been
// sent again. One that comes sooner than an answer can was merely late.
func (n *nacker) came(sequence uint64, now time.Duration, again bool) {
	i, ok := slices.BinarySearchFunc(n.absent, sequence, func(a absence, s uint64) int { return compare(a.sequence, s) })
	if !ok {
		return
	}
	a := n.absent[i]
	n.absent = slices.Delete(n.absent, i, i+1)
	took := now - a.asked
	switch {
	case !again && (a.times == 0 || a.times == 1 && took < n.roundTrip/2):
		n.disorder = max(n.disorder, now-a.since)
	case a.times == 1:
		n.learn(took)
	}
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// learn smooths the round trip.
func (n *nacker) learn(took time.Duration) {
	took = min(max(took, leastRoundTrip), mostRoundTrip)
	if !n.measured {
		n.roundTrip, n.measured = took, true
	}
	n.roundTrip += (took - n.roundTrip) / 8
}

// forget drops all before sequence: nobody waits for them any more.
func (n *nacker) forget(sequence uint64) {
	i := 0
	for i < len(n.absent) && n.absent[i].sequence < sequence {
		i++
	}
	n.absent = slices.Delete(n.absent, 0, i)
}

// patience is how long a packet may be late before it is asked for.
func (n *nacker) patience() time.Duration {
	return min(max(n.disorder*5/4, leastPatience), mostPatience)
}

// due is when a packet is to be asked for.
func (n *nacker) due(a absence) time.Duration {
	switch {
	case a.times == 0:
		return a.since + n.patience()
	case !a.repeated:
		return a.asked + n.roundTrip/5
	}
	return a.asked + n.roundTrip + leastRoundTrip
}

// next is when take has something to ask for, if nothing comes.
func (n *nacker) next() (at time.Duration, ok bool) {
	for _, a := range n.absent {
		if d := n.due(a); !ok || d < at {
			at, ok = d, true
		}
	}
	return at, ok
}

// take returns the sequence numbers to ask for at now. The slice is valid until the next call.
func (n *nacker) take(now time.Duration) []uint16 {
	n.ask = n.ask[:0]
	n.disorder -= n.disorder / 512 // forgotten within some seconds of asking
	kept := n.absent[:0]
	for _, a := range n.absent {
		if now-a.since > askFor {
			continue
		}
		if n.due(a) <= now {
			if a.repeated = a.times > 0 && !a.repeated; !a.repeated {
				a.asked, a.times = now, a.times+1
			}
			n.ask = append(n.ask, uint16(a.sequence))
		}
		kept = append(kept, a)
	}
	n.absent = kept
	return n.ask
}
