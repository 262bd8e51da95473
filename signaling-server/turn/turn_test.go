package turn

import (
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listen(t *testing.T, loopback bool) *Server {
	t.Helper()
	s, err := Listen(Options{Listen: "127.0.0.1:0", PublicIP: netip.MustParseAddr("127.0.0.1"), AllowLoopback: loopback,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// client connects with the credentials of a session.
func client(t *testing.T, s *Server, name, password string) *turn.Client {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().(*net.UDPAddr)
	address.Port = s.Port()
	c, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: address.String(), TURNServerAddr: address.String(),
		Conn: conn, Username: name, Password: password, Realm: realm, LoggerFactory: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		_ = conn.Close()
	})
	return c
}

func allocate(t *testing.T, s *Server, session string) net.PacketConn {
	t.Helper()
	entry := s.ICEServers(session)[1]
	relayed, err := client(t, s, entry.Username, entry.Credential).Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relayed.Close() })
	return relayed
}

func TestTwoSidesMeetOnRelayedAddresses(t *testing.T) {
	s := listen(t, false)
	a, b := allocate(t, s, "one"), allocate(t, s, "two")
	if _, err := b.WriteTo([]byte("permission"), a.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	for range 50 { // UDP: until one arrives
		if _, err := a.WriteTo([]byte("hello"), b.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		_ = b.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if n, from, err := b.ReadFrom(buffer); err == nil {
			if string(buffer[:n]) != "hello" || from.String() != a.LocalAddr().String() {
				t.Fatalf("%q from %v", buffer[:n], from)
			}
			return
		}
	}
	t.Fatal("nothing came through")
}

func TestServicesOfThisHostAreOutOfReach(t *testing.T) {
	s := listen(t, false)
	relayed := allocate(t, s, "one")
	service, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	for range 3 {
		_, _ = relayed.WriteTo([]byte("attack"), service.LocalAddr())
	}
	_ = service.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if n, _, err := service.ReadFrom(make([]byte, 10)); err == nil {
		t.Fatalf("%d bytes reached a service of the host", n)
	}
	if _, err := relayed.WriteTo([]byte("attack"), &net.UDPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 53}); err == nil {
		t.Error("a permission for a private address was given")
	}
}

func TestLoopbackIsReachedOnlyWhenAllowed(t *testing.T) {
	s := listen(t, true)
	relayed := allocate(t, s, "one")
	service, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	if _, err := relayed.WriteTo([]byte("test"), service.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	_ = service.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, _, err := service.ReadFrom(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
}

func TestNoTCP(t *testing.T) {
	s := listen(t, true)
	entry := s.ICEServers("one")[1]
	if l, err := client(t, s, entry.Username, entry.Credential).AllocateTCP(); err == nil {
		_ = l.Close()
		t.Fatal("a TCP allocation was given")
	}
}

func TestCredentials(t *testing.T) {
	s := listen(t, true)
	entry := s.ICEServers("one")[1]
	if _, err := client(t, s, entry.Username, "wrong").Allocate(); err == nil {
		t.Error("a wrong password was taken")
	}
	old := "1000000000:one"
	if _, err := client(t, s, old, s.password(old)).Allocate(); err == nil {
		t.Error("an expired name was taken")
	}
	if !strings.HasSuffix(entry.Username, ":one") {
		t.Error(entry.Username)
	}
}

// TestALongCallGoesOn: an allocation is kept with credentials that have run out, for as long as a call can be.
func TestALongCallGoesOn(t *testing.T) {
	s := listen(t, true)
	name := func(ago time.Duration) string { return entryName(time.Now().Add(-ago), "one") }
	ask := func(method stun.Method, name string) bool {
		_, _, ok := s.authenticate(&turn.RequestAttributes{Username: name, Realm: realm, Method: method})
		return ok
	}
	if ask(stun.MethodAllocate, name(time.Minute)) {
		t.Error("begun after its time")
	}
	if !ask(stun.MethodRefresh, name(time.Hour)) || !ask(stun.MethodChannelBind, name(time.Hour)) {
		t.Error("a long call was ended")
	}
	if ask(stun.MethodRefresh, name(longestCall+time.Minute)) {
		t.Error("kept for ever")
	}
	for _, nonsense := range []string{"", ":", "x:one", "99999999999:", "99999999999"} {
		if ask(stun.MethodAllocate, nonsense) {
			t.Error(nonsense)
		}
	}
}

func TestQuota(t *testing.T) {
	q := quota{perName: map[string]int{}}
	for range perName {
		if !q.allows("one", "", nil) {
			t.Fatal("too few")
		}
		q.created(nil, nil, "", "one", "", nil, 0)
	}
	if q.allows("one", "", nil) || !q.allows("two", "", nil) {
		t.Error("the quota is not by name")
	}
	q.deleted(nil, nil, "", "one", "")
	if !q.allows("one", "", nil) {
		t.Error("what was given back is not there")
	}
	q.all = inAll
	if q.allows("two", "", nil) {
		t.Error("more than all")
	}
}

func TestSpecialAddressesAreDenied(t *testing.T) {
	g := newGuard(netip.MustParseAddr("192.0.2.1"), false)
	for _, ip := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
		"64:ff9b::a00:1", "2002:a00:1::", "2001::1", "fc00::1", "fd12::1", "fe80::1", "ff02::1",
	} {
		if g.reachable(net.ParseIP(ip)) {
			t.Error(ip, "can be reached")
		}
	}
	for _, ip := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "2a00:1450::1", "::ffff:1.1.1.1", "192.0.2.1"} {
		if !g.reachable(net.ParseIP(ip)) {
			t.Error(ip, "cannot be reached")
		}
	}
	if g.allows(&net.UDPAddr{IP: net.ParseIP("192.0.2.1"), Port: 53}) {
		t.Error("a service on our own public address can be reached")
	}
	g.opened(53)
	if !g.allows(&net.UDPAddr{IP: net.ParseIP("192.0.2.1"), Port: 53}) {
		t.Error("our own relayed address cannot be reached")
	}
	if g.allows(&net.TCPAddr{}) || g.reachable(nil) {
		t.Error("nonsense can be reached")
	}
}
