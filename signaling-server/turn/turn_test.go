package turn

import (
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"go.uber.org/goleak"

	"legekonsultasjon/core/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listen(t *testing.T, loopback bool) *Server {
	t.Helper()
	return listenWith(t, Options{UDP: "127.0.0.1:0", AllowLoopback: loopback})
}

func listenWith(t *testing.T, o Options) *Server {
	t.Helper()
	o.PublicIP, o.Log = netip.MustParseAddr("127.0.0.1"), slog.New(slog.DiscardHandler)
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// relay is the entry with TURN URLs, in which the credentials are.
func relay(s *Server, session string) signaling.ICEServer {
	all := s.ICEServers(session)
	return all[len(all)-1]
}

// client connects over UDP with the credentials of a session.
func client(t *testing.T, s *Server, name, password string) *turn.Client {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return over(t, conn, s.Port(), name, password)
}

func over(t *testing.T, conn net.PacketConn, port int, name, password string) *turn.Client {
	t.Helper()
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	c, err := turn.NewClient(&turn.ClientConfig{STUNServerAddr: address, TURNServerAddr: address,
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
	entry := relay(s, session)
	return begin(t, client(t, s, entry.Username, entry.Credential))
}

func begin(t *testing.T, c *turn.Client) net.PacketConn {
	t.Helper()
	relayed, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relayed.Close() })
	return relayed
}

// meet sends from a to b until it arrives.
func meet(t *testing.T, a, b net.PacketConn) {
	t.Helper()
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

func TestTwoSidesMeetOnRelayedAddresses(t *testing.T) {
	s := listen(t, false)
	meet(t, allocate(t, s, "one"), allocate(t, s, "two"))
	if st := s.Stats(); st.Allocations != 2 || st.Begun != 2 || st.BytesOut == 0 || st.BytesIn == 0 {
		t.Errorf("%+v", st)
	}
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
	entry := relay(s, "one")
	if l, err := client(t, s, entry.Username, entry.Credential).AllocateTCP(); err == nil {
		_ = l.Close()
		t.Fatal("a TCP allocation was given")
	}
}

func TestCredentials(t *testing.T) {
	s := listen(t, true)
	entry := relay(s, "one")
	if _, err := client(t, s, entry.Username, "wrong").Allocate(); err == nil {
		t.Error("a wrong password was taken")
	}
	for what, name := range map[string]string{"an expired": "1000000000:one", "a far": "99999999999:one", "a bare": "99999999999"} {
		if _, err := client(t, s, name, s.names.password(name)).Allocate(); err == nil {
			t.Error(what, "name was taken")
		}
	}
	if s.Stats().Refused == 0 {
		t.Error("nothing was counted")
	}
	if !strings.HasSuffix(entry.Username, ":one") {
		t.Error(entry.Username)
	}
}

// TestALongCallGoesOn: an allocation is kept with credentials that have run out, for as long as a call can be.
func TestALongCallGoesOn(t *testing.T) {
	s := listen(t, true)
	name := func(ago time.Duration) string {
		return strconv.FormatInt(time.Now().Add(-ago).Unix(), 10) + ":one"
	}
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
	for _, nonsense := range []string{"", ":", "x:one", "99999999999:", "99999999999:one", "99999999999"} {
		if ask(stun.MethodAllocate, nonsense) {
			t.Error(nonsense)
		}
	}
}

func TestQuota(t *testing.T) {
	q, at := newQuota(), &net.UDPAddr{}
	for range perName {
		if !q.allows("one", "", nil) {
			t.Fatal("too few")
		}
		q.created(at, at, "", "one", "", nil, 0)
	}
	if q.allows("one", "", nil) || !q.allows("two", "", nil) {
		t.Error("the quota is not by name")
	}
	q.deleted(at, at, "", "one", "")
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
