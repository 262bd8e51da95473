package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/turn/turntest"
)

// certificateFiles are those of httptest, for 127.0.0.1 and example.com.
func certificateFiles(t *testing.T) (chain, key string, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	own := s.TLS.Certificates[0]
	pkcs8, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	chain, key = filepath.Join(t.TempDir(), "chain.pem"), filepath.Join(t.TempDir(), "key.pem")
	for name, block := range map[string]*pem.Block{
		chain: {Type: "CERTIFICATE", Bytes: own.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return chain, key, s.Client().Transport.(*http.Transport).TLSClientConfig
}

// freePort is a TCP port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// TestOnePortForAll: page, sockets and TURN over TLS on one port of the program, TURN by the other ways beside it, and the
// credentials of a welcome open all of them.
func TestOnePortForAll(t *testing.T) {
	chain, key, config := certificateFiles(t)
	data, port := t.TempDir(), freePort(t)
	address := fmt.Sprintf("https://127.0.0.1:%d", port)
	command(t, "", "admin", "clinic", "add", "--data", data, "--name", "Fjord", "--phone", "+47 55 00 00 00", "--require-passcode=false")
	command(t, "korrekt hest\n", "admin", "doctor", "add", "--data", data, "--clinic", "Fjord", "--name", "Dr. A",
		"--email", "a@example.org", "--password-stdin")
	running(t, "--data", data, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--public-url", address, "--tls-cert", chain, "--tls-key", key,
		"--turn-listen", "127.0.0.1:0", "--turn-tcp-listen", "127.0.0.1:0", "--turn-tls-listen", "127.0.0.1:0", "--turn-tls-shared",
		"--turn-public-ip", "127.0.0.1")
	transport := &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true}
	resp, err := (&http.Client{Transport: transport}).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	transport.CloseIdleConnections()
	if resp.Proto != "HTTP/2.0" || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Error(resp.Proto, resp.Header)
	}
	entry := welcomed(t, address, config)
	if len(entry.URLs) != 4 {
		t.Fatal(entry.URLs)
	}
	for _, u := range entry.URLs[1:] {
		throughTURN(t, u, entry, config)
	}
	gathers(t, entry.URLs[0], entry)
	gathers(t, entry.URLs[1], entry)
}

// welcomed signs in, connects, and takes the TURN entry out of the welcome.
func welcomed(t *testing.T, address string, config *tls.Config) signaling.ICEServer {
	t.Helper()
	client, id := signaling.Client{TLS: config}, signaling.NewInstallationID()
	in, err := client.SignIn(t.Context(), address, signaling.SignIn{
		Version: signaling.Version, Email: "a@example.org", Password: "korrekt hest", Installation: id, Workstation: "Kontor",
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := signaling.Dial(t.Context(), address, signaling.PathDesktop, signaling.DialOptions{Client: client})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close("")
	if err := conn.Write(t.Context(), signaling.Hello{Version: signaling.Version, Session: in.Session, Installation: id, Workstation: "Kontor"}); err != nil {
		t.Fatal(err)
	}
	m, _, err := conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	servers := m.(signaling.Welcome).ICEServers
	return servers[len(servers)-1]
}

// throughTURN begins an allocation over TCP or TLS.
func throughTURN(t *testing.T, u string, entry signaling.ICEServer, config *tls.Config) {
	t.Helper()
	scheme, rest, _ := strings.Cut(u, ":")
	rest, _, _ = strings.Cut(rest, "?")
	var conn net.Conn
	var err error
	if scheme == "turns" {
		conn, err = tls.Dial("tcp", rest, config)
	} else {
		conn, err = net.Dial("tcp", rest)
	}
	if err != nil {
		t.Fatal(u, err)
	}
	defer conn.Close()
	if _, err := turntest.New(turn.NewSTUNConn(conn), conn.RemoteAddr(), entry.Username, entry.Credential).Allocate(); err != nil {
		t.Error(u, err)
	}
}

// gathers sees whether the desktop's kind of peer connection finds a relay by that URL alone.
func gathers(t *testing.T, u string, entry signaling.ICEServer) {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{
		ICEServers:         []webrtc.ICEServer{{URLs: []string{u}, Username: entry.Username, Credential: entry.Credential}},
		ICETransportPolicy: webrtc.ICETransportPolicyRelay,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.GracefulClose() }()
	found := make(chan struct{}, 64) // capacity: more candidates than there are
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil && c.Typ == webrtc.ICECandidateTypeRelay {
			found <- struct{}{}
		}
	})
	if _, err := pc.CreateDataChannel("x", nil); err != nil {
		t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	select {
	case <-found:
	case <-time.After(20 * time.Second):
		t.Error("no relay by ", u)
	}
}

// TestEdgeFlags: what cannot be meant is said.
func TestEdgeFlags(t *testing.T) {
	for _, args := range []string{
		"serve --tls-auto", "serve --tls-auto --public-url https://192.0.2.1", "serve --turn-tls-shared --turn-public-ip 192.0.2.1",
		"serve --turn-tls-listen :5349 --turn-public-ip 192.0.2.1", "serve --turn-urls turn:x:3478", "serve --turn-secret-file x",
		"serve --turn-urls http://x --turn-secret-file x", "serve --tls-auto --tls-cert a --tls-key b --public-url https://lege.example",
	} {
		if code, _, errs := command(t, "", strings.Fields(args)...); code != exitUsage || errs == "" {
			t.Errorf("%q: %d %s", args, code, errs)
		}
	}
}
