// Package load brings a crowd to the real server, over real sockets and on a durable store: patients who wait, and running
// sessions of patients and desktops. It measures what they cost and how long they wait. The server is a process of its own,
// so that each side has descriptors enough.
package load

import (
	"context"
	"fmt"
	"time"
)

// Load is how much comes to the server.
type Load struct {
	Waiting  int           // patients who wait in the end
	Within   time.Duration // in which they come, evenly
	Calls    int           // running sessions meanwhile, each at a desktop of its own
	Talk     time.Duration // between two frames of a running session, in each direction
	Unloaded int           // joins one after the other, before anybody waits
	Settle   time.Duration // before memory is looked at
}

// Figures are the outcome of one run. Memory is resident and in KiB, times are in milliseconds.
type Figures struct {
	Idle             float64 // nobody connected, all invitations in the store
	Before, After    float64 // with the running sessions, without and with those who wait
	Peak             float64
	Waiting          int
	Join50, Join99   float64 // from dialling to the welcome, while all come
	Unloaded50       float64 // the same, one after the other
	Relay50, Relay99 float64 // one way through the server, while all come
	Frames           int     // of which those are
}

// Run measures once, with TLS or without. Everything is in the store before the server is started for it, so that what
// setting up has used of its memory is gone. A socket that is lost is an error.
func (l Load) Run(ctx context.Context, secure bool) (out Figures, err error) {
	each := (l.Waiting+l.Unloaded)/l.Calls + 2
	h, err := openHospital(ctx, l.Calls, each, secure)
	if err != nil {
		return out, err
	}
	defer h.close()
	pause(ctx, l.Settle/2) // the engine keeps blocks of the store for ten seconds
	if out.Idle, _, err = h.memory(); err != nil {
		return out, err
	}
	c := newCrowd(ctx, h)
	defer c.goHome()
	if err := inTurns(l.Calls, 8, func(i int) error { return c.work(h.seats[i]) }); err != nil {
		return out, fmt.Errorf("desktops: %w", err)
	}
	calling, waiting, trying := l.deal(h)
	if out.Unloaded50, err = c.unloaded(trying); err != nil {
		return out, err
	}
	if err := inTurns(len(calling), 8, func(i int) error { return c.call(calling[i], l.Talk) }); err != nil {
		return out, fmt.Errorf("calls: %w", err)
	}
	pause(ctx, l.Settle/2)
	if out.Before, _, err = h.memory(); err != nil {
		return out, err
	}
	c.relayed.take()
	joins, err := c.come(waiting, l.Within)
	if err != nil {
		return out, err
	}
	relays := c.relayed.take()
	out.Waiting, out.Frames = len(waiting), len(relays)
	out.Join50, out.Join99 = part(joins, .5), part(joins, .99)
	out.Relay50, out.Relay99 = part(relays, .5), part(relays, .99)
	pause(ctx, l.Settle)
	if out.After, out.Peak, err = h.memory(); err != nil {
		return out, err
	}
	if n := len(c.lost.take()); n > 0 {
		return out, fmt.Errorf("%d sockets were lost", n)
	}
	return out, ctx.Err()
}

// deal gives each seat's letters out: one for its call, those who wait, and some for trying.
func (l Load) deal(h *hospital) (calling, waiting, trying []letter) {
	each := len(h.letters) / len(h.seats)
	for n := range each {
		for s := range h.seats {
			one := h.letters[s*each+n]
			switch {
			case n == 0:
				calling = append(calling, one)
			case len(waiting) < l.Waiting:
				waiting = append(waiting, one)
			case len(trying) < l.Unloaded:
				trying = append(trying, one)
			}
		}
	}
	return calling, waiting, trying
}

// unloaded is the median of joins that come one after the other and leave again.
func (c *crowd) unloaded(letters []letter) (median float64, err error) {
	var joins times
	for _, l := range letters {
		p, took, err := c.arrive(l)
		if err != nil {
			return 0, fmt.Errorf("a patient: %w", err)
		}
		_ = p.ws.CloseNow()
		joins.add(took)
	}
	return part(joins.take(), .5), nil
}

func (c *crowd) call(l letter, every time.Duration) error {
	p, _, err := c.arrive(l)
	if err != nil {
		return err
	}
	if err := p.enter(pinNow); err != nil {
		return err
	}
	p.stay()
	p.converse(every)
	return nil
}

// come lets patients in at an even pace, and returns how long each took from dialling to the welcome.
func (c *crowd) come(letters []letter, within time.Duration) ([]time.Duration, error) {
	var joins times
	errs := make(chan error, len(letters)) // capacity: one for each
	began := time.Now()
	for i, l := range letters {
		pause(c.ctx, time.Until(began.Add(within*time.Duration(i)/time.Duration(len(letters)))))
		c.all.Go(func() {
			p, took, err := c.arrive(l)
			if err == nil {
				joins.add(took)
				err = p.enter(pin)
				p.stay()
			}
			errs <- err
		})
	}
	for range letters {
		if err := <-errs; err != nil {
			return nil, fmt.Errorf("a patient: %w", err)
		}
	}
	return joins.take(), nil
}

// pause waits; ctx ends it early.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
