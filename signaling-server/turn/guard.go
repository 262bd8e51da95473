package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
)

// guard decides whom the relay may reach. Without it a TURN server is an open proxy into its own host and network.
type guard struct {
	public   netip.Addr // our own relayed addresses have this one
	loopback bool
	own      map[netip.Addr]bool // addresses of this machine
	special  []netip.Prefix

	mu    sync.Mutex
	ports map[int]bool // of live relayed addresses: the only ports of this host that may be reached
}

func newGuard(public netip.Addr, loopback bool) *guard {
	g := &guard{public: public.Unmap(), loopback: loopback, own: map[netip.Addr]bool{}, ports: map[int]bool{},
		special: special()}
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok {
				g.own[ip.Unmap()] = true
			}
		}
	}
	return g
}

// special lists the IANA special-purpose address registries (RFC 6890 and later) that are not the public Internet.
func special() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/8",           // unspecified, loopback, v4-mapped and v4-compatible
		"64:ff9b::/96",   // NAT64: any v4 address behind it
		"64:ff9b:1::/48", // local NAT64
		"100::/64",       // discard
		"100:0:0:1::/64", // dummy
		"2001::/23",      // IETF protocol assignments, Teredo among them
		"2001:db8::/32",  // documentation
		"2002::/16",      // 6to4: any v4 address behind it
		"2620:4f:8000::/48",
		"3fff::/20", // documentation
		"5f00::/16", // segment routing
		"fc00::/7",  // unique local
		"fe80::/10", // link local
		"fec0::/10", // site local
		"ff00::/8",  // multicast
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// reachable decides by address; own relayed addresses are decided by port in allows.
func (g *guard) reachable(peer net.IP) bool {
	ip, ok := netip.AddrFromSlice(peer)
	if !ok {
		return false
	}
	ip = ip.Unmap().WithZone("")
	if ip == g.public {
		return true // two sides on relayed addresses of ours
	}
	if g.loopback && (ip.IsLoopback() || g.own[ip]) {
		return true
	}
	if g.own[ip] {
		return false
	}
	for _, p := range g.special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// allows decides about one packet. This host is reached at relayed addresses only, never at its services.
func (g *guard) allows(to net.Addr) bool {
	u, ok := to.(*net.UDPAddr)
	if !ok || !g.reachable(u.IP) {
		return false
	}
	ip, _ := netip.AddrFromSlice(u.IP)
	return ip.Unmap() != g.public || g.loopback || g.relayed(u.Port)
}

// relayed reports whether a port of this host is that of a live relayed address.
func (g *guard) relayed(port int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ports[port]
}

func (g *guard) opened(port int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ports[port] = true
}

func (g *guard) closed(port int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.ports, port)
}

var (
	errDenied = errors.New("not a public address")
	errFamily = errors.New("no relayed addresses of this family")
)
