package turn

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"legekonsultasjon/signaling-server/turn/turntest"
)

// TestChannels: data on a channel goes both ways without pion, and no more once the allocation is gone.
func TestChannels(t *testing.T) {
	s := listen(t, true)
	client, peer := socket(t), socket(t)
	server := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(s.Port()))
	entry := relay(s, "one")
	asking := turntest.New(client, net.UDPAddrFromAddrPort(server), entry.Username, entry.Credential)
	relayed, err := asking.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	if err := asking.Bind(0x4001, peer.LocalAddr().(*net.UDPAddr).AddrPort()); err != nil {
		t.Fatal(err)
	}
	for _, said := range [][]byte{[]byte("x"), bytes.Repeat([]byte("sound"), 20), bytes.Repeat([]byte("picture"), 180), {}} {
		up := append(binary.BigEndian.AppendUint16([]byte{0x40, 0x01}, uint16(len(said))), said...)
		if got := passed(t, client, up, server, peer); !bytes.Equal(got, said) {
			t.Errorf("%d bytes up came as %d", len(said), len(got))
		}
		if got := passed(t, peer, said, relayed, client); !bytes.Equal(got, up) {
			t.Errorf("%d bytes down came as %d", len(said), len(got))
		}
	}
	if !s.short.up(client.LocalAddr().(*net.UDPAddr).AddrPort(), []byte{0x40, 0x01, 0, 0}) {
		t.Error("the channel does not go the short way")
	}
	for _, bad := range [][]byte{{0x40}, {0x40, 0x01, 0, 9, 'x'}, {0x40, 0x02, 0, 0}} {
		if s.short.up(client.LocalAddr().(*net.UDPAddr).AddrPort(), bad) {
			t.Errorf("% x was taken for data of the channel", bad)
		}
	}
	if err := asking.Refresh(0); err != nil {
		t.Fatal(err)
	}
	s.short.mu.RLock()
	defer s.short.mu.RUnlock()
	if len(s.short.bound) != 0 || len(s.short.relays) != 0 {
		t.Errorf("%d channels and %d relayed addresses are left", len(s.short.bound), len(s.short.relays))
	}
}

func socket(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// passed sends a datagram and returns what comes of it at another socket.
func passed(t *testing.T, from *net.UDPConn, data []byte, to netip.AddrPort, at *net.UDPConn) []byte {
	t.Helper()
	if _, err := from.WriteToUDPAddrPort(data, to); err != nil {
		t.Fatal(err)
	}
	_ = at.SetReadDeadline(time.Now().Add(2 * time.Second))
	b := make([]byte, 2048)
	n, _, err := at.ReadFromUDPAddrPort(b)
	if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}
