//go:build hostile

package drill

import (
	"fmt"
	"net"
	"testing"

	"legekonsultasjon/e2e/rig"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// spaceNet is the network as it looks from a space. It implements transport.Net.
type spaceNet struct {
	*stdnet.Net
	s *rig.Space
}

func newSpaceNet(t *testing.T, s *rig.Space) *spaceNet {
	t.Helper()
	n, err := rig.Within(s, stdnet.NewNet)
	if err != nil {
		t.Fatal(err)
	}
	return &spaceNet{n, s}
}

// Interfaces implements transport.Net: those of now.
func (n *spaceNet) Interfaces() ([]*transport.Interface, error) {
	fresh, err := rig.Within(n.s, stdnet.NewNet)
	if err != nil {
		return nil, err
	}
	return fresh.Interfaces()
}

// ListenPacket implements transport.Net.
func (n *spaceNet) ListenPacket(network, address string) (net.PacketConn, error) {
	return rig.Within(n.s, func() (net.PacketConn, error) { return n.Net.ListenPacket(network, address) })
}

// ListenUDP implements transport.Net.
func (n *spaceNet) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	return rig.Within(n.s, func() (transport.UDPConn, error) { return n.Net.ListenUDP(network, address) })
}

// Dial implements transport.Net.
func (n *spaceNet) Dial(network, address string) (net.Conn, error) {
	return rig.Within(n.s, func() (net.Conn, error) { return n.Net.Dial(network, address) })
}

// machine is a computer with two cables to the router, of which one is plugged in at a time.
type machine struct {
	*rig.Space
	router *rig.Space
	number int // its networks are 10.77.(2*number) and the one after
	cable  int
}

// connect lays both cables and plugs the first one in.
func connect(t *testing.T, s, router *rig.Space, number int) *machine {
	t.Helper()
	m := &machine{Space: s, router: router, number: number}
	for cable := range 2 {
		far := fmt.Sprintf("to%d%d", number, cable)
		s.IP(t, "link", "add", m.port(cable), "type", "veth", "peer", "name", far, "netns", router.Name)
		router.IP(t, "addr", "add", m.network(cable)+".1/24", "dev", far)
		router.IP(t, "link", "set", far, "up")
	}
	m.plug(t, 0)
	return m
}

func (m *machine) port(cable int) string    { return fmt.Sprintf("eth%d", cable) }
func (m *machine) network(cable int) string { return fmt.Sprintf("10.77.%d", 2*m.number+cable) }

func (m *machine) plug(t *testing.T, cable int) {
	t.Helper()
	m.cable = cable
	m.IP(t, "link", "set", m.port(cable), "up")
	m.IP(t, "addr", "add", m.network(cable)+".2/24", "dev", m.port(cable))
	m.IP(t, "route", "add", "default", "via", m.network(cable)+".1")
}

// move pulls one cable and plugs the other one in.
func (m *machine) move(t *testing.T) {
	t.Helper()
	m.IP(t, "addr", "flush", "dev", m.port(m.cable))
	m.IP(t, "link", "set", m.port(m.cable), "down")
	m.plug(t, 1-m.cable)
}
