package drill

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pion "github.com/pion/turn/v5"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
	"legekonsultasjon/signaling-server/turn"
	"legekonsultasjon/signaling-server/turn/turntest"
)

// special is every entry of the IANA special-purpose address registries, those within others too, and the multicast
// blocks.
var special = strings.Fields(`0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
	192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
	192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
	255.255.255.255/32 ::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128
	2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
	2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8`)

// TestTURN is the drill "turn": the relay in the real server reaches nothing but the public Internet and other relayed
// addresses, gives nothing to those without right credentials and no more than its quota to those with them, and a call of
// three hours lives on credentials for ten minutes.
func TestTURN(t *testing.T) {
	udp, tcp := port(t), port(t)
	server := rig.NewServer(t, rig.ServerOptions{
		Dir: t.TempDir(), Binary: built(t), Doctors: []rig.Doctor{kari}, Args: []string{"--turn-listen", fmt.Sprintf("127.0.0.1:%d", udp),
			"--turn-tcp-listen", fmt.Sprintf("127.0.0.1:%d", tcp), "--turn-public-ip", "127.0.0.1"},
	})
	defer func() { server.Process.Stop() }()
	s := newStorm(t, server, 0)
	d := turnAt{t: t, udp: udp, tcp: tcp, entry: s.welcome().relay(t)}
	t.Run("probes", func(t *testing.T) { d.probes(t, runs(t, 100)) })
	t.Run("services", func(t *testing.T) { d.services(t, runs(t, 20)) })
	t.Run("credentials", func(t *testing.T) { d.credentials(t, 1000*runs(t, 10)) })
	t.Run("quota", func(t *testing.T) { d.quota(t, 1000*runs(t, 10)) })
	t.Run("call", func(t *testing.T) { longCall(t, runs(t, 5)) })
}

// entries are what a Welcome hands out.
type entries []signaling.ICEServer

// relay is the one with TURN URLs.
func (e entries) relay(t *testing.T) signaling.ICEServer {
	t.Helper()
	for _, one := range e {
		if one.Credential != "" {
			return one
		}
	}
	t.Fatal("no TURN in the welcome: ", e)
	return signaling.ICEServer{}
}

// welcome signs a desktop in and takes the servers out of its welcome.
func (s *storm) welcome() entries {
	s.t.Helper()
	d := s.signIn()
	conn, err := signaling.Dial(s.t.Context(), s.server.URL, signaling.PathDesktop, signaling.DialOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close("")
	if err := conn.Write(s.t.Context(), signaling.Hello{Version: signaling.Version, Session: d.session, Installation: d.installation, Workstation: "Kontor 1"}); err != nil {
		s.t.Fatal(err)
	}
	m, _, err := conn.Read(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return m.(signaling.Welcome).ICEServers
}

// turnAt is the server's relay.
type turnAt struct {
	t        *testing.T
	udp, tcp int
	entry    signaling.ICEServer
}

// over opens a way to the relay.
func (d turnAt) over(t *testing.T, transport, name, password string) *turntest.Client {
	t.Helper()
	if transport == "udp" {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return turntest.New(conn, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: d.udp}, name, password)
	}
	client, conn, err := d.line(name, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return client
}

func (d turnAt) line(name, password string) (*turntest.Client, net.Conn, error) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.tcp))
	if err != nil {
		return nil, nil, err
	}
	return turntest.New(pion.NewSTUNConn(conn), conn.RemoteAddr(), name, password), conn, nil
}

