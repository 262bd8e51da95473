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
	guard    *guard
	public   netip.Addr
	listen   string // local address; empty for any
	flow     *flow
	channels *channels
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
	relayed := &guarded{UDPConn: conn.(*net.UDPConn), guard: r.guard, flow: r.flow, port: port, channels: r.channels,
		peers: map[netip.AddrPort]*binding{}, buffer: make([]byte, channelHeader+largest),
		in: rate.NewLimiter(paceBytes, paceBurst), out: rate.NewLimiter(paceBytes, paceBurst)}
	r.channels.opened(relayed)
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
	*net.UDPConn
	guard    *guard
	flow     *flow
	port     int
	channels *channels
	peers    map[netip.AddrPort]*binding // under channels.mu
	buffer   []byte                      // of the one goroutine that reads
	in, out  *rate.Limiter
	once     sync.Once
}

// ReadFrom implements net.PacketConn, for one goroutine. What belongs to a channel is on its way already and not returned.
func (g *guarded) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := g.ReadFromUDPAddrPort(g.buffer[channelHeader:])
		if err != nil {
			return 0, nil, err
		}
		if !g.in.AllowN(time.Now(), n) {
			g.flow.dropped.Add(1)
			continue
		}
		g.flow.in.Add(uint64(n))
		if g.channels.down(g, plain(from), g.buffer[:channelHeader+n]) {
			continue
		}
		return copy(b, g.buffer[channelHeader:channelHeader+n]), net.UDPAddrFromAddrPort(from), nil
	}
}

// WriteTo implements net.PacketConn.
func (g *guarded) WriteTo(b []byte, to net.Addr) (int, error) {
	if !g.guard.allows(to) {
		g.flow.denied.Add(1)
		return 0, errDenied
	}
	if g.passes(len(b)) {
		return g.UDPConn.WriteTo(b, to)
	}
	return len(b), nil
}

// send is WriteTo for a channel, whose peer has been looked at when it was bound.
func (g *guarded) send(b []byte, to *binding) {
	if to.own && !g.guard.relayed(int(to.peer.Port())) {
		g.flow.denied.Add(1)
		return
	}
	if g.passes(len(b)) {
		_, _ = g.WriteToUDPAddrPort(b, to.peer) // a datagram that cannot be sent is lost, as any may be
	}
}

// passes keeps the pace of what goes out.
func (g *guarded) passes(n int) bool {
	if !g.out.AllowN(time.Now(), n) {
		g.flow.dropped.Add(1)
		return false
	}
	g.flow.out.Add(uint64(n))
	return true
}

// Close implements net.PacketConn.
func (g *guarded) Close() error {
	g.once.Do(func() {
		g.guard.closed(g.port)
		g.channels.closed(g)
	})
	return g.UDPConn.Close()
}

// quiet drops pion's own log lines: they hold addresses.
type quiet struct{}

// NewLogger implements logging.LoggerFactory.
func (quiet) NewLogger(string) logging.LeveledLogger {
	return &logging.DefaultLeveledLogger{}
}
