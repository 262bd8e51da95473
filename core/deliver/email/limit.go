package email

import (
	"net"
	"sync"
	"time"
)

// limited is a connection none of whose deadlines lies behind its limit, whatever the layers above ask for: go-smtp sets
// a deadline of its own for each command and clears it afterwards, so that without a limit a slow server could hold a
// letter for minutes.
type limited struct {
	net.Conn
	mu    sync.Mutex
	limit time.Time
}

func limit(conn net.Conn, until time.Time) (*limited, error) {
	c := &limited{Conn: conn, limit: until}
	return c, conn.SetDeadline(until)
}

// extend moves the limit.
func (c *limited) extend(until time.Time) error {
	c.mu.Lock()
	c.limit = until
	c.mu.Unlock()
	return c.Conn.SetDeadline(until)
}

func (c *limited) within(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.IsZero() || t.After(c.limit) {
		return c.limit
	}
	return t
}

// SetDeadline implements net.Conn.
func (c *limited) SetDeadline(t time.Time) error { return c.Conn.SetDeadline(c.within(t)) }

// SetReadDeadline implements net.Conn.
func (c *limited) SetReadDeadline(t time.Time) error { return c.Conn.SetReadDeadline(c.within(t)) }

// SetWriteDeadline implements net.Conn.
func (c *limited) SetWriteDeadline(t time.Time) error { return c.Conn.SetWriteDeadline(c.within(t)) }
