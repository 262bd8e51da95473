package signaling

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// pipeCapacity is how many messages lie between the ends of a Pipe; a Write waits when it is full, like a socket's.
const pipeCapacity = 16

// Pipe returns the two ends of a connection in memory. Messages pass through the codec, so what a socket would refuse a
// Pipe refuses too; there are no pings. Close(code) on one end lets the other read what was written and then gives it a
// *ClosedError.
func Pipe() (Conn, Conn) {
	ab, ba := newLane(), newLane()
	return &pipeEnd{in: ba, out: ab}, &pipeEnd{in: ab, out: ba}
}

// lane is one direction.
type lane struct {
	frames chan pipeFrame // capacity pipeCapacity
	over   chan struct{}
	once   sync.Once
	code   Code // read only after over is closed
}

type pipeFrame struct {
	binary bool
	data   []byte
}

func newLane() *lane {
	return &lane{frames: make(chan pipeFrame, pipeCapacity), over: make(chan struct{})}
}

func (l *lane) end(code Code) {
	l.once.Do(func() {
		l.code = code
		close(l.over)
	})
}

var errPipeClosed = errors.New("pipe closed")

type pipeEnd struct{ in, out *lane }

func (p *pipeEnd) Read(ctx context.Context) (Message, *Relay, error) {
	select {
	case f := <-p.in.frames:
		return f.decode()
	default:
	}
	select {
	case f := <-p.in.frames:
		return f.decode()
	case <-p.in.over:
		return p.last()
	case <-ctx.Done():
		_ = p.Close("") // as a socket does
		return nil, nil, ctx.Err()
	}
}

// last empties the lane before it tells of the end: over may have won the race against a frame.
func (p *pipeEnd) last() (Message, *Relay, error) {
	select {
	case f := <-p.in.frames:
		return f.decode()
	default:
	}
	if p.in.code != "" {
		return nil, nil, &ClosedError{Refused: Refused{Code: p.in.code}}
	}
	return nil, nil, io.EOF
}

func (f pipeFrame) decode() (Message, *Relay, error) {
	if f.binary {
		r, err := DecodeRelay(f.data)
		if err != nil {
			return nil, nil, err
		}
		return nil, &r, nil
	}
	m, err := Decode(f.data)
	if err != nil {
		return nil, nil, err
	}
	if refused, ok := m.(Refused); ok {
		return nil, nil, &ClosedError{Refused: refused}
	}
	return m, nil, nil
}

func (p *pipeEnd) Write(ctx context.Context, m Message) error {
	data, err := Encode(m)
	if err != nil {
		return err
	}
	return p.put(ctx, pipeFrame{data: data})
}

func (p *pipeEnd) WriteRelay(ctx context.Context, r Relay) error {
	data, err := EncodeRelay(r)
	if err != nil {
		return err
	}
	return p.put(ctx, pipeFrame{binary: true, data: data})
}

func (p *pipeEnd) put(ctx context.Context, f pipeFrame) error {
	limit := time.NewTimer(WriteTimeout)
	defer limit.Stop()
	select {
	case <-p.out.over:
		return errPipeClosed
	case <-p.in.over:
		return errPipeClosed
	default:
	}
	select {
	case p.out.frames <- f:
		return nil
	case <-p.out.over:
		return errPipeClosed
	case <-p.in.over:
		return errPipeClosed
	case <-ctx.Done():
		return ctx.Err()
	case <-limit.C:
		return context.DeadlineExceeded
	}
}

func (p *pipeEnd) Close(code Code) error {
	p.out.end(code)
	p.in.end("")
	return nil
}