// probes asks for every special-purpose range, n random addresses of each beside the first and the last, as they are and,
// for IPv4, in every way in which an IPv6 address holds one, over both transports and from a relay of each family.
func (d turnAt) probes(t *testing.T, n int) {
	asked, got := 0, 0
	try := func(client *turntest.Client, ip netip.Addr) {
		asked += 2
		at := netip.AddrPortFrom(ip, uint16(1+mathrand.IntN(65535)))
		for what, err := range map[string]error{"a permission": client.Permit(at), "a channel": client.Bind(0x4000+uint16(asked%4000), at)} {
			if err == nil {
				got++
				t.Errorf("%s for %v", what, ip)
			}
		}
	}
	six := sixthRelay(t)
	clients := []*turntest.Client{d.over(t, "udp", d.entry.Username, d.entry.Credential), d.over(t, "tcp", d.entry.Username, d.entry.Credential), six}
	for _, client := range clients {
		if _, err := client.Allocate(); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range special {
		for _, ip := range sample(netip.MustParsePrefix(text), n) {
			for _, as := range disguises(ip) {
				if as == netip.MustParseAddr("127.0.0.1") || as == netip.MustParseAddr("::1") || as.Unmap() == netip.MustParseAddr("127.0.0.1") {
					continue // these servers' own public addresses: "services" is about them
				}
				for _, client := range clients {
					try(client, as)
				}
			}
		}
	}
	report("turn-probe", asked, asked-got, "%d successes for %d registered ranges, over UDP and TCP, IPv4 and IPv6", got, len(special))
}

// sixthRelay is a relay of the IPv6 family in this process: the server's has one public address, of IPv4.
func sixthRelay(t *testing.T) *turntest.Client {
	t.Helper()
	s, err := turn.Listen(turn.Options{UDP: "[::1]:0", PublicIP: netip.MustParseAddr("::1"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	conn, err := net.ListenPacket("udp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	entry := entries(s.ICEServers("six")).relay(t)
	return turntest.New(conn, &net.UDPAddr{IP: net.IPv6loopback, Port: s.Port()}, entry.Username, entry.Credential)
}

// sample is the first and the last address of a range and n random ones.
func sample(p netip.Prefix, n int) []netip.Addr {
	all := []netip.Addr{p.Masked().Addr(), fill(p, 0xFF)}
	for range n {
		all = append(all, fill(p, -1))
	}
	return all
}

// fill puts with, or random bits for -1, behind the prefix.
func fill(p netip.Prefix, with int) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		bit := byte(with & 1)
		if with < 0 {
			bit = byte(mathrand.IntN(2))
		}
		b[i/8] |= bit << (7 - i%8)
	}
	ip, _ := netip.AddrFromSlice(b)
	return ip
}

// disguises are the ways to write an address into a peer address.
func disguises(ip netip.Addr) []netip.Addr {
	if !ip.Is4() {
		return []netip.Addr{ip}
	}
	four := ip.As4()
	all := []netip.Addr{ip, netip.AddrFrom16(ip.As16())} // itself and ::ffff:v4
	for _, form := range []struct {
		prefix string
		at     int
	}{{"::", 12}, {"64:ff9b::", 12}, {"64:ff9b:1::", 12}, {"2002::", 2}, {"2001::", 4}} {
		b := netip.MustParseAddr(form.prefix).As16()
		copy(b[form.at:], four[:])
		all = append(all, netip.AddrFrom16(b))
	}
	return all
}

// services: a service of this host hears nothing, at any of its addresses, by indication or channel.
func (d turnAt) services(t *testing.T, n int) {
	heard := atomic.Int64{}
	var targets []netip.AddrPort
	for _, ip := range ownAddresses(t) {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
		if err != nil {
			continue // an address that cannot be bound offers no service
		}
		defer conn.Close()
		targets = append(targets, conn.LocalAddr().(*net.UDPAddr).AddrPort())
		go func() {
			for b := make([]byte, 100); ; {
				if _, _, err := conn.ReadFrom(b); err != nil {
					return
				}
				heard.Add(1)
			}
		}()
	}
	targets = append(targets, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(d.udp))) // the relay itself
	sent := 0
	for _, transport := range []string{"udp", "tcp"} {
		client := d.over(t, transport, d.entry.Username, d.entry.Credential)
		if _, err := client.Allocate(); err != nil {
			t.Fatal(err)
		}
		for _, at := range targets {
			_ = client.Permit(at) // given for the public address alone, where other relayed addresses are
			for range n {
				sent++
				_ = client.Send(at, []byte("attack"))
			}
		}
		if data, err := client.Receive(300 * time.Millisecond); !errors.Is(err, turntest.ErrSilent) {
			t.Errorf("something answered: %q %v", data, err)
		}
		if _, err := d.over(t, transport, d.entry.Username, d.entry.Credential).AllocateFor(6); err == nil {
			t.Error("a TCP allocation over ", transport)
		}
	}
	if heard.Load() > 0 {
		t.Errorf("%d packets reached services of this host", heard.Load())
	}
	report("turn-services", sent, sent-int(heard.Load()), "%d packets heard at %d addresses of this host; no TCP allocation", heard.Load(), len(targets))
}

func ownAddresses(t *testing.T) []netip.Addr {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var all []netip.Addr
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
			all = append(all, p.Addr())
		}
	}
	return all
}

