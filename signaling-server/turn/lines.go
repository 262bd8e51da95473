package turn

import (
	"net"
	"sync"
	"time"

	"legekonsultasjon/signaling-server/gate"
)

// Bounds of TURN over TCP and TLS.
const (
	maxLines     = 2 * inAll
	maxIdleLines = 512              // without an allocation
	lineIdle     = 10 * time.Second // a connection without an allocation lives this long
	lineSilent   = 15 * time.Minute // an allocation must be refreshed sooner than this
	lineStuck    = 5 * time.Second  // for one write: whoever does not read is cut off
)

// lines is a listener whose connections live only as long as they hold an allocation, but for the first ten seconds.
// pion sets no time limits and closes no connections of its own.
type lines struct {
	net.Listener
	quota *quota

	mu     sync.Mutex
	live   map[*line]struct{}
	closed bool
}

func newLines(l net.Listener, q *quota) *lines {
	return &lines{Listener: l, quota: q, live: map[*line]struct{}{}}
}

// Accept implements net.Listener.
func (l *lines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	in := &line{Conn: conn, of: l, client: pair(conn.RemoteAddr(), conn.LocalAddr())}
	in.idle = time.AfterFunc(lineIdle, func() { _ = in.Close() })
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.live[in] = struct{}{}
	}
	l.mu.Unlock()
	if closed {
		_ = in.Close()
		return nil, net.ErrClosed
	}
	l.quota.watch(in.client, in.holds)
	return in, nil
}

// cut closes every connection; the listener is closed already.
func (l *lines) cut() {
	l.mu.Lock()
	l.closed = true
	var all []*line
	for in := range l.live {
		all = append(all, in)
	}
	l.mu.Unlock()
	for _, in := range all {
		_ = in.Close()
	}
}

// line is one client's connection. Its type hides a *tls.Conn from pion, which would shake hands again.
type line struct {
	net.Conn
	of     *lines
	client string
	once   sync.Once
	idle   *time.Timer
}

// holds is told when the client's allocation begins and ends.
func (l *line) holds(yes bool) {
	if !yes {
		l.idle.Reset(lineIdle)
		return
	}
	l.idle.Stop()
	gate.Of(l.Conn).Admit()
}

// Read implements net.Conn.
func (l *line) Read(b []byte) (int, error) {
	_ = l.Conn.SetReadDeadline(time.Now().Add(lineSilent))
	return l.Conn.Read(b)
}

// Write implements net.Conn. A write that got stuck may have cut a message in two, so it is the last one.
func (l *line) Write(b []byte) (int, error) {
	_ = l.Conn.SetWriteDeadline(time.Now().Add(lineStuck))
	n, err := l.Conn.Write(b)
	if err != nil {
		_ = l.Close()
	}
	return n, err
}

// Close implements net.Conn.
func (l *line) Close() (err error) {
	l.once.Do(func() {
		l.idle.Stop()
		l.of.quota.forget(l.client)
		l.of.mu.Lock()
		delete(l.of.live, l)
		l.of.mu.Unlock()
		err = l.Conn.Close()
	})
	return err
}
