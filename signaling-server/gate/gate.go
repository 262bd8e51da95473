// Package gate stands in front of every TCP service of the server. It bounds how many connections there are, lets those that
// have proven nothing give way to newer ones, does the TLS handshake under a time limit, and tells TURN from HTTP where
// both share a port. It reads no more than the first byte of what a client says.
package gate

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// Options bound a Listener. Zero values are the defaults.
type Options struct {
	// TLS is used for every connection; nil for none.
	TLS *tls.Config
	// Handshake is how long TLS and, with Share, the first byte may take: 5 s.
	Handshake time.Duration
	// Pending is how many connections may be open that have not been admitted: 4096. One more, and the oldest of the
	// network with the most of them is closed.
	Pending int
	// Open is how many connections there may be in all: what the process's descriptors leave (MaxOpen). One more is closed.
	Open int
	// Share hands connections that name STUN by ALPN (Protocols) or whose first byte is of STUN (RFC 8489 section 5: two
	// zero bits) to Shared instead of Accept.
	Share bool
}

// Protocols are the ALPN names of a port that TURN and HTTP share (RFC 7443, RFC 9113).
func Protocols() []string { return []string{"h2", "http/1.1", "stun.turn", "stun.nat-discovery"} }

const (
	defaultHandshake = 5 * time.Second
	defaultPending   = 4096
	readyCapacity    = 64 // connections that wait for Accept; when full their handshakes wait in turn
)

// Listener is a net.Listener whose connections are *Conn, or *tls.Conn over one.
type Listener struct {
	inner   net.Listener
	opts    Options
	crowd   *crowd
	ready   chan net.Conn // capacity readyCapacity
	shared  chan net.Conn // capacity readyCapacity
	closing chan struct{}
	once    sync.Once
	work    sync.WaitGroup
	failed  error // of the inner Accept, set before closing is closed
}

// New begins to accept on inner until Close.
func New(inner net.Listener, opts Options) *Listener {
	if opts.Handshake == 0 {
		opts.Handshake = defaultHandshake
	}
	if opts.Pending == 0 {
		opts.Pending = defaultPending
	}
	if opts.Open == 0 {
		opts.Open = MaxOpen()
	}
	l := &Listener{
		inner: inner, opts: opts, crowd: newCrowd(opts.Pending, opts.Open), ready: make(chan net.Conn, readyCapacity),
		shared: make(chan net.Conn, readyCapacity), closing: make(chan struct{}),
	}
	l.work.Go(l.run)
	return l
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) { return l.next(l.ready) }

// Shared is the listener for what speaks STUN first. Its Close does nothing: the port belongs to the Listener.
func (l *Listener) Shared() net.Listener { return shared{l} }

func (l *Listener) next(from chan net.Conn) (net.Conn, error) {
	select {
	case c := <-from:
		return c, nil
	case <-l.closing:
		return nil, l.failed
	}
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close stops accepting and cuts what is still in its handshake. Connections that have been accepted stay.
func (l *Listener) Close() error {
	err := l.stop(net.ErrClosed)
	l.work.Wait()
	return err
}

func (l *Listener) stop(why error) (err error) {
	l.once.Do(func() {
		l.failed = why
		close(l.closing)
		err = l.inner.Close()
	})
	return err
}

// Counts says how many connections there are, how many of them are not admitted, and how many have been closed to keep the
// bounds since the start.
func (l *Listener) Counts() (open, pending int, turnedAway uint64) { return l.crowd.counts() }

// run accepts until the inner listener ends. Too many open files and broken handshakes pass; the rest ends it.
func (l *Listener) run() {
	for wait := time.Duration(0); ; {
		raw, err := l.inner.Accept()
		if err != nil {
			var passing interface{ Temporary() bool }
			if !errors.As(err, &passing) || !passing.Temporary() {
				_ = l.stop(err)
				return
			}
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			if !l.pause(wait) {
				return
			}
			continue
		}
		wait = 0
		if c := l.crowd.enter(raw); c != nil {
			l.work.Go(func() { l.welcome(c) })
		}
	}
}

func (l *Listener) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.closing:
		return false
	}
}

// welcome brings one connection to Accept or Shared.
func (l *Listener) welcome(c *Conn) {
	conn, to := net.Conn(c), l.ready
	if l.opts.TLS != nil || l.opts.Share {
		stop := make(chan struct{})
		defer close(stop)
		l.work.Go(func() { // Close must not wait for a handshake
			select {
			case <-l.closing:
				_ = c.Close()
			case <-stop:
			}
		})
		var err error
		if conn, to, err = l.greet(c); err != nil {
			_ = c.Close()
			return
		}
	}
	select {
	case to <- conn:
	case <-l.closing:
		_ = c.Close()
	}
}

// greet does the handshake and decides by ALPN or, without, by the first byte.
func (l *Listener) greet(c *Conn) (net.Conn, chan net.Conn, error) {
	if err := c.SetDeadline(time.Now().Add(l.opts.Handshake)); err != nil {
		return nil, nil, err
	}
	var conn net.Conn = c
	if l.opts.TLS != nil {
		secured := tls.Server(c, l.opts.TLS)
		if err := secured.Handshake(); err != nil {
			return nil, nil, err
		}
		conn = secured
		switch proto := secured.ConnectionState().NegotiatedProtocol; {
		case l.opts.Share && strings.HasPrefix(proto, "stun."): // RFC 7443
			return conn, l.shared, c.SetDeadline(time.Time{})
		case proto != "":
			return conn, l.ready, c.SetDeadline(time.Time{})
		}
	}
	if !l.opts.Share {
		return conn, l.ready, c.SetDeadline(time.Time{})
	}
	var first [1]byte
	if _, err := conn.Read(first[:]); err != nil {
		return nil, nil, err
	}
	to := l.ready
	if first[0]&0xC0 == 0 {
		to = l.shared
	}
	return &begun{Conn: conn, first: first[:]}, to, c.SetDeadline(time.Time{})
}

// begun is a connection whose first byte has been read.
type begun struct {
	net.Conn
	first []byte
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.first) > 0 && len(p) > 0 {
		n := copy(p, b.first)
		b.first = b.first[n:]
		return n, nil
	}
	return b.Conn.Read(p)
}

type shared struct{ l *Listener }

func (s shared) Accept() (net.Conn, error) { return s.l.next(s.l.shared) }
func (s shared) Addr() net.Addr            { return s.l.Addr() }
func (s shared) Close() error              { return nil }
