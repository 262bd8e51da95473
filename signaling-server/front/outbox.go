package front

import (
	"context"
	"sync"

	"legekonsultasjon/core/signaling"
)

// Bounds of what waits for one socket. A client that lets more gather is closed with TooSlow. A desktop's is larger
// because all rows of its doctor are told at once.
const (
	patientMessages = 64
	patientBytes    = 512 << 10
	desktopMessages = 2048
	desktopBytes    = 4 << 20
	jsonWeight      = 512 // bytes that a JSON message is counted as
)

// outbox is the bounded queue in front of one socket. Its goroutine lives only while there is something to write.
type outbox struct {
	conn        signaling.Conn
	maxMessages int
	maxBytes    int

	mu      sync.Mutex
	queue   []item
	bytes   int
	running bool
	closed  bool            // nothing more is taken
	end     *signaling.Code // to close with when the queue is empty
	writers sync.WaitGroup
}

type item struct {
	message signaling.Message
	relay   *signaling.Relay
}

func (i item) weight() int {
	if i.relay != nil {
		return len(i.relay.Payload)
	}
	return jsonWeight
}

func newOutbox(conn signaling.Conn, messages, bytes int) *outbox {
	return &outbox{conn: conn, maxMessages: messages, maxBytes: bytes}
}

// Send queues a message. It does not block.
func (o *outbox) Send(m signaling.Message) { o.push(item{message: m}) }

// Relay queues a frame. It does not block.
func (o *outbox) Relay(r signaling.Relay) { o.push(item{relay: &r}) }

// Close ends the socket after what is queued. It does not block; a second call does nothing.
func (o *outbox) Close(code signaling.Code) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.closed, o.end = true, &code
	o.start()
}

// wait returns when nothing is written any more. Only after Close.
func (o *outbox) wait() { o.writers.Wait() }

func (o *outbox) push(i item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if len(o.queue) >= o.maxMessages || o.bytes+i.weight() > o.maxBytes {
		o.closed, o.queue = true, nil
		o.writers.Go(func() { _ = o.conn.Close(signaling.TooSlow) }) // the writer is stuck: not behind it
		return
	}
	o.queue = append(o.queue, i)
	o.bytes += i.weight()
	o.start()
}

func (o *outbox) start() {
	if !o.running {
		o.running = true
		o.writers.Go(o.drain)
	}
}

func (o *outbox) drain() {
	for {
		i, end, ok := o.pop()
		if !ok {
			if end != nil {
				_ = o.conn.Close(*end)
			}
			return
		}
		if err := o.write(i); err != nil {
			o.abandon()
			_ = o.conn.Close("")
			return
		}
	}
}

// pop takes the next item. When there is none the writer is no longer running, and end says whether to close.
func (o *outbox) pop() (i item, end *signaling.Code, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		o.running, o.queue = false, nil
		return item{}, o.end, false
	}
	i = o.queue[0]
	o.queue[0] = item{}
	o.queue = o.queue[1:]
	o.bytes -= i.weight()
	return i, nil, true
}

func (o *outbox) write(i item) error {
	if i.relay != nil {
		return o.conn.WriteRelay(context.Background(), *i.relay)
	}
	return o.conn.Write(context.Background(), i.message)
}

func (o *outbox) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.queue = true, nil
}
