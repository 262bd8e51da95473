package gate

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := New(inner, o)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ends waits until the other side has closed.
func ends(c net.Conn, within time.Duration) bool {
	_ = c.SetReadDeadline(time.Now().Add(within))
	_, err := c.Read(make([]byte, 1))
	var late net.Error
	return err != nil && !(errors.As(err, &late) && late.Timeout())
}

func TestTheOldestOfTheMostGivesWay(t *testing.T) {
	l := open(t, Options{Pending: 3})
	first := dial(t, l)
	accept(t, l)
	admitted := dial(t, l)
	Of(accept(t, l)).Admit()
	for range 2 {
		dial(t, l)
		accept(t, l)
	}
	if ends(first, 50*time.Millisecond) {
		t.Fatal("closed although there was room")
	}
	dial(t, l)
	accept(t, l)
	if !ends(first, 5*time.Second) {
		t.Error("the oldest did not give way")
	}
	if ends(admitted, 50*time.Millisecond) {
		t.Error("one that was admitted gave way")
	}
	if open, pending, away := l.Counts(); open != 4 || pending != 3 || away != 1 {
		t.Error(open, pending, away)
	}
}

// TestACrowdDoesNotPushOutOthers: whoever has most connections loses his own.
func TestACrowdDoesNotPushOutOthers(t *testing.T) {
	c := newCrowd(10, 1000)
	from := func(ip string) *Conn {
		a, b := net.Pipe()
		t.Cleanup(func() { _ = b.Close() })
		return c.enter(&addressed{Conn: a, from: &net.TCPAddr{IP: net.ParseIP(ip), Port: 1}})
	}
	patient := from("198.51.100.7")
	for range 100 {
		from("203.0.113.9")
	}
	if patient.closed {
		t.Error("the crowd of another network pushed the patient out")
	}
	if c.pending != 10 || c.open != 10 || len(c.byNetwork) != 2 {
		t.Error(c.pending, c.open, len(c.byNetwork))
	}
}

type addressed struct {
	net.Conn
	from net.Addr
}

func (a *addressed) RemoteAddr() net.Addr { return a.from }

func TestMoreThanAllAreClosed(t *testing.T) {
	l := open(t, Options{Open: 1})
	dial(t, l)
	c := accept(t, l)
	if !ends(dial(t, l), 5*time.Second) {
		t.Error("one too many stayed")
	}
	_ = c.Close()
	_ = c.Close()
	dial(t, l)
	accept(t, l)
}

func TestExpect(t *testing.T) {
	l := open(t, Options{})
	late := dial(t, l)
	Of(accept(t, l)).Expect(20 * time.Millisecond)
	if !ends(late, 5*time.Second) {
		t.Error("one that proved nothing stayed")
	}
	good := dial(t, l)
	c := Of(accept(t, l))
	c.Expect(50 * time.Millisecond)
	c.Admit()
	if ends(good, 200*time.Millisecond) {
		t.Error("one that was admitted was closed")
	}
	var none *Conn
	none.Admit()
	none.Expect(time.Second)
}

// secure takes the certificate of httptest.
func secure(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	client = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	client.ServerName = "example.com"
	return &tls.Config{Certificates: s.TLS.Certificates, NextProtos: Protocols()}, client
}

func TestAStalledHandshakeEnds(t *testing.T) {
	server, _ := secure(t)
	l := open(t, Options{TLS: server, Handshake: 50 * time.Millisecond, Share: true})
	silent := dial(t, l)
	if !ends(silent, 5*time.Second) {
		t.Error("no handshake, and it stayed")
	}
	_ = dial(t, l) // Close does not wait for it
}

// TestSharedPort: HTTP/2, HTTP/1.1 with and without ALPN, and STUN, on one port.
func TestSharedPort(t *testing.T) {
	server, client := secure(t)
	l := open(t, Options{TLS: server, Share: true})
	web := &http.Server{ConnContext: Context, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if From(r.Context()) == nil {
			t.Error("the request does not know its connection")
		}
		_, _ = io.WriteString(w, r.Proto)
	})}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	for _, k := range []struct {
		protos []string
		want   string
	}{{[]string{"h2"}, "HTTP/2.0"}, {[]string{"http/1.1"}, "HTTP/1.1"}, {nil, "HTTP/1.1"}} {
		config := client.Clone()
		config.NextProtos = k.protos
		transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: k.want == "HTTP/2.0"}
		resp, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(k.protos, err)
		}
		got, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		transport.CloseIdleConnections()
		if string(got) != k.want {
			t.Errorf("%v: %s, want %s", k.protos, got, k.want)
		}
	}
	for _, protos := range [][]string{nil, {"stun.turn"}} {
		config := client.Clone()
		config.NextProtos = protos
		shareSTUN(t, l, config)
	}
}

func shareSTUN(t *testing.T, l *Listener, config *tls.Config) {
	t.Helper()
	stun, err := tls.Dial("tcp", l.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer stun.Close()
	hello := []byte{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42}
	if _, err := stun.Write(hello); err != nil {
		t.Fatal(err)
	}
	c := accept(t, l.Shared())
	got := make([]byte, len(hello))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != string(hello) {
		t.Errorf("%x %v", got, err)
	}
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.77": "192.0.2.0/24", "::ffff:192.0.2.77": "192.0.2.0/24", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64",
	} {
		if got := Network(netip.MustParseAddr(ip)).String(); got != want {
			t.Errorf("%s: %s, want %s", ip, got, want)
		}
	}
	if From(context.Background()) != nil || Of(nil) != nil {
		t.Error("a connection out of nothing")
	}
}