// credentials that have expired, or that somebody made up, begin nothing.
func (d turnAt) credentials(t *testing.T, n int) {
	_, session, _ := strings.Cut(d.entry.Username, ":")
	random := func() string {
		var b [20]byte
		_, _ = rand.Read(b[:])
		return base64.StdEncoding.EncodeToString(b[:])
	}
	forms := []func() (name, password string){
		func() (string, string) {
			return fmt.Sprintf("%d:%s", time.Now().Add(-time.Minute).Unix(), session), d.entry.Credential
		},
		func() (string, string) {
			return fmt.Sprintf("%d:%s", time.Now().Add(time.Hour).Unix(), session), d.entry.Credential
		},
		func() (string, string) { return d.entry.Username, random() },
		func() (string, string) { return d.entry.Username + "x", d.entry.Credential },
		func() (string, string) {
			return fmt.Sprintf("%d:%s", time.Now().Add(time.Minute).Unix(), random()), random()
		},
		func() (string, string) { return "", "" },
	}
	got := 0
	for i := range n {
		name, password := forms[i%len(forms)]()
		client, conn, err := d.line(name, password)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Allocate(); err == nil {
			got++
		}
		_ = conn.Close()
	}
	if got > 0 {
		t.Errorf("%d allocations with wrong credentials", got)
	}
	report("turn-credentials", n, n-got, "%d allocations with expired, foreign and invented credentials", got)
}

// quota: one socket's credentials begin sixteen allocations at once, however often they are tried, and hold nobody up.
func (d turnAt) quota(t *testing.T, n int) {
	const most = 16
	got := 0
	for range n {
		client, conn, err := d.line(d.entry.Username, d.entry.Credential)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Allocate(); err == nil {
			got++
			defer conn.Close()
			continue
		}
		_ = conn.Close()
	}
	if got > most || got == 0 {
		t.Errorf("%d allocations at once, at most %d", got, most)
	}
	over := max(got-most, 0)
	report("turn-quota", n, n-over, "%d allocations at once of one session, %d over the quota", got, over)
}

// longCall: three hours of refreshes, permissions and channels on the credentials of the beginning, by an injected clock.
func longCall(t *testing.T, n int) {
	survived := 0
	for range n {
		if err := threeHours(t); err != nil {
			t.Error(err)
			continue
		}
		survived++
	}
	report("turn-call", n, survived, "3 h on credentials for %v, data through at the end, no new allocation with them", turn.CredentialLife)
}

func threeHours(t *testing.T) error {
	began, passed := time.Now(), atomic.Int64{}
	s, err := turn.Listen(turn.Options{
		UDP: "127.0.0.1:0", PublicIP: netip.MustParseAddr("127.0.0.1"), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return began.Add(time.Duration(passed.Load())) },
	})
	if err != nil {
		return err
	}
	defer s.Close()
	d := turnAt{t: t, udp: s.Port(), entry: entries(s.ICEServers("one")).relay(t)}
	long, other := d.over(t, "udp", d.entry.Username, d.entry.Credential), d.over(t, "udp", d.entry.Username, d.entry.Credential)
	here, err1 := long.Allocate()
	there, err2 := other.Allocate()
	if err := errors.Join(err1, err2, other.Permit(here)); err != nil {
		return err
	}
	for after := time.Duration(0); after <= 3*time.Hour; after += 5 * time.Minute {
		passed.Store(int64(after))
		if err := errors.Join(long.Refresh(10*time.Minute), long.Permit(there), long.Bind(0x4000, there)); err != nil {
			return fmt.Errorf("after %v: %w", after, err)
		}
	}
	if err := long.Send(there, []byte("still here")); err != nil {
		return err
	}
	if data, err := other.Receive(2 * time.Second); err != nil || string(data) != "still here" {
		return fmt.Errorf("after three hours %q came through: %w", data, err)
	}
	if _, err := d.over(t, "udp", d.entry.Username, d.entry.Credential).Allocate(); err == nil {
		return errors.New("credentials of three hours ago began an allocation")
	}
	return nil
}
