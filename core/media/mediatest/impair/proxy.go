package impair

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Way is a direction through a Proxy.
type Way int

// The two sides are A and B, whoever they are.
const (
	ToA Way = iota
	ToB
)

// Passage is one packet that has passed a Proxy.
type Passage struct {
	Way     Way
	Size    int
	In, Out time.Duration // on the proxy's clock: since it was made
}

// Proxy carries UDP between A and B on loopback and impairs both directions, each on one Line, however many sockets the
// two use. Each side is given an Entrance in place of the other's address, and sees packets come from an exit, as behind
// NAT. Its methods may be called from any goroutine.
type Proxy struct {
	seen  func(Passage) // or nil
	began time.Time
	ways  [2]*Courier[errand]

	mu      sync.Mutex
	sockets map[*net.UDPConn]bool
	exits   map[exit]*net.UDPConn
	closed  bool
	running sync.WaitGroup
}

// exit is what one source uses towards one target.
type exit struct{ source, target netip.AddrPort }

// errand says where a packet goes, and from which socket.
type errand struct {
	from *net.UDPConn
	to   netip.AddrPort
	data []byte
}

// NewProxy makes a proxy without faults. seen, if not nil, is told of every packet that passes, from the two goroutines
// that deliver; it must not block.
func NewProxy(seed uint64, seen func(Passage)) *Proxy {
	p := &Proxy{seen: seen, began: time.Now(), sockets: map[*net.UDPConn]bool{}, exits: map[exit]*net.UDPConn{}}
	for i := range p.ways {
		p.ways[i] = NewCourier(seed+uint64(i), p.began, func(one Parcel[errand], out time.Duration) { p.pass(Way(i), one, out) })
	}
	return p
}

// Now is the time on the proxy's clock.
func (p *Proxy) Now() time.Duration { return time.Since(p.began) }

// Set changes the conditions of one direction from now on.
func (p *Proxy) Set(w Way, c Conditions) { p.ways[w].Set(c) }

// Counts are those of one direction.
func (p *Proxy) Counts(w Way) Counts { return p.ways[w].Counts() }

// Backlog is how long a packet that is sent now would wait in front of the narrow place of one direction.
func (p *Proxy) Backlog(w Way) time.Duration { return p.ways[w].Backlog() }

// Entrance returns the address that the other side is to use in place of target; w says which side target belongs to.
func (p *Proxy) Entrance(w Way, target netip.AddrPort) (netip.AddrPort, error) {
	socket, err := p.open()
	if err != nil {
		return netip.AddrPort{}, err
	}
	p.read(socket, func(source netip.AddrPort, data []byte) {
		if from := p.exit(w, socket, exit{source, target}); from != nil {
			p.ways[w].Put(errand{from, target, data}, len(data))
		}
	})
	return socket.LocalAddr().(*net.UDPAddr).AddrPort(), nil
}

// exit is the socket that stands for source towards target; what comes back to it goes the other way, from entrance.
func (p *Proxy) exit(w Way, entrance *net.UDPConn, e exit) *net.UDPConn {
	p.mu.Lock()
	socket := p.exits[e]
	p.mu.Unlock()
	if socket != nil {
		return socket
	}
	socket, err := p.open()
	if err != nil {
		return nil // too many sockets: the packet is lost
	}
	p.mu.Lock()
	p.exits[e] = socket
	p.mu.Unlock()
	p.read(socket, func(_ netip.AddrPort, data []byte) { p.ways[1-w].Put(errand{entrance, e.source, data}, len(data)) })
	return socket
}

// Rebind gives every source a new exit from now on, as NAT does that has forgotten: the other side sees packets from
// where none came before, and what it sends to the old exits is lost.
func (p *Proxy) Rebind() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for e, socket := range p.exits {
		delete(p.exits, e)
		delete(p.sockets, socket)
		_ = socket.Close()
	}
}

func (p *Proxy) open() (*net.UDPConn, error) {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("impairment: %w", err)
	}
	_ = socket.SetReadBuffer(1 << 20)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = socket.Close()
		return nil, net.ErrClosed
	}
	p.sockets[socket] = true
	return socket, nil
}

// read hands on what a socket receives until it is closed.
func (p *Proxy) read(socket *net.UDPConn, take func(source netip.AddrPort, data []byte)) {
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		buffer := make([]byte, 1<<16)
		for {
			n, source, err := socket.ReadFromUDPAddrPort(buffer)
			if err != nil {
				if p.gone(socket) {
					return
				}
				continue // such as a port that is closed at the other end
			}
			source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
			take(source, append([]byte(nil), buffer[:n]...))
		}
	}()
}

func (p *Proxy) gone(socket *net.UDPConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed || !p.sockets[socket]
}

// pass writes what has arrived.
func (p *Proxy) pass(w Way, one Parcel[errand], out time.Duration) {
	_, _ = one.What.from.WriteToUDPAddrPort(one.What.data, one.What.to)
	if p.seen != nil {
		p.seen(Passage{w, one.Size, one.In, out})
	}
}

// Close ends everything.
func (p *Proxy) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		for socket := range p.sockets {
			_ = socket.Close()
		}
	}
	p.mu.Unlock()
	p.running.Wait()
	for _, w := range p.ways {
		w.Close()
	}
}
