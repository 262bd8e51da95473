package media

import (
	"context"
	"errors"
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
	NewDecoder  func() (VideoDecoder, error)
	Sink        VideoSink
	Clock       Clock
}

// VideoReceiver reads packets, makes frames of them, decodes and shows them. Its methods may be called from any goroutine.
type VideoReceiver struct {
	cfg   VideoReceiverConfig
	tally tally
}

// NewVideoReceiver makes a receiver.
func NewVideoReceiver(cfg VideoReceiverConfig) *VideoReceiver { return &VideoReceiver{cfg: cfg} }

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
			d.packet(buf)
			box.recycle(buf)
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
	lastAsk    time.Duration
	lastPacket time.Duration
}

func (d *videoDecoding) packet(buf []byte) {
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
	d.assembler.push(&d.parsed.Header, d.parsed.Payload, now)
	d.drain(now)
}

func (d *videoDecoding) drain(now time.Duration) {
	for {
		bits, key := d.assembler.pop(now)
		if bits == nil {
			break
		}
		d.decode(bits, key, now)
	}
	if d.assembler.waitKey {
		d.ask(now)
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
	if d.assembler.waitKey && d.assembler.began && now-d.lastPacket < idle {
		due = min(due, d.lastAsk+askInterval)
	}
	return max(due-now, time.Millisecond)
}
