// Package jitter holds Opus packets until it is their turn to be played: long enough that the late ones make it, and no
// longer. It is pure: it reads no clock, decodes nothing and starts nothing.
package jitter

import "time"

// SampleRate of RTP timestamps for Opus (RFC 7587, section 4.1).
const SampleRate = 48000

// Period is what a packet holds when nothing else is known: 20 ms.
const Period = SampleRate / 50

// Capacity is how many packets are held at most: two seconds. When it is full the oldest is dropped.
const Capacity = 100

// MaxPayload is the longest packet that is taken.
const MaxPayload = 1500

// Kind says what to do for the next stretch of sound.
type Kind int

const (
	Wait    Kind = iota // nothing has come yet: play silence, do not ask the decoder
	Play                // decode Payload
	Recover             // a packet is lost, and Payload is the one after it: decode its redundancy
	Conceal             // a packet is lost for good: let the decoder invent
	Quiet               // the far side sends nothing (DTX, mute, or late beyond hope): let the decoder fade to its background noise
)

// Pace says how to play what was decoded.
type Pace int

const (
	Keep  Pace = iota
	Hurry      // more waits than is needed: leave out a pitch period
	Slow       // too little waits: repeat one
)

// Next is one step of playing.
type Next struct {
	Kind    Kind
	Payload []byte // valid until the next Put
	Samples int    // how many are wanted of the decoder
	Pace    Pace
	// Rate is how much faster than normal all sound is to be played, by resampling: within 0.3 % of 1, which nobody hears.
	// It absorbs the drift of two sound cards' clocks, and the last milliseconds that a stretch would be too coarse for.
	Rate float64
}

type packet struct {
	used      bool
	sequence  int64
	timestamp int64
	samples   int64
	payload   []byte
}

// Buffer is a jitter buffer for one Opus stream. It is used under the caller's lock, if by more than one goroutine.
type Buffer struct {
	packets [Capacity]packet
	held    int

	began        bool
	lastSequence int64 // newest, extended
	lastStamp    int64 // newest, extended

	playing  bool
	position int64   // timestamp of the next sample to be played
	expected int64   // sequence number of the next packet to be played
	hurried  int     // steps until the pace may change again
	excess   float64 // seconds by which the delay has been off its target, smoothed

	delay estimator
	least time.Duration // of the target, by order

	// Late counts packets that came after their time, Dropped those that did not fit.
	Late, Dropped uint64
}

// New returns an empty buffer.
func New() *Buffer { return &Buffer{} }

// Put takes in a packet that arrived at now, and copies it.
func (b *Buffer) Put(sequence uint16, timestamp uint32, payload []byte, now time.Duration) {
	samples := int64(Samples(payload))
	if samples == 0 || len(payload) > MaxPayload {
		b.Dropped++
		return
	}
	seq, stamp := b.extend(sequence, timestamp, now)
	b.delay.roll(now)
	b.delay.arrived(now - duration(stamp))
	if b.playing && seq < b.expected {
		b.Late++
		return
	}
	if b.find(seq) != nil {
		return // twice
	}
	b.store(seq, stamp, samples, payload)
}

// A timestamp that jumps farther than these, the second with packets missing, is taken for a new stream.
const (
	backwards = -5 * time.Second
	forwards  = 30 * time.Second
)

func (b *Buffer) extend(sequence uint16, timestamp uint32, now time.Duration) (seq, stamp int64) {
	if b.began {
		seq = b.lastSequence + int64(int16(sequence-uint16(b.lastSequence)))
		stamp = b.lastStamp + int64(int32(timestamp-uint32(b.lastStamp)))
		if moved := duration(stamp - b.lastStamp); moved < backwards || moved > forwards && seq-b.lastSequence > Capacity {
			b.reset()
		}
	}
	if !b.began {
		b.began = true
		seq, stamp = 1<<32+int64(sequence), 1<<40+int64(timestamp)
		b.lastSequence, b.lastStamp = seq, stamp
	}
	b.lastSequence = max(b.lastSequence, seq)
	b.lastStamp = max(b.lastStamp, stamp)
	return seq, stamp
}

func (b *Buffer) reset() {
	for i := range b.packets {
		b.packets[i].used = false
	}
	b.held, b.began, b.playing = 0, false, false
	b.delay = estimator{}
}

func (b *Buffer) store(seq, stamp, samples int64, payload []byte) {
	if b.held == Capacity {
		b.drop(b.head())
		b.Dropped++
	}
	for i := range b.packets {
		if p := &b.packets[i]; !p.used {
			*p = packet{true, seq, stamp, samples, append(p.payload[:0], payload...)}
			b.held++
			return
		}
	}
}

func (b *Buffer) drop(p *packet) {
	p.used = false
	b.held--
}

func (b *Buffer) find(seq int64) *packet {
	for i := range b.packets {
		if p := &b.packets[i]; p.used && p.sequence == seq {
			return p
		}
	}
	return nil
}

