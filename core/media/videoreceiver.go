package media

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// VideoReceiverConfig is what a VideoReceiver is made of.
type VideoReceiverConfig struct {
	// Read reads one RTP packet, blocking, as TrackRemote.Read does; an error ends the receiver.
	Read func(packet []byte) (n int, err error)
	// Unblock makes a pending Read return, as TrackRemote.SetReadDeadline with a time in the past does. It is called when
	// Run's ctx ends. Nil: Run does not wait for the reading goroutine, which then ends with the next packet or error.
	Unblock func()
	// AskKeyFrame sends a PLI, from Run's goroutine. It must not block.
	AskKeyFrame func()
	// AskAgain sends a NACK for these packets, from Run's goroutine; the slice is reused after it returns. It must not
	// block. Nil: what is lost does not come again.
	AskAgain   func(sequences []uint16)
	NewDecoder func() (VideoDecoder, error)
	Sink       VideoSink
	Clock      Clock
}

// VideoReceiver reads packets, makes frames of them, decodes and shows them. Its methods may be called from any goroutine.
type VideoReceiver struct {
	cfg     VideoReceiverConfig
	tally   tally
	repairs chan []byte  // capacity repairInbox: when full, the newest is dropped, and asked for again
	delay   atomic.Int64 // time.Duration, as ordered
	extra   atomic.Int64 // time.Duration, as it is
	showing atomic.Pointer[Moment]
}

// NewVideoReceiver makes a receiver.
func NewVideoReceiver(cfg VideoReceiverConfig) *VideoReceiver {
	return &VideoReceiver{cfg: cfg, repairs: make(chan []byte, repairInbox)}
}

// repairInbox is how many packets that were sent again may wait.
const repairInbox = 64

// Repair takes in a packet that was sent again and came another way than by Read. It copies it, may be called from any
// goroutine and never blocks.
func (r *VideoReceiver) Repair(packet []byte) {
	select {
	case r.repairs <- append([]byte(nil), packet...):
	default:
	}
}

// SetDelay asks for pictures to be held back so much longer than their line asks for: to go with the voice.
func (r *VideoReceiver) SetDelay(d time.Duration) { r.delay.Store(int64(d)) }

// Showing is what was shown last, and when; false before anything was.
func (r *VideoReceiver) Showing() (Moment, bool) {
	m := r.showing.Load()
	if m == nil {
		return Moment{}, false
	}
	return *m, true
}

// Delay is how much later than as soon as possible pictures are shown.
func (r *VideoReceiver) Delay() time.Duration { return time.Duration(r.extra.Load()) }

// Stats is what the receiver has done.
func (r *VideoReceiver) Stats() VideoStats { return r.tally.read(r.cfg.Clock()) }

// videoInbox is how many packets may wait while a frame is decoded; when full the oldest is dropped.
const videoInbox = 512

// Run receives until ctx ends (nil) or Read fails (its error), and clears the sink at the end. It is called once.
func (r *VideoReceiver) Run(ctx context.Context) error {
	decoder, err := r.cfg.NewDecoder()
	if err != nil {
		return errors.Join(errors.New("video decoder"), err)
	}
	d := &videoDecoding{r: r, decoder: decoder, assembler: newAssembler(), lastAsk: -askInterval}
	d.assembler.mute = r.cfg.AskAgain == nil
	defer func() { d.decoder.Close() }()
	defer r.cfg.Sink.Clear()

	box := newInbox(videoInbox, func() { r.tally.add(func(v *VideoStats) { v.Dropped++ }) })
	go box.read(r.cfg.Read)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(d.untilDue())
		select {
		case <-ctx.Done():
			box.close(r.cfg.Unblock)
			return nil
		case err := <-box.done:
			return readEnded(ctx, err)
		case buf := <-box.packets:
			d.packet(buf, false)
			box.recycle(buf)
		case again := <-r.repairs:
			d.packet(again, true)
		case <-timer.C:
			d.expire()
		}
	}
}

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
	lastAsk    time.Duration
	lastPacket time.Duration
	next       time.Duration // when the next complete picture is to be shown
	held       bool          // next is valid
}

func (d *videoDecoding) packet(buf []byte, again bool) {
	now := d.r.cfg.Clock()
	if err := d.parsed.Unmarshal(buf); err != nil {
		d.fault()
		return
	}
	if !d.assembler.began {
		d.lastAsk = now - askInterval + firstKey
	}
	d.lastPacket = now
	d.r.tally.add(func(v *VideoStats) { v.Packets++ })
	d.assembler.push(&d.parsed.Header, d.parsed.Payload, now, again)
	d.drain(now)
	d.askAgain(now)
}

// drain shows what is due.
func (d *videoDecoding) drain(now time.Duration) {
	d.playout.hold = time.Duration(d.r.delay.Load())
	d.assembler.ready(func(timestamp uint32) { d.playout.complete(timestamp, now) })
	d.r.extra.Store(int64(d.playout.extra()))
	for {
		timestamp, ok := d.assembler.peek()
		if d.held = ok; !ok {
			break
		}
		if d.next = d.playout.due(timestamp); d.next > now {
			break
		}
		bits, key := d.assembler.pop(now)
		d.decode(bits, key, now)
		d.r.showing.Store(&Moment{timestamp, now})
	}
	if d.assembler.waitKey {
		d.ask(now)
	}
}

// askAgain asks for the packets that are due to be asked for.
func (d *videoDecoding) askAgain(now time.Duration) {
	if d.r.cfg.AskAgain == nil {
		return
	}
	if missing := d.assembler.nacks.take(now); len(missing) > 0 {
		d.r.cfg.AskAgain(missing)
	}
}

func (d *videoDecoding) decode(bits []byte, key bool, now time.Duration) {
	f, err := d.decoder.Decode(bits)
	if err != nil || f != nil && !f.Valid() {
		d.fault()
		d.assembler.needKey()
		return
	}
	if f == nil {
		return
	}
	f.At = now
	d.r.cfg.Sink.Show(f)
	d.r.tally.frame(now, f.Width, f.Height, 0, len(bits), key)
}

func (d *videoDecoding) fault() { d.r.tally.add(func(v *VideoStats) { v.Errors++ }) }

func (d *videoDecoding) expire() {
	now := d.r.cfg.Clock()
	d.askAgain(now)
	if d.held && now >= d.next {
		d.drain(now)
	}
	if d.assembler.expire(now) {
		d.r.tally.add(func(v *VideoStats) { v.Dropped++ })
		d.drain(now) // there may be a key frame behind the gap
		return
	}
	if d.assembler.waitKey && now-d.lastPacket < idle {
		d.ask(now)
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

// untilDue is the time until expire has something to do.
func (d *videoDecoding) untilDue() time.Duration {
	now := d.r.cfg.Clock()
	due := now + time.Hour
	if at, ok := d.assembler.deadline(); ok {
		due = at
	}
	if d.held {
		due = min(due, d.next)
	}
	if at, ok := d.assembler.nacks.next(); ok && d.r.cfg.AskAgain != nil {
		due = min(due, at)
	}
	if d.assembler.waitKey && d.assembler.began && now-d.lastPacket < idle {
		due = min(due, d.lastAsk+askInterval)
	}
	return max(due-now, time.Millisecond)
}
