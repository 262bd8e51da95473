package gate

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"time"
)

// crowd is everybody who is connected.
type crowd struct {
	maxPending, maxOpen int

	mu         sync.Mutex
	open       int
	pending    int
	away       uint64
	byNetwork  map[netip.Prefix]*list.List // of *Conn, not admitted, oldest first
	accessions uint64
}

func newCrowd(maxPending, maxOpen int) *crowd {
	return &crowd{maxPending: maxPending, maxOpen: maxOpen, byNetwork: map[netip.Prefix]*list.List{}}
}

// Conn is a connection that counts.
type Conn struct {
	net.Conn
	crowd   *crowd
	network netip.Prefix
	number  uint64

	// Under crowd.mu.
	place  *list.Element // nil once admitted or closed
	late   *time.Timer
	closed bool
}

// enter counts a new connection. It is nil when there are too many; it is closed then.
func (c *crowd) enter(raw net.Conn) *Conn {
	c.mu.Lock()
	if c.open >= c.maxOpen {
		c.away++
		c.mu.Unlock()
		_ = raw.Close()
		return nil
	}
	c.accessions++
	in := &Conn{Conn: raw, crowd: c, network: Network(address(raw.RemoteAddr())), number: c.accessions}
	peers := c.byNetwork[in.network]
	if peers == nil {
		peers = list.New()
		c.byNetwork[in.network] = peers
	}
	in.place = peers.PushBack(in)
	c.open++
	c.pending++
	var out *Conn
	if c.pending > c.maxPending {
		out = c.oldest()
		c.away++
	}
	c.mu.Unlock()
	if out != nil {
		_ = out.Close()
	}
	return in
}

// oldest is the oldest connection of the network that has the most; among equals, the oldest of all.
func (c *crowd) oldest() *Conn {
	var from *list.List
	for _, l := range c.byNetwork {
		if from == nil || l.Len() > from.Len() || l.Len() == from.Len() && head(l).number < head(from).number {
			from = l
		}
	}
	return head(from)
}

func head(l *list.List) *Conn { return l.Front().Value.(*Conn) }

// settle takes a connection out of the pending ones. The caller holds the lock.
func (c *crowd) settle(in *Conn) {
	if in.late != nil {
		in.late.Stop()
		in.late = nil
	}
	if in.place == nil {
		return
	}
	peers := c.byNetwork[in.network]
	peers.Remove(in.place)
	in.place = nil
	c.pending--
	if peers.Len() == 0 {
		delete(c.byNetwork, in.network)
	}
}

func (c *crowd) counts() (open, pending int, away uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open, c.pending, c.away
}

// Close implements net.Conn. A second call does nothing.
func (c *Conn) Close() error {
	c.crowd.mu.Lock()
	was := c.closed
	c.closed = true
	if !was {
		c.crowd.settle(c)
		c.crowd.open--
	}
	c.crowd.mu.Unlock()
	if was {
		return nil
	}
	return c.Conn.Close()
}

// Admit says that whoever is at the other end has proven who he is: the connection no longer gives way to others.
func (c *Conn) Admit() {
	if c == nil {
		return
	}
	c.crowd.mu.Lock()
	defer c.crowd.mu.Unlock()
	c.crowd.settle(c)
}

// Expect closes the connection unless it is admitted within d, whatever it is doing then.
func (c *Conn) Expect(d time.Duration) {
	if c == nil {
		return
	}
	c.crowd.mu.Lock()
	defer c.crowd.mu.Unlock()
	if c.place != nil && c.late == nil {
		c.late = time.AfterFunc(d, func() { _ = c.Close() })
	}
}

type contextKey struct{}

// Context is for http.Server.ConnContext, so that From finds the connection of a request.
func Context(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, contextKey{}, Of(c))
}

// From is the connection that a request came on; nil when it did not come through a gate. A nil *Conn may be used.
func From(ctx context.Context) *Conn {
	c, _ := ctx.Value(contextKey{}).(*Conn)
	return c
}

// Of is the connection of the gate under c, or nil.
func Of(c net.Conn) *Conn {
	for {
		switch under := c.(type) {
		case *Conn:
			return under
		case *begun:
			c = under.Conn
		case *tls.Conn:
			c = under.NetConn()
		default:
			return nil
		}
	}
}

// Network is what connections and failures are counted by: an IPv4 address's /24 or an IPv6 address's /64.
func Network(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, _ := ip.Prefix(bits)
	return p
}

func address(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr()
	}
	return netip.IPv6Unspecified()
}
