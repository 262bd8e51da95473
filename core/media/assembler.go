package media

import (
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

// window is how many packets an assembler holds at most: about a second of 720p.
const window = 1024

// slot holds one packet.
type slot struct {
	used      bool
	sequence  uint64 // extended
	timestamp uint32
	first     bool // begins a frame
	marker    bool // ends a frame
	payload   []byte
}

// assembler makes VP8 frames of RTP packets that come late, twice, out of order or not at all. A frame comes out with its
// last packet, not with the first of the next. What is missing is asked for again; at a gap that stays for several round
// trips it gives up and waits for a key frame. It is pure: time is an argument.
type assembler struct {
	slots   [window]slot
	spare   [][]byte // payloads of slots that are free again: the few packets under way need no memory for all of the window
	next    uint64   // sequence number with which the next frame begins
	ahead   uint64   // the same behind the frames that ready has told of
	newest  uint64
	began   bool
	waitKey bool // nothing but a key frame can be decoded

	gapped   bool
	gapSince time.Duration
	nacks    *nacker
	mute     bool // nobody can be asked to send again

	vp8   codecs.VP8Packet
	frame []byte
	late  uint64 // packets after their frame's time
	lost  uint64 // frames or parts given up
}

// A gap is given up after so many round trips, within bounds: a packet that was lost four times running is rare, and a
// key frame takes a round trip too, and many packets.
const (
	gapRounds  = 5
	minGapWait = 300 * time.Millisecond
	maxGapWait = 1200 * time.Millisecond
	// onlyDisorder is how long it lasts where nothing is sent again.
	onlyDisorder = 60 * time.Millisecond
)

func newAssembler() *assembler { return &assembler{waitKey: true, nacks: newNacker()} }

// push takes in one packet and copies what it keeps; again says that it is known to have been sent again.
func (a *assembler) push(h *rtp.Header, payload []byte, now time.Duration, again bool) {
	sequence := a.extend(h.SequenceNumber)
	switch {
	case sequence < a.next:
		a.late++
		return
	case sequence >= a.newest+window: // the sender began anew, or a very long hole
		a.jump(sequence)
	}
	a.makeRoom(sequence)
	s := &a.slots[sequence%window]
	if s.used && s.sequence == sequence {
		return // twice
	}
	a.store(s, h, payload)
	s.sequence = sequence
	if sequence > a.newest {
		a.nacks.missing(a.newest+1, sequence, now)
	} else {
		a.nacks.came(sequence, now, again)
	}
	a.newest = max(a.newest, sequence)
	a.noteGap(now)
}

func (a *assembler) store(s *slot, h *rtp.Header, payload []byte) {
	a.release(s)
	s.used, s.timestamp, s.marker, s.first = true, h.Timestamp, h.Marker, false
	if len(payload) == 0 {
		return // padding fills a place in the sequence, no more
	}
	part, err := a.vp8.Unmarshal(payload)
	if err != nil || len(part) == 0 {
		return
	}
	s.first = a.vp8.S == 1 && a.vp8.PID == 0
	if last := len(a.spare) - 1; last >= 0 {
		s.payload, a.spare = a.spare[last], a.spare[:last]
	}
	s.payload = append(s.payload, part...)
}

// release empties a slot.
func (a *assembler) release(s *slot) {
	s.used = false
	if s.payload != nil {
		a.spare, s.payload = append(a.spare, s.payload[:0]), nil
	}
}

// extend makes a sequence number that does not wrap of one that does, by nearness to the newest.
func (a *assembler) extend(sequence uint16) uint64 {
	if !a.began {
		a.began = true
		a.newest = 1<<32 + uint64(sequence)
		a.next = a.newest - 16 // the very first packets may be out of order
		return a.newest
	}
	return a.newest + uint64(int64(int16(sequence-uint16(a.newest))))
}

// jump forgets everything and begins at sequence.
func (a *assembler) jump(sequence uint64) {
	for i := range a.slots {
		a.release(&a.slots[i])
	}
	a.next, a.newest = sequence, sequence
	a.nacks.forget(sequence)
	a.giveUp()
}

// makeRoom drops the oldest packets when sequence would not fit beside them.
func (a *assembler) makeRoom(sequence uint64) {
	if sequence < a.next+window {
		return
	}
	a.dropTo(sequence - window + 1)
	a.giveUp()
}

func (a *assembler) dropTo(sequence uint64) {
	for ; a.next < sequence; a.next++ {
		if s := a.at(a.next); s != nil {
			a.release(s)
		}
	}
	a.nacks.forget(sequence)
}

func (a *assembler) giveUp() {
	a.waitKey, a.gapped = true, false
	a.lost++
}

func (a *assembler) at(sequence uint64) *slot {
	s := &a.slots[sequence%window]
	if !s.used || s.sequence != sequence {
		return nil
	}
	return s
}

// noteGap keeps the time since when a packet has been missing in the next frame.
func (a *assembler) noteGap(now time.Duration) {
	if gap := !a.waitKey && a.missing(); gap != a.gapped {
		a.gapped, a.gapSince = gap, now
	}
}

// missing reports whether a packet of the next frame is absent although later ones are here.
func (a *assembler) missing() bool {
	for i := a.next; i <= a.newest; i++ {
		s := a.at(i)
		if s == nil {
			return true
		}
		if s.marker {
			return false
		}
	}
	return false
}

// wait is how long a gap may last.
func (a *assembler) wait() time.Duration {
	if a.mute {
		return onlyDisorder
	}
	return min(max(gapRounds*a.nacks.roundTrip, minGapWait), maxGapWait)
}

// deadline is when expire should be called, if at all.
func (a *assembler) deadline() (time.Duration, bool) {
	return a.gapSince + a.wait(), a.gapped
}

// expire gives up a gap that has lasted too long and reports whether it did: a key frame is needed then.
func (a *assembler) expire(now time.Duration) bool {
	at, gapped := a.deadline()
	if !gapped || now < at {
		return false
	}
	a.giveUp()
	return true
}

// needKey says that what came out of pop could not be decoded.
func (a *assembler) needKey() { a.waitKey, a.gapped = true, false }

// ready calls tell with the timestamp of every frame that could be taken from now on and that it has not told of, in order.
func (a *assembler) ready(tell func(timestamp uint32)) {
	a.ahead = max(a.ahead, a.next)
	for {
		for s := a.at(a.ahead); s != nil && len(s.payload) == 0; s = a.at(a.ahead) {
			a.ahead++ // padding
		}
		from, to, ok := a.complete(a.ahead)
		if a.waitKey && a.ahead == a.next && (!ok || !a.keyAt(from)) {
			from, to, ok = a.laterKey()
		}
		if !ok {
			return
		}
		tell(a.at(from).timestamp)
		a.ahead = to + 1
	}
}

// peek is the timestamp of the frame that pop would return, if any.
func (a *assembler) peek() (timestamp uint32, ok bool) {
	from, _, ok := a.choose()
	if !ok {
		return 0, false
	}
	return a.at(from).timestamp, true
}

// choose finds the next frame that can be decoded.
func (a *assembler) choose() (from, to uint64, ok bool) {
	a.skipPadding()
	if s := a.at(a.next); s != nil && !s.first && !a.waitKey {
		a.giveUp() // the middle of a frame where a beginning belongs
	}
	from, to, ok = a.complete(a.next)
	if !ok || a.waitKey && !a.keyAt(from) {
		return a.laterKey()
	}
	return from, to, ok
}

// pop returns the next complete frame, valid until the next call, and whether it is a key frame; nil when there is none.
func (a *assembler) pop(now time.Duration) (frame []byte, key bool) {
	from, to, ok := a.choose()
	if !ok {
		return nil, false
	}
	key = a.keyAt(from)
	a.frame = a.frame[:0]
	for i := from; i <= to; i++ {
		a.frame = append(a.frame, a.at(i).payload...)
	}
	a.dropTo(to + 1)
	if key {
		a.waitKey = false
	}
	a.gapped = false
	a.noteGap(now)
	return a.frame, key
}

// skipToKey leaves out all before the newest complete key frame and reports whether there is one to go on from that is
// not the next frame anyway.
func (a *assembler) skipToKey() bool {
	for i := a.newest; i > a.next; i-- {
		if !a.keyAt(i) {
			continue
		}
		if _, _, ok := a.complete(i); ok {
			a.dropTo(i)
			return true
		}
	}
	return false
}

// skipPadding passes over packets between frames that carry no picture.
func (a *assembler) skipPadding() {
	for a.next <= a.newest {
		s := a.at(a.next)
		if s == nil || len(s.payload) > 0 {
			return
		}
		a.dropTo(a.next + 1)
	}
}

// complete finds the frame that begins at from, if all of it is here.
func (a *assembler) complete(from uint64) (first, last uint64, ok bool) {
	s := a.at(from)
	if s == nil || !s.first {
		return 0, 0, false
	}
	timestamp := s.timestamp
	for i := from; i <= a.newest; i++ {
		s := a.at(i)
		if s == nil {
			return 0, 0, false
		}
		if s.timestamp != timestamp {
			return from, i - 1, true // a sender without markers
		}
		if s.marker {
			return from, i, true
		}
	}
	return 0, 0, false
}

// keyAt reports whether a key frame begins at sequence (RFC 6386, section 9.1: the lowest bit is 0).
func (a *assembler) keyAt(sequence uint64) bool {
	s := a.at(sequence)
	return s != nil && s.first && len(s.payload) > 0 && s.payload[0]&1 == 0
}

// laterKey finds a complete key frame behind a gap: waiting for what is before it would be pointless.
func (a *assembler) laterKey() (first, last uint64, ok bool) {
	for i := a.next; i <= a.newest; i++ {
		if a.keyAt(i) {
			if first, last, ok = a.complete(i); ok {
				return first, last, true
			}
		}
	}
	return 0, 0, false
}
