package media

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// maxPacket is the longest RTP packet that is read; longer ones are cut by the reader and then refused by the parsers.
const maxPacket = 1600

// parcel is a packet and when it came: a loop that is behind looks at it later.
type parcel struct {
	bytes []byte
	at    time.Duration
}

// inbox carries packets from a reading goroutine to a pipeline's loop in reused buffers. When full packets wait, the
// oldest is dropped.
type inbox struct {
	clock   Clock
	packets chan parcel // capacity as made
	free    chan []byte // one more than packets: a returned buffer always fits
	made    int         // buffers allocated so far; belongs to the reader
	done    chan error  // capacity 1: why reading ended
	closed  atomic.Bool // nobody reads packets any more
	dropped func()
}

func newInbox(capacity int, clock Clock, dropped func()) *inbox {
	return &inbox{
		clock:   clock,
		packets: make(chan parcel, capacity),
		free:    make(chan []byte, capacity+2),
		done:    make(chan error, 1),
		dropped: dropped,
	}
}

// read runs until read fails or, with the packet after that, until the inbox is closed.
func (b *inbox) read(read func([]byte) (int, error)) {
	for {
		buf := b.buffer()
		n, err := read(buf[:maxPacket])
		if b.closed.Load() {
			b.done <- context.Canceled
			return
		}
		if errors.Is(err, io.ErrShortBuffer) {
			b.recycle(buf)
			continue // longer than any packet of ours
		}
		if err != nil {
			b.done <- err
			return
		}
		b.packets <- parcel{buf[:min(n, maxPacket)], b.clock()} // there is room: buffer saw to it, and nobody else writes
	}
}

// buffer finds a free buffer, and room in packets for it.
func (b *inbox) buffer() []byte {
	if len(b.packets) == cap(b.packets) {
		select {
		case oldest := <-b.packets:
			b.dropped()
			return oldest.bytes
		default: // the loop was quicker
		}
	}
	select {
	case buf := <-b.free:
		return buf
	default:
	}
	b.made++
	return make([]byte, maxPacket)
}

// recycle gives a buffer back.
func (b *inbox) recycle(buf []byte) {
	select {
	case b.free <- buf[:0]:
	default:
	}
}

// close tells the reading goroutine to end and waits for it, if unblock can make a pending read return.
func (b *inbox) close(unblock func()) {
	b.closed.Store(true)
	if unblock == nil {
		return
	}
	unblock()
	<-b.done // it never waits for room in packets
}

// readEnded translates the end of reading: nothing after ctx has ended, io.EOF when the track did.
func readEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
