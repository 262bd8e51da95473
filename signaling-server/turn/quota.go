package turn

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"legekonsultasjon/signaling-server/gate"
)

// Bounds of allocations.
const (
	perName = 16   // at once of one socket: three transports, two families, and those of the network before
	inAll   = 2000 // at once
)

// Bounds of what strangers, who hold no allocation, may ask by UDP from one network: they are answered at this pace at
// most, so that the server is no amplifier. Asking for an allocation takes two requests.
const (
	strangersRate  = 100 // requests a second
	strangersBurst = 400
	maxStrangers   = 1 << 14 // networks remembered
)

// quota counts allocations, by the session in the user name and by client.
type quota struct {
	mu      sync.Mutex
	perName map[string]int
	clients map[string]int // allocations by the pair of addresses
	holders map[string]func(bool)
	all     int
	begun   uint64
	over    uint64

	refused atomic.Uint64
	flood   atomic.Uint64
}

func newQuota() *quota {
	return &quota{perName: map[string]int{}, clients: map[string]int{}, holders: map[string]func(bool){}}
}

func (q *quota) allows(name, _ string, _ net.Addr) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.all < inAll && q.perName[name] < perName {
		return true
	}
	q.over++
	return false
}

func (q *quota) created(client, server net.Addr, _, name, _ string, _ net.Addr, _ int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all++
	q.begun++
	q.perName[name]++
	q.clients[pair(client, server)]++
	q.tell(pair(client, server))
}

func (q *quota) deleted(client, server net.Addr, _, name, _ string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all--
	less(q.perName, name)
	less(q.clients, pair(client, server))
	q.tell(pair(client, server))
}

// pair names one client's way to one of our sockets.
func pair(client, server net.Addr) string {
	return client.Network() + " " + client.String() + " " + server.String()
}

func less(counts map[string]int, key string) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

// watch calls f whenever the client of that pair begins to hold an allocation or has none any more. f must not block.
// forget ends it.
func (q *quota) watch(client string, f func(holds bool)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.holders[client] = f
}

func (q *quota) forget(client string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.holders, client)
}

func (q *quota) tell(client string) {
	if f := q.holders[client]; f != nil {
		f(q.clients[client] > 0)
	}
}

func (q *quota) holds(client string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.clients[client] > 0
}

func (q *quota) stats() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Stats{
		Allocations: q.all, Begun: q.begun, Quota: q.over, Refused: q.refused.Load(), Flood: q.flood.Load(),
	}
}

// flood is the UDP socket, behind which pion answers everybody. It drops what strangers ask too fast.
type flood struct {
	*net.UDPConn
	quota    *quota
	channels *channels

	// One goroutine reads.
	strangers map[netip.Prefix]*pace
}

// pace is a token bucket.
type pace struct {
	left float64
	at   time.Time
}

func newFlood(conn *net.UDPConn, q *quota, c *channels) *flood {
	return &flood{UDPConn: conn, quota: q, channels: c, strangers: map[netip.Prefix]*pace{}}
}

// ReadFrom implements net.PacketConn, for one goroutine. What belongs to a channel is on its way already and not returned.
func (f *flood) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, at, err := f.ReadFromUDPAddrPort(b)
		if err != nil {
			return n, nil, err
		}
		data := n > 0 && b[0]&0xC0 != 0 // of a channel (RFC 8656 section 12.4); strangers' gets no answer anyway
		if data && f.channels.up(plain(at), b[:n]) {
			continue
		}
		from := net.UDPAddrFromAddrPort(at)
		if data || f.quota.holds(pair(from, f.LocalAddr())) || f.answers(gate.Network(at.Addr()), time.Now()) {
			return n, from, nil
		}
		f.quota.flood.Add(1)
	}
}

func (f *flood) answers(network netip.Prefix, now time.Time) bool {
	p := f.strangers[network]
	if p == nil {
		if len(f.strangers) >= maxStrangers {
			f.clear()
		}
		p = &pace{left: strangersBurst, at: now}
		f.strangers[network] = p
	}
	p.left = min(p.left+now.Sub(p.at).Seconds()*strangersRate, strangersBurst)
	p.at = now
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}

// clear forgets half of the networks, any ones: the work is spread over as many packets.
func (f *flood) clear() {
	for network := range f.strangers {
		if len(f.strangers) <= maxStrangers/2 {
			return
		}
		delete(f.strangers, network)
	}
}
