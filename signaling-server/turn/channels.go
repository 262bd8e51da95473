package turn

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
)

const (
	channelHeader = 4    // bytes: number and length (RFC 8656 section 12.4)
	largest       = 1600 // bytes of a datagram that is relayed, as pion has it
)

// channels is the short way for data on channels of clients that come by UDP, which is nearly all that a call sends. What
// pion looks up, copies and allocates for every packet is done once here, when the channel is bound; pion does everything
// else, and tells of channels that come and go.
type channels struct {
	mu     sync.RWMutex
	relays map[int]*guarded   // by the port of the relayed address
	bound  map[label]*binding // by what a client writes
}

// label is what tells a channel from others at the server's socket.
type label struct {
	client netip.AddrPort
	number uint16
}

// binding is one channel: data goes from the client out of the relayed address to the peer, and back.
type binding struct {
	label
	peer  netip.AddrPort
	relay *guarded
	own   bool // the peer is another relayed address here, which is looked at for each packet
	front *net.UDPConn
}

func newChannels() *channels {
	return &channels{relays: map[int]*guarded{}, bound: map[label]*binding{}}
}

func (c *channels) opened(g *guarded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.relays[g.port] = g
}

func (c *channels) closed(g *guarded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.relays, g.port)
}

// created is for turn.EventHandler. front is the socket that clients write to; those of TCP and TLS are no matter of ours.
func (c *channels) created(client, relayed, peer net.Addr, number uint16, front *net.UDPConn) {
	from, ok1 := addrPort(client)
	at, ok2 := addrPort(relayed)
	to, ok3 := addrPort(peer)
	if !ok1 || !ok2 || !ok3 || front == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.relays[int(at.Port())]
	if g == nil || !g.guard.reachable(peer.(*net.UDPAddr).IP) {
		return
	}
	b := &binding{label: label{from, number}, peer: to, relay: g, own: !g.guard.loopback && to.Addr() == g.guard.public, front: front}
	c.bound[b.label] = b
	g.peers[to] = b
}

// deleted is for turn.EventHandler.
func (c *channels) deleted(client net.Addr, number uint16) {
	from, ok := addrPort(client)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.bound[label{from, number}]; b != nil {
		delete(c.bound, b.label)
		delete(b.relay.peers, b.peer)
	}
}

// up takes a client's packet on its way out; false leaves it to pion.
func (c *channels) up(client netip.AddrPort, packet []byte) bool {
	if len(packet) < channelHeader {
		return false
	}
	number, n := binary.BigEndian.Uint16(packet), int(binary.BigEndian.Uint16(packet[2:]))
	c.mu.RLock()
	b := c.bound[label{client, number}]
	c.mu.RUnlock()
	if b == nil || n > len(packet)-channelHeader {
		return false
	}
	b.relay.send(packet[channelHeader:channelHeader+n], b)
	return true
}

// down takes a peer's packet, with room for a header before it, back to the client; false leaves it to pion.
func (c *channels) down(g *guarded, peer netip.AddrPort, packet []byte) bool {
	c.mu.RLock()
	b := g.peers[peer]
	c.mu.RUnlock()
	if b == nil {
		return false
	}
	binary.BigEndian.PutUint16(packet, b.number)
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)-channelHeader))
	_, _ = b.front.WriteToUDPAddrPort(packet, b.client) // a datagram that cannot be sent is lost, as any may be
	return true
}

// addrPort is a UDP address as it is compared.
func addrPort(a net.Addr) (netip.AddrPort, bool) {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	return plain(u.AddrPort()), true
}

// plain writes an IPv4 address as such, without a zone.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
