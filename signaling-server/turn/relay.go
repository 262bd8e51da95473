package turn

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"golang.org/x/time/rate"
)

// Pace of one allocation in each direction: two HD streams have room, a file server does not. What is over is dropped, as a
// full line would.
const (
	paceBytes = 1 << 20 // a second: 8 Mbit/s
	paceBurst = 1 << 20
)

// relays opens the relayed addresses.
type relays struct {
	guard  *guard
	public netip.Addr
	listen string // local address; empty for any
	flow   *flow
}

// flow counts what all relayed addresses carry.
type flow struct{ in, out, dropped, denied atomic.Uint64 }

// Validate implements turn.RelayAddressGenerator.
func (r *relays) Validate() error { return nil }

// AllocatePacketConn implements turn.RelayAddressGenerator.
func (r *relays) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if c.Network != family(r.public) {
		return nil, nil, errFamily
	}
	conn, err := net.ListenPacket(c.Network, net.JoinHostPort(r.listen, strconv.Itoa(c.RequestedPort)))
	if err != nil {
		return nil, nil, err
	}
	port := conn.LocalAddr().(*net.UDPAddr).Port
	r.guard.opened(port)
	relayed := &guarded{PacketConn: conn, guard: r.guard, flow: r.flow, port: port,
		in: rate.NewLimiter(paceBytes, paceBurst), out: rate.NewLimiter(paceBytes, paceBurst)}
	return relayed, &net.UDPAddr{IP: r.public.AsSlice(), Port: port}, nil
}

// AllocateListener implements turn.RelayAddressGenerator: there are no TCP allocations.
func (r *relays) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoTCP
}

// AllocateConn implements turn.RelayAddressGenerator: there are no TCP allocations.
func (r *relays) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNoTCP }

// guarded is one relayed address.
type guarded struct {
	net.PacketConn
	guard   *guard
	flow    *flow
	port    int
	in, out *rate.Limiter
	once    sync.Once
}

// ReadFrom implements net.PacketConn.
func (g *guarded) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := g.PacketConn.ReadFrom(b)
		if err != nil || g.in.AllowN(time.Now(), n) {
			g.flow.in.Add(uint64(max(n, 0)))
			return n, from, err
		}
		g.flow.dropped.Add(1)
	}
}

// WriteTo implements net.PacketConn.
func (g *guarded) WriteTo(b []byte, to net.Addr) (int, error) {
	if !g.guard.allows(to) {
		g.flow.denied.Add(1)
		return 0, errDenied
	}
	if !g.out.AllowN(time.Now(), len(b)) {
		g.flow.dropped.Add(1)
		return len(b), nil
	}
	g.flow.out.Add(uint64(len(b)))
	return g.PacketConn.WriteTo(b, to)
}

// Close implements net.PacketConn.
func (g *guarded) Close() error {
	g.once.Do(func() { g.guard.closed(g.port) })
	return g.PacketConn.Close()
}

// quiet drops pion's own log lines: they hold addresses.
type quiet struct{}

// NewLogger implements logging.LoggerFactory.
func (quiet) NewLogger(string) logging.LeveledLogger {
	return &logging.DefaultLeveledLogger{}
}
