package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"legekonsultasjon/core/signaling"
)

// What patients and desktops say to each other here has the sizes and the order of docs/ACCESS.md; the server can read none
// of it. The first byte says what it stands for, the next eight when it was sent.
const (
	m1     = iota // 99 bytes
	m2            // 103 bytes
	sealed        // 289 bytes: the shortest frame
	pin           // the same: let in, to wait
	pinNow        // the same: let in, to be called
	talk          // a frame of a running call
)

var sizes = map[byte]int{m1: 99, m2: 103, sealed: 289, pin: 289, pinNow: 289, talk: 545}

func frame(kind byte) signaling.Relay {
	payload := make([]byte, sizes[kind])
	payload[0] = kind
	binary.BigEndian.PutUint64(payload[1:], uint64(time.Now().UnixNano()))
	return signaling.Relay{Payload: payload}
}

// age is how long ago a frame was sent.
func age(payload []byte) time.Duration {
	return time.Duration(time.Now().UnixNano() - int64(binary.BigEndian.Uint64(payload[1:])))
}

// times is what was measured so far.
type times struct {
	mu  sync.Mutex
	all []time.Duration
}

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, d)
}

// take sorts what there is and begins anew.
func (t *times) take() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.all
	t.all = nil
	slices.Sort(all)
	return all
}

// part is a quantile of sorted times, in milliseconds.
func part(all []time.Duration, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	return float64(all[min(int(q*float64(len(all))), len(all)-1)].Microseconds()) / 1000
}

// crowd is everybody who is connected to a hospital.
type crowd struct {
	h       *hospital
	client  *http.Client
	relayed times // one way through the server
	lost    times // when sockets ended that should not have

	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup
}

func newCrowd(ctx context.Context, h *hospital) *crowd {
	c := &crowd{h: h, client: &http.Client{Transport: h.transport()}}
	c.ctx, c.stop = context.WithCancel(ctx)
	return c
}

// goHome ends every connection.
func (c *crowd) goHome() {
	c.stop()
	c.all.Wait()
}

// work connects the desktop of a seat, which answers patients from then on.
func (c *crowd) work(s seat) error {
	conn, _, err := c.h.dial(c.ctx, s)
	if err != nil {
		return err
	}
	c.all.Go(func() {
		defer func() { _ = conn.Close("") }()
		for {
			_, relay, err := conn.Read(c.ctx)
			if err != nil {
				c.ended()
				return
			}
			if relay != nil {
				err = c.serve(conn, relay)
			}
			if err != nil {
				c.ended()
				return
			}
		}
	})
	return nil
}

func (c *crowd) ended() {
	if c.ctx.Err() == nil {
		c.lost.add(0)
	}
}

// serve is what a desktop does with a frame.
func (c *crowd) serve(conn signaling.Conn, got *signaling.Relay) error {
	say := func(kind byte) error {
		r := frame(kind)
		r.Peer = got.Peer
		return conn.WriteRelay(c.ctx, r)
	}
	place := func(state signaling.ParticipantState) error {
		return conn.Write(c.ctx, signaling.Place{Participant: got.Peer, State: state, Since: signaling.At(time.Now())})
	}
	switch got.Payload[0] {
	case m1:
		return errors.Join(say(m2), say(sealed))
	case pin:
		return errors.Join(place(signaling.Waiting), say(sealed))
	case pinNow:
		return errors.Join(place(signaling.Present), say(sealed))
	case talk:
		c.relayed.add(age(got.Payload))
		return say(talk)
	}
	return nil
}

// patient is a page in a browser: it answers pings and sends none.
type patient struct {
	c  *crowd
	ws *websocket.Conn
}

// arrive opens a socket with a letter; took is the time from dialling to the welcome.
func (c *crowd) arrive(l letter) (p *patient, took time.Duration, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(c.ctx, 30*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(c.h.url, "http")+signaling.PathPatient, &websocket.DialOptions{
		HTTPClient: c.client, HTTPHeader: http.Header{"Origin": {c.h.url}},
	})
	if err != nil {
		return nil, 0, err
	}
	ws.SetReadLimit(signaling.MaxMessage)
	p = &patient{c, ws}
	if err = p.say(signaling.Knock{Version: signaling.Version, Invitation: l.invitation, Admission: l.admission}); err == nil {
		var m signaling.Message
		if m, _, err = p.next(ctx); err == nil {
			if _, ok := m.(signaling.Welcome); ok {
				return p, time.Since(began), nil
			}
			err = fmt.Errorf("a patient was answered %+v", m)
		}
	}
	_ = ws.CloseNow()
	return nil, 0, err
}

func (p *patient) say(m signaling.Message) error {
	data, err := signaling.Encode(m)
	if err != nil {
		return err
	}
	return p.ws.Write(p.c.ctx, websocket.MessageText, data)
}

func (p *patient) send(kind byte) error {
	data, err := signaling.EncodeRelay(frame(kind))
	if err != nil {
		return err
	}
	return p.ws.Write(p.c.ctx, websocket.MessageBinary, data)
}

// next reads one message.
func (p *patient) next(ctx context.Context) (signaling.Message, []byte, error) {
	kind, data, err := p.ws.Read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if kind == websocket.MessageText {
		m, err := signaling.Decode(data)
		return m, nil, err
	}
	r, err := signaling.DecodeRelay(data)
	return nil, r.Payload, err
}

// hear waits for a frame of one kind.
func (p *patient) hear(kind byte) error {
	for {
		_, payload, err := p.next(p.c.ctx)
		if err != nil {
			return err
		}
		if payload != nil && payload[0] == kind {
			return nil
		}
	}
}

// enter shakes hands with the desktop and gives the PIN, as pin or pinNow.
func (p *patient) enter(as byte) error {
	if err := errors.Join(p.send(m1), p.hear(m2), p.hear(sealed)); err != nil {
		return err
	}
	return errors.Join(p.send(as), p.hear(sealed))
}

// stay reads until everybody goes home, and notes how old the frames of a call are.
func (p *patient) stay() {
	p.c.all.Go(func() {
		defer func() { _ = p.ws.CloseNow() }()
		for {
			_, payload, err := p.next(p.c.ctx)
			if err != nil {
				p.c.ended()
				return
			}
			if payload != nil && payload[0] == talk {
				p.c.relayed.add(age(payload))
			}
		}
	})
}

// converse sends a frame of a running call every so often.
func (p *patient) converse(every time.Duration) {
	p.c.all.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.c.ctx.Done():
				return
			case <-tick.C:
				if p.send(talk) != nil {
					return
				}
			}
		}
	})
}
