package calltest

import (
	"net"
	"net/netip"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"

	"github.com/pion/transport/v5"
)

// Impaired is a network whose sent UDP packets pass a line: two of them, one for each side, are the two directions of a
// call. It reads the time as time.Now does, and so keeps the time of a testing/synctest bubble too. After Close what is
// on its way is lost.
type Impaired struct {
	transport.Net
	*impair.Courier[func()]
}

// NewImpaired wraps inner with a line that is perfect until Set. seen, if not nil, is told of every packet that arrives.
func NewImpaired(inner transport.Net, seed uint64, seen func(impair.Passage)) *Impaired {
	return &Impaired{inner, impair.NewCourier(seed, time.Now(), func(p impair.Parcel[func()], out time.Duration) {
		p.What()
		if seen != nil {
			seen(impair.Passage{Way: impair.ToB, Size: p.Size, In: p.In, Out: out})
		}
	})}
}

// ListenUDP implements transport.Net.
func (i *Impaired) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	c, err := i.Net.ListenUDP(network, address)
	if err != nil {
		return nil, err
	}
	return &impairedConn{c, i}, nil
}

// impairedConn sends over the line.
type impairedConn struct {
	transport.UDPConn
	net *Impaired
}

// WriteTo implements net.PacketConn.
func (c *impairedConn) WriteTo(b []byte, to net.Addr) (int, error) {
	held := append([]byte(nil), b...)
	c.net.Put(func() { _, _ = c.UDPConn.WriteTo(held, to) }, len(held))
	return len(b), nil
}

// WriteToUDP implements transport.UDPConn.
func (c *impairedConn) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) {
	return c.WriteTo(b, to)
}

// WriteToUDPAddrPort is as *net.UDPConn's.
func (c *impairedConn) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteTo(b, net.UDPAddrFromAddrPort(to))
}
