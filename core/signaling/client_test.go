package signaling

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestClientTellsWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    Code
	}{
		"another site":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, NotOurServer},
		"a missing page": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, NotOurServer},
		"other JSON":     {func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 200, `{"hello":1}`) }, NotOurServer},
		"JSON error":     {func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 500, `{"error":1}`) }, NotOurServer},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
		}, NotOurServer},
		"a refusal": {func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, 403, `{"code":"wrongSignIn"}`) }, WrongSignIn},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			if _, err := (Client{}).SignIn(t.Context(), server.URL, SignIn{}); CodeOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if c.want != NotOurServer {
				return
			}
			if _, err := Dial(t.Context(), server.URL, PathDesktop, DialOptions{}); CodeOf(err) != NotOurServer {
				t.Errorf("dial: %v", err)
			}
		})
	}
}

func answerJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func TestClientTellsWhatIsWrongWithACertificate(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		notAfter time.Time
		host     string
		trusted  bool
		want     Code
	}{
		"good, but not our server": {now.Add(time.Hour), "127.0.0.1", true, NotOurServer},
		"expired":                  {now.Add(-time.Hour), "127.0.0.1", true, CertificateExpired},
		"another name":             {now.Add(time.Hour), "127.0.0.2", true, CertificateUnknown},
		"unknown signer":           {now.Add(time.Hour), "127.0.0.1", false, CertificateUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			server, pool := tlsServer(t, c.host, c.notAfter)
			client := Client{TLS: &tls.Config{RootCAs: x509.NewCertPool()}}
			if c.trusted {
				client.TLS.RootCAs = pool
			}
			if _, err := client.SignIn(t.Context(), server, SignIn{}); CodeOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if _, err := Dial(t.Context(), server, PathDesktop, DialOptions{Client: client}); CodeOf(err) != c.want {
				t.Errorf("dial: %v, want %s", err, c.want)
			}
		})
	}
}

func tlsServer(t *testing.T, host string, notAfter time.Time) (string, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: notAfter.Add(-48 * time.Hour), NotAfter: notAfter,
		IPAddresses: []net.IP{net.ParseIP(host)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, pool
}

func TestClientAgainstTheWrongProtocol(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	address := "https" + plain.URL[len("http"):]
	if _, err := (Client{}).SignIn(t.Context(), address, SignIn{}); CodeOf(err) != NotOurServer {
		t.Error(err)
	}
}

func TestClientStopsWhenItsCallerDoes(t *testing.T) {
	stuck := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	defer server.Close()
	defer close(stuck)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := (Client{}).SignIn(ctx, server.URL, SignIn{}); CodeOf(err) != Cancelled {
		t.Error(err)
	}
}
