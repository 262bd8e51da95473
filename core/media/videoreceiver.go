package media

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
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
	AskAgain func(sequences []uint16)
	// Limit is told, from Run's goroutine, how large pictures this machine can show, and how many a second, whenever that
	// changes: the sender is to be asked for no more. It must not block. Nil: nobody wants to know.
	Limit      func(pixels, fps int)
	NewDecoder func() (VideoDecoder, error)
	Sink       VideoSink
	Clock      Clock
}

// VideoReceiver reads packets, makes frames of them, decodes and shows them. Where this machine is too slow for all of them
// the newest wins, and the sender is asked for less. Its methods may be called from any goroutine.
type VideoReceiver struct {
	cfg     VideoReceiverConfig
	tally   tally
	repairs chan parcel  // capacity repairInbox: when full, the newest is dropped, and asked for again
	delay   atomic.Int64 // time.Duration, as ordered
	extra   atomic.Int64 // time.Duration, as it is
	showing atomic.Pointer[Moment]
}

// NewVideoReceiver makes a receiver.
func NewVideoReceiver(cfg VideoReceiverConfig) *VideoReceiver {
	return &VideoReceiver{cfg: cfg, repairs: make(chan parcel, repairInbox)}
}

// repairInbox is how many packets that were sent again may wait.
const repairInbox = 64

// Repair takes in a packet that was sent again and came another way than by Read. It copies it, may be called from any
// goroutine and never blocks.
func (r *VideoReceiver) Repair(packet []byte) {
	select {
	case r.repairs <- parcel{append([]byte(nil), packet...), r.cfg.Clock()}:
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
	d := newVideoDecoding(r, decoder)
	defer func() { d.decoder.Close() }()
	defer r.cfg.Sink.Clear()

	box := newInbox(videoInbox, r.cfg.Clock, func() { r.tally.add(func(v *VideoStats) { v.Dropped++ }) })
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
		case p := <-box.packets:
			d.packet(p, false)
			box.recycle(p.bytes)
		case p := <-r.repairs:
			d.packet(p, true)
		case <-timer.C:
		}
		d.takeAll(box)
		d.work()
	}
}
