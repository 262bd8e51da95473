package media

import (
	"time"

	"github.com/pion/rtp"
)

// askInterval is the least time between two requests for a key frame: one has to have the time to come.
const askInterval = 500 * time.Millisecond

// firstKey is how long the key frame with which every stream begins may take from its first packet on.
const firstKey = 200 * time.Millisecond

// idle is how long after the last packet a missing key frame is asked for again: a sender whose camera is off is left alone.
const idle = 2 * time.Second

// videoDecoding is the part of a receiver that belongs to Run's goroutine.
type videoDecoding struct {
	r          *VideoReceiver
	decoder    VideoDecoder
	assembler  *assembler
	parsed     rtp.Packet
	playout    playout
	backlog    backlog
	strain     strain
	lastAsk    time.Duration
	lastPacket time.Duration
	picture    decoded // the next to be shown, frame nil while there is none
}

// decoded is a picture that waits for its time. The frame is the decoder's: nothing else is decoded before it has been shown.
type decoded struct {
	frame     *Frame
	timestamp uint32
	bytes     int
	key       bool
	spent     time.Duration // to decode it
}

func newVideoDecoding(r *VideoReceiver, decoder VideoDecoder) *videoDecoding {
	d := &videoDecoding{r: r, decoder: decoder, assembler: newAssembler(), strain: newStrain(), lastAsk: -askInterval}
	d.assembler.mute = r.cfg.AskAgain == nil
	return d
}

// packet takes one in, as of when it came: what has waited for this loop is no delay of the line.
func (d *videoDecoding) packet(p parcel, again bool) {
	if err := d.parsed.Unmarshal(p.bytes); err != nil {
		d.fault()
		return
	}
	if !d.assembler.began {
		d.lastAsk = p.at - askInterval + firstKey
	}
	d.lastPacket = p.at
	d.r.tally.add(func(v *VideoStats) { v.Packets++ })
	d.assembler.push(&d.parsed.Header, d.parsed.Payload, p.at, again)
	d.assembler.ready(func(timestamp uint32) { d.playout.complete(timestamp, p.at, again) })
}

// takeAll takes in whatever waits: what is shown next depends on what else is there.
func (d *videoDecoding) takeAll(box *inbox) {
	for {
		select {
		case p := <-box.packets:
			d.packet(p, false)
			box.recycle(p.bytes)
		case p := <-d.r.repairs:
			d.packet(p, true)
		default:
			return
		}
	}
}

// work does what is due now: one picture at most, or two after a gap that was given up.
func (d *videoDecoding) work() {
	now := d.r.cfg.Clock()
	d.askAgain(now)
	d.advance(now)
	if d.assembler.expire(now) {
		d.r.tally.add(func(v *VideoStats) { v.Dropped++ })
		d.advance(now) // there may be a key frame behind the gap
	}
	if d.assembler.waitKey && d.assembler.began && now-d.lastPacket < idle {
		d.ask(now)
	}
}

// advance decodes the next picture ahead of its time, so that what decoding takes is no delay as long as pictures are held
// back anyway, and shows it when its time has come.
func (d *videoDecoding) advance(now time.Duration) {
	d.playout.hold = time.Duration(d.r.delay.Load())
	d.r.extra.Store(int64(d.playout.extra()))
	if d.picture.frame == nil {
		d.decodeNext(now)
	}
	d.show()
}

// decodeNext decodes the next picture, if it is complete.
func (d *videoDecoding) decodeNext(now time.Duration) {
	timestamp, complete := d.assembler.peek()
	if !complete {
		return
	}
	switch behind := now - d.playout.due(timestamp); {
	case d.backlog.far(behind) && d.assembler.skipToKey():
		d.r.tally.add(func(v *VideoStats) { v.Dropped++ })
		timestamp, _ = d.assembler.peek()
	case d.backlog.askKey(behind, now):
		d.ask(now)
	}
	bits, key := d.assembler.pop(now)
	f := d.decode(bits)
	d.picture = decoded{frame: f, timestamp: timestamp, bytes: len(bits), key: key, spent: d.r.cfg.Clock() - now}
}

// show shows the decoded picture if it is due, unless a newer one is due as well.
func (d *videoDecoding) show() {
	p, now := d.picture, d.r.cfg.Clock()
	if p.frame == nil || d.playout.due(p.timestamp) > now {
		return
	}
	d.picture.frame = nil
	next, more := d.assembler.peek()
	shown := !more || d.playout.due(next) > now || d.backlog.still(now)
	if shown {
		p.frame.At = now
		d.r.cfg.Sink.Show(p.frame)
		d.r.showing.Store(&Moment{p.timestamp, now})
		d.backlog.shown = now
		d.r.tally.frame(now, p.frame.Width, p.frame.Height, 0, p.bytes, p.key)
	} else {
		d.r.tally.add(func(v *VideoStats) { v.Dropped++ })
	}
	d.heed(p.spent+d.r.cfg.Clock()-now, p, shown)
}

// heed watches what pictures cost, and tells when they should cost less, or may cost more.
func (d *videoDecoding) heed(spent time.Duration, p decoded, shown bool) {
	now := d.r.cfg.Clock()
	if changed := d.strain.take(spent, p.timestamp, now, p.frame.Width*p.frame.Height, shown); changed && d.r.cfg.Limit != nil {
		d.r.cfg.Limit(d.strain.most())
	}
}

// decode is the picture of a bitstream, valid until the next call, or nil.
func (d *videoDecoding) decode(bits []byte) *Frame {
	f, err := d.decoder.Decode(bits)
	if err != nil || f != nil && !f.Valid() {
		d.fault()
		d.assembler.needKey()
		return nil
	}
	return f
}

func (d *videoDecoding) fault() { d.r.tally.add(func(v *VideoStats) { v.Errors++ }) }

// askAgain asks for the packets that are due to be asked for.
func (d *videoDecoding) askAgain(now time.Duration) {
	if d.r.cfg.AskAgain == nil {
		return
	}
	if missing := d.assembler.nacks.take(now); len(missing) > 0 {
		d.r.cfg.AskAgain(missing)
	}
}

func (d *videoDecoding) ask(now time.Duration) {
	if now-d.lastAsk < askInterval {
		return
	}
	d.lastAsk = now
	d.r.tally.add(func(v *VideoStats) { v.Asked++ })
	d.r.cfg.AskKeyFrame()
}

// untilDue is the time until work has something to do.
func (d *videoDecoding) untilDue() time.Duration {
	now := d.r.cfg.Clock()
	due := now + time.Hour
	if d.picture.frame != nil {
		due = d.playout.due(d.picture.timestamp)
	} else if _, complete := d.assembler.peek(); complete {
		due = now
	}
	if due <= now {
		return 0
	}
	if at, ok := d.assembler.deadline(); ok {
		due = min(due, at)
	}
	if at, ok := d.assembler.nacks.next(); ok && d.r.cfg.AskAgain != nil {
		due = min(due, at)
	}
	if d.assembler.waitKey && d.assembler.began && now-d.lastPacket < idle {
		due = min(due, d.lastAsk+askInterval)
	}
	return max(due-now, time.Millisecond)
}
