// Package route watches which way this computer reaches the network: its addresses, and which of them it would speak
// from. No system tells of a change reliably, so it looks. It sends nothing.
package route

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Every is how often Watch looks. A look costs half a millisecond of processor.
const Every = 500 * time.Millisecond

// Place is where the computer stands in the network.
type Place struct {
	Addresses []netip.Addr  // its own ones that reach further than itself, sorted
	From      [2]netip.Addr // what it speaks from to the internet, IPv4 and IPv6; the zero Addr where there is no way
}

// Has reports whether an address is one of the computer's own.
func (p Place) Has(a netip.Addr) bool { return slices.Contains(p.Addresses, a.Unmap().WithZone("")) }

// Change is a new Place.
type Change struct {
	Place
	// Moved says that what the computer speaks from is another address now: connections that were made before lead
	// nowhere, unless they are bound to an address that is still there.
	Moved bool
}

// compare is the way from a Place that was to the one that is; false when they are the same.
func compare(was, now Place) (Change, bool) {
	moved := was.From != now.From
	return Change{Place: now, Moved: moved}, moved || !slices.Equal(was.Addresses, now.Addresses)
}

// far are addresses set aside for documentation (RFC 5737, RFC 3849): nobody is there, but the way to them is the one to
// everywhere.
var far = [2]string{"udp4 192.0.2.1:9", "udp6 [2001:db8::1]:9"}

// Look is where the computer stands now.
func Look() (Place, error) {
	all, err := net.Interfaces()
	if err != nil {
		return Place{}, err
	}
	var p Place
	for _, one := range all {
		if one.Flags&net.FlagUp == 0 || one.Flags&net.FlagRunning == 0 {
			continue // a cable that was pulled keeps its address for a while
		}
		p.Addresses = append(p.Addresses, addresses(one)...)
	}
	slices.SortFunc(p.Addresses, netip.Addr.Compare)
	for i, where := range far {
		p.From[i] = speaksFrom(where[:4], where[5:])
	}
	return p, nil
}

func addresses(of net.Interface) (out []netip.Addr) {
	all, err := of.Addrs()
	if err != nil {
		return nil // it went meanwhile
	}
	for _, one := range all {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil && reaches(prefix.Addr()) {
			out = append(out, prefix.Addr().Unmap())
		}
	}
	return out
}

func reaches(a netip.Addr) bool { return !a.IsLoopback() && !a.IsLinkLocalUnicast() }

// speaksFrom asks the system's routes; a UDP socket that is connected has sent nothing.
func speaksFrom(network, address string) netip.Addr {
	conn, err := net.Dial(network, address)
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	local, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok || !reaches(local.AddrPort().Addr()) {
		return netip.Addr{}
	}
	return local.AddrPort().Addr().Unmap()
}

// Watch tells of every change until ctx ends, and blocks until then.
func Watch(ctx context.Context, changed func(Change)) { WatchBy(ctx, Look, changed) }

// WatchBy is Watch with another way to look.
func WatchBy(ctx context.Context, look func() (Place, error), changed func(Change)) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	watch(ctx, tick.C, look, changed)
}

func watch(ctx context.Context, tick <-chan time.Time, look func() (Place, error), changed func(Change)) {
	was, err := look()
	known := err == nil
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		now, err := look()
		if err != nil {
			continue
		}
		if c, differs := compare(was, now); known && differs {
			changed(c)
		}
		was, known = now, true
	}
}
