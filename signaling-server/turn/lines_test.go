package turn

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v5"

	"legekonsultasjon/signaling-server/gate"
)

// secure takes the certificate of httptest, which is for example.com.
func secure() (server, client *tls.Config) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	client = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	client.ServerName = "example.com"
	return &tls.Config{Certificates: s.TLS.Certificates}, client
}

// dialURL opens a connection to the port that a URL names.
func dialURL(t *testing.T, u string, config *tls.Config) net.Conn {
	t.Helper()
	scheme, rest, _ := strings.Cut(u, ":")
	rest, _, _ = strings.Cut(rest, "?")
	_, port, err := net.SplitHostPort(rest)
	if err != nil {
		t.Fatal(err)
	}
	var c net.Conn
	if scheme == "turns" {
		c, err = tls.Dial("tcp", "127.0.0.1:"+port, config)
	} else {
		c, err = net.Dial("tcp", "127.0.0.1:"+port)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// everywhere listens on UDP, TCP, TLS and a shared port.
func everywhere(t *testing.T) (*Server, *tls.Config) {
	t.Helper()
	server, config := secure()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door := gate.New(l, gate.Options{TLS: server, Share: true})
	t.Cleanup(func() { _ = door.Close() })
	s := listenWith(t, Options{
		UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", TLS: "127.0.0.1:0", TLSConfig: server, Shared: door.Shared(),
		SharedPort: l.Addr().(*net.TCPAddr).Port, Name: "example.com",
	})
	return s, config
}

// TestEveryTransport: all URLs that are handed out lead to a relay, and those who come by different ones meet.
func TestEveryTransport(t *testing.T) {
	s, config := everywhere(t)
	entry := relay(s, "one")
	if len(entry.URLs) != 4 {
		t.Fatal(entry.URLs)
	}
	other := allocate(t, s, "two")
	for _, u := range entry.URLs {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Scheme == "turns" && !strings.HasPrefix(parsed.Opaque, "example.com:") {
			t.Error(u, "does not name what the certificate is for")
		}
		if strings.HasSuffix(u, "udp") {
			continue
		}
		conn := turn.NewSTUNConn(dialURL(t, u, config))
		meet(t, begin(t, over(t, conn, 1, entry.Username, entry.Credential)), other)
	}
	if n := s.Stats().Allocations; n != 4 {
		t.Error(n)
	}
}

// TestNoTCPAllocationsOverLines: RFC 6062 is off on every transport.
func TestNoTCPAllocationsOverLines(t *testing.T) {
	s, config := everywhere(t)
	entry := relay(s, "one")
	for _, u := range entry.URLs[1:] {
		c := over(t, turn.NewSTUNConn(dialURL(t, u, config)), 1, entry.Username, entry.Credential)
		if l, err := c.AllocateTCP(); err == nil {
			_ = l.Close()
			t.Error(u, "gave a TCP allocation")
		}
	}
}

// TestALineLivesAsLongAsItsAllocation: pion would keep it for ever.
func TestALineLivesAsLongAsItsAllocation(t *testing.T) {
	s := listenWith(t, Options{TCP: "127.0.0.1:0"})
	entry := relay(s, "one")
	conn := dialURL(t, entry.URLs[0], nil)
	client := over(t, turn.NewSTUNConn(conn), 1, entry.Username, entry.Credential)
	relayed, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	in := only(t, s)
	if in.idle.Stop() {
		t.Error("one with an allocation is about to be closed as idle")
	}
	if err := relayed.Close(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); s.Stats().Allocations > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if !in.idle.Stop() {
		t.Error("one without an allocation stays")
	}
	_ = in.Close()
	if len(s.quota.holders) != 0 || len(s.lines[0].live) != 0 {
		t.Error("a closed line is remembered")
	}
}

func only(t *testing.T, s *Server) *line {
	t.Helper()
	s.lines[0].mu.Lock()
	defer s.lines[0].mu.Unlock()
	if len(s.lines[0].live) != 1 {
		t.Fatal(len(s.lines[0].live))
	}
	for in := range s.lines[0].live {
		return in
	}
	return nil
}

// TestStrangersAreAnsweredAtAPace: the UDP port is no amplifier, and who holds an allocation is not slowed by them.
func TestStrangersAreAnsweredAtAPace(t *testing.T) {
	f := newFlood(nil, newQuota(), newChannels())
	now := time.Unix(1000, 0)
	network := gate.Network(netip.MustParseAddr("192.0.2.1"))
	answered := 0
	for range 10_000 {
		if f.answers(network, now) {
			answered++
		}
	}
	if answered != strangersBurst {
		t.Error(answered)
	}
	if !f.answers(gate.Network(netip.MustParseAddr("192.0.3.1")), now) || !f.answers(network, now.Add(time.Second)) {
		t.Error("the pace is not by network and time")
	}
	for i := range 3 * maxStrangers {
		f.answers(gate.Network(netip.MustParseAddr("2001:db8:"+strconv.FormatInt(int64(i/60000), 16)+":"+strconv.FormatInt(int64(i%60000), 16)+"::1")), now)
	}
	if len(f.strangers) > maxStrangers {
		t.Error(len(f.strangers))
	}
}