// head is the packet that comes first, or nil.
func (b *Buffer) head() *packet {
	var first *packet
	for i := range b.packets {
		if p := &b.packets[i]; p.used && (first == nil || p.sequence < first.sequence) {
			first = p
		}
	}
	return first
}

// Step is called whenever the player needs more sound, at now, and says what to play.
func (b *Buffer) Step(now time.Duration) Next {
	n := b.step(now)
	n.Rate = b.rate()
	return n
}

func (b *Buffer) step(now time.Duration) Next {
	p := b.head()
	switch {
	case p == nil && !b.began:
		return Next{Kind: Wait, Samples: Period}
	case p == nil:
		// Position stays: if the packets are merely late, they are played late, and the estimate grows with them.
		return Next{Kind: Quiet, Samples: Period}
	case !b.playing || b.afterSilence(p):
		return b.begin(p, now)
	case p.timestamp <= b.position:
		return b.play(p, now)
	default:
		return b.bridge(p)
	}
}

// longLoss is the longest hole that is concealed; behind a longer one playing begins anew.
const longLoss = 10 * Period

// afterSilence reports whether p follows what was played without loss, but later: the far side was silent in between.
func (b *Buffer) afterSilence(p *packet) bool {
	hole := p.timestamp - b.position
	return hole > 0 && p.sequence == b.expected || hole > longLoss
}

// begin waits until p has its time, which is the moment to give the delay just the length that it should have.
func (b *Buffer) begin(p *packet, now time.Duration) Next {
	if b.delay.ahead(now, p.timestamp) < b.Target() {
		if b.playing {
			return Next{Kind: Quiet, Samples: Period}
		}
		return Next{Kind: Wait, Samples: Period}
	}
	b.position, b.excess = p.timestamp, 0
	return b.play(p, now)
}

func (b *Buffer) play(p *packet, now time.Duration) Next {
	if b.delay.ahead(now, p.timestamp) > b.Target()+tooLong && b.held > 1 {
		p = b.skip(p, now)
	}
	off := b.delay.ahead(now, p.timestamp) - b.Target()
	b.excess += (off.Seconds() - b.excess) * steadiness
	n := Next{Kind: Play, Payload: p.payload, Samples: int(p.samples), Pace: b.pace(off)}
	b.playing = true
	b.position, b.expected = p.timestamp+p.samples, p.sequence+1
	b.drop(p)
	return n
}

// tooLong is the excess of delay (after the machine slept, or a stall on the network) that is cut at once.
const tooLong = 400 * time.Millisecond

// skip drops packets until the delay is near its target.
func (b *Buffer) skip(p *packet, now time.Duration) *packet {
	for b.held > 1 && b.delay.ahead(now, p.timestamp) > b.Target() {
		b.drop(p)
		b.Dropped++
		p = b.head()
	}
	return p
}

// bridge covers a hole in front of p.
func (b *Buffer) bridge(p *packet) Next {
	hole := p.timestamp - b.position
	n := Next{Kind: Conceal, Samples: int(min(hole, Period))}
	if hole <= Period {
		n.Kind, n.Payload = Recover, p.payload
		b.expected = p.sequence
	}
	b.position += int64(n.Samples)
	return n
}

// The pace changes when the delay is off its target by more than these, at most in every second packet.
const (
	tooMuch   = 25 * time.Millisecond
	tooLittle = 15 * time.Millisecond
)

func (b *Buffer) pace(off time.Duration) Pace {
	if b.hurried > 0 {
		b.hurried--
		return Keep
	}
	switch {
	case off > tooMuch:
		b.hurried = 1
		return Hurry
	case off < -tooLittle:
		b.hurried = 1
		return Slow
	}
	return Keep
}

const (
	// steadiness smooths the excess over about a second of packets: a device takes sound in gulps.
	steadiness = 1.0 / 50
	// correction is how much of the excess is made good per second: clocks that drift by 0.03 % are then 3 ms off.
	correction = .1
	maxRate    = .003
)

func (b *Buffer) rate() float64 { return 1 + min(max(correction*b.excess, -maxRate), maxRate) }

// Delay is how long the sound that is played now has waited, compared with the quickest packet lately.
func (b *Buffer) Delay(now time.Duration) time.Duration {
	if !b.playing {
		return 0
	}
	return max(0, b.delay.ahead(now, b.position))
}

// Target is the delay that the buffer aims at.
func (b *Buffer) Target() time.Duration { return max(b.delay.target(), b.least) }

// Need is the delay that it would aim at without an order.
func (b *Buffer) Need() time.Duration { return b.delay.target() }

// SetLeast orders a delay of at least d, up to maxTarget: for a voice to go with a picture.
func (b *Buffer) SetLeast(d time.Duration) { b.least = min(d, maxTarget) }

// Position is the timestamp of the next sample to be played; false before anything has been.
func (b *Buffer) Position() (uint32, bool) { return uint32(b.position), b.playing }

func duration(samples int64) time.Duration {
	return time.Duration(samples) * (time.Second / 1000) / (SampleRate / 1000)
}
