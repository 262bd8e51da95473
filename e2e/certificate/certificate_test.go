package certificate

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
	"legekonsultasjon/signaling-server/certificate"
	"legekonsultasjon/signaling-server/front"
	"legekonsultasjon/signaling-server/gate"
	"legekonsultasjon/signaling-server/store"
)

// instance is a signaling server's part that matters here, on a store shared with others.
type instance struct {
	authority *certificate.Authority
	store     *store.Store
}

// newInstance has a clock that is off by skew.
func newInstance(t *testing.T, a *authority, nats, seal string, port int, skew time.Duration) *instance {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	st, err := store.Open(t.Context(), store.Options{URL: nats, SealFile: seal, Log: log, Now: func() time.Time { return time.Now().Add(skew) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.Close)
	own, err := certificate.Obtain(certificate.Options{
		Hosts: []string{host}, Directory: a.directory, Roots: a.roots, Storage: certificate.NewStorage(st), Port: port, Log: log, LookEvery: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(own.Close)
	return &instance{own, st}
}

// leaf is the certificate which the instance hands out; nil while there is none.
func (i *instance) leaf() *x509.Certificate {
	c, err := i.authority.Certificate(&tls.ClientHelloInfo{ServerName: host, SupportedVersions: []uint16{tls.VersionTLS13},
		CipherSuites: []uint16{tls.TLS_AES_128_GCM_SHA256}, Conn: nowhere{}})
	if err != nil {
		return nil
	}
	return c.Leaf
}

// nowhere is a connection that certmagic only asks for its addresses.
type nowhere struct{ net.Conn }

func (nowhere) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (nowhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// serve answers on the port where the authority asks, with the whole door behind TLS.
func (i *instance) serve(t *testing.T, inner net.Listener) {
	t.Helper()
	public, _ := url.Parse("https://" + host)
	door, err := front.New(front.Options{PublicURL: public, Store: i.store, Catalogues: i18n.Files(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: door.Handler(), ConnContext: gate.Context}
	listener := gate.New(inner, gate.Options{TLS: certificate.Config(i.authority.Certificate, "h2", "http/1.1", certificate.Protocol)})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		door.Drain(t.Context())
		_ = server.Close()
	})
}

func sharedStore(t *testing.T) string {
	t.Helper()
	server, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: natsd.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(func() { server.Shutdown(); server.WaitForShutdown() })
	if !server.ReadyForConnections(20 * time.Second) {
		t.Fatal("NATS is not ready")
	}
	return server.ClientURL()
}

// sealFile is made as docs/OPERATIONS.md says.
func sealFile(t *testing.T) string {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	file := filepath.Join(t.TempDir(), "seal.key")
	if err := os.WriteFile(file, []byte(base64.StdEncoding.EncodeToString(key)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestCertificatesByThemselves: two servers on one store, whose clocks are an hour apart, begin at the same moment and are
// issued one certificate between them, although only one of them can be asked whether the name is theirs; the page comes
// over HTTP/2 and a WebSocket over HTTP/1.1, with HSTS; the certificate is renewed once, and both hand out the new one
// without a restart.
func TestCertificatesByThemselves(t *testing.T) {
	inner, err := net.Listen("tcp", at(0)) // before anything is obtained, as the server does
	if err != nil {
		t.Fatal(err)
	}
	port := inner.Addr().(*net.TCPAddr).Port
	a, nats := newAuthority(t, port), sharedStore(t)
	began := time.Now()
	seal := sealFile(t)
	one, two := newInstance(t, a, nats, seal, port, 0), newInstance(t, a, nats, seal, port, time.Hour)
	one.serve(t, inner)
	var first *x509.Certificate
	rig.Until(t, 60*time.Second, "the same certificate at both", func() bool {
		l, m := one.leaf(), two.leaf()
		first = l
		return l != nil && m != nil && l.Equal(m)
	})
	t.Logf("issued after %v", time.Since(began))
	if n := a.count(); n != 1 {
		t.Errorf("%d certificates for two servers", n)
	}
	config := &tls.Config{RootCAs: a.issued, ServerName: host}
	page(t, port, config)
	socket(t, port, config)
	rig.Until(t, 2*validity, "a renewed certificate at both", func() bool {
		l, m := one.leaf(), two.leaf()
		return l != nil && m != nil && !l.Equal(first) && l.Equal(m)
	})
	t.Logf("renewed after %v of %v", time.Since(first.NotBefore), validity)
	if n := a.count(); n != 2 {
		t.Errorf("%d certificates after one renewal", n)
	}
	page(t, port, config)
}

func page(t *testing.T, port int, config *tls.Config) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).Get(fmt.Sprintf("https://127.0.0.1:%d/", port))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Proto != "HTTP/2.0" || resp.StatusCode != http.StatusOK || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Error(resp.Proto, resp.Status, resp.Header.Get("Strict-Transport-Security"))
	}
}

func socket(t *testing.T, port int, config *tls.Config) {
	t.Helper()
	address := fmt.Sprintf("https://127.0.0.1:%d", port)
	conn, err := signaling.Dial(t.Context(), address, signaling.PathPatient, signaling.DialOptions{
		Client: signaling.Client{TLS: config}, Header: http.Header{"Origin": {address}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close("")
	if err := conn.Write(t.Context(), signaling.Knock{Version: signaling.Version}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); signaling.CodeOf(err) != signaling.NotValid {
		t.Error(err)
	}
}
