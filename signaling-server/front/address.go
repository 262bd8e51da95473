package front

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/signaling-server/gate"
)

// network is what failures are counted by: an IPv4 address's /24 or an IPv6 address's /64.
func (s *Server) network(r *http.Request) netip.Prefix {
	return gate.Network(s.address(r))
}

// address is the client's, as far as the proxies named by the administrator can be believed: the last one in
// X-Forwarded-For that is not one of them.
func (s *Server) address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv6Unspecified()
	}
	ip := peer.Addr().Unmap().WithZone("")
	if !s.trusted(ip) {
		return ip
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return ip
		}
		ip = hop.Unmap().WithZone("")
		if !s.trusted(ip) {
			return ip
		}
	}
	return ip
}

func (s *Server) trusted(ip netip.Addr) bool {
	for _, p := range s.opts.TrustedProxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// Bounds of the failure counters.
const (
	bucketSize   = 20              // failures that cost nothing
	bucketRefill = 3 * time.Second // one more
	maxBuckets   = 1 << 16         // networks remembered; when full, those that are full again are forgotten
	refusalFloor = 50 * time.Millisecond
	maxDelay     = 2 * time.Second
)

// buckets count failed proofs per network. They never refuse anything: an empty one makes answers late.
type buckets[K comparable] struct {
	mu  sync.Mutex
	all map[K]bucket
}

type bucket struct {
	spent int
	at    time.Time // when spent was right
}

func newBuckets[K comparable]() *buckets[K] { return &buckets[K]{all: map[K]bucket{}} }

func (b bucket) now(now time.Time) bucket {
	back := int(now.Sub(b.at) / bucketRefill)
	if back >= b.spent {
		return bucket{at: now}
	}
	return bucket{spent: b.spent - back, at: b.at.Add(time.Duration(back) * bucketRefill)}
}

// charge counts one failed proof.
func (b *buckets[K]) charge(key K, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.all) >= maxBuckets {
		b.forget(now)
	}
	c := b.all[key].now(now)
	c.spent = min(c.spent+1, bucketSize)
	b.all[key] = c
}

// empty reports whether the network has failed too often lately.
func (b *buckets[K]) empty(key K, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all[key].now(now).spent >= bucketSize
}

// forget drops those that are full again, and then any ones until a quarter is free: the work is spread over as many
// failures as it makes room for.
func (b *buckets[K]) forget(now time.Time) {
	for key, c := range b.all {
		if c.now(now).spent == 0 {
			delete(b.all, key)
		}
	}
	for key := range b.all {
		if len(b.all) <= maxBuckets*3/4 {
			return
		}
		delete(b.all, key)
	}
}
