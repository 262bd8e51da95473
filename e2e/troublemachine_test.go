package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// signInFails: everything that an address can turn out to be. Address, e-mail and password are typed once and stay.
func (s *trouble) signInFails() {
	d := s.desktop
	d.Sees(20*time.Second, s.w("signIn.title"))
	attempt := func(what, address, key string) {
		s.t.Helper()
		d.Fill(s.w("signIn.server"), address)
		d.Press(5*time.Second, s.w("signIn.submit"))
		s.says("sign-in: "+what, d.Clicked(), s.w("problem."+key))
		s.stays(s.w("signIn.server"), address)
		s.stays(s.w("signIn.email"), kari.Email)
	}
	d.Sees(5*time.Second, s.w("signIn.server"))
	d.Fill(s.w("signIn.email"), kari.Email)
	d.FillSecret(s.w("signIn.password"), "to ugler")
	attempt("wrong password", s.server.URL, "wrongSignIn")

	d.FillSecret(s.w("signIn.password"), kari.Password)
	port, err := rig.FreePort()
	if err != nil {
		s.t.Fatal(err)
	}
	mute := listen(s.t, "127.0.0.1:0")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<!doctype html><title>Velkommen</title>"))
	}))
	defer site.Close()
	outside := listen(s.t, net.JoinHostPort(outsideAddress(s.t), "0"))

	attempt("nobody listens", fmt.Sprintf("http://127.0.0.1:%d", port), "unreachable")
	attempt("another web site", site.URL, "wrongAddress")
	attempt("accepts and says nothing", "http://"+mute.Addr().String(), "unreachable")
	attempt("http to another machine", "http://"+outside.Addr().String(), "insecure")
	if n := outside.asked.Load(); n != 0 {
		s.t.Errorf("%d connections were made over http to another machine", n)
	}
	attempt("accepts and says nothing, TLS", "https://"+mute.Addr().String(), "unreachable")
	attempt("expired certificate", s.secured("expired", -time.Hour), "certificateExpired")
	attempt("self-signed certificate", s.secured("selfsigned", time.Hour), "certificateUnknown")

	d.Fill(s.w("signIn.server"), s.server.URL)
	d.Press(5*time.Second, s.w("signIn.submit"))
	d.Sees(20*time.Second, s.w("waiting.empty"))
	d.Sees(20*time.Second, s.w("top.online"))
}

// muteListener accepts connections and never says anything.
type muteListener struct {
	net.Listener
	asked atomic.Int64
}

func listen(t testing.TB, address string) *muteListener {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	m := &muteListener{Listener: l}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.asked.Add(1)
			defer c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return m
}

// outsideAddress is an address of this machine that is not loopback.
func outsideAddress(t testing.TB) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	t.Fatal("this machine has no address besides loopback")
	return ""
}

// secured starts a signaling server with a certificate of its own that is valid until so long from now, and returns its
// address.
func (s *trouble) secured(name string, until time.Duration) string {
	s.t.Helper()
	dir := mkdir(s.t, s.dir, name)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	now := time.Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: now.AddDate(0, 0, -30), NotAfter: now.Add(until), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	cert, private := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, private: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	port, err := rig.FreePort()
	if err != nil {
		s.t.Fatal(err)
	}
	url := fmt.Sprintf("https://localhost:%d", port)
	p := rig.Start(s.t, dir, name, os.Environ(), filepath.Join(rig.Root(s.t), "bin", "signaling-server"), "serve", "--listen",
		fmt.Sprintf("127.0.0.1:%d", port), "--public-url", url, "--data", filepath.Join(dir, "data"), "--tls-cert", cert, "--tls-key", private)
	rig.Until(s.t, 20*time.Second, "the server with the "+name+" certificate", func() bool { return strings.Contains(rig.Tail(p.Log, 20), "Ready:") })
	return url
}

// noKeyring: the program says openly where the secrets go, asks for a passphrase, and asks for it again the next time.
func (s *trouble) noKeyring() {
	dir := mkdir(s.t, s.dir, "nokeyring")
	screen := rig.NewDisplay(s.t, mkdir(s.t, dir, "screen"), 1024, 768)
	began := time.Now()
	s.desktop = rig.NewDesktop(s.t, rig.DesktopOptions{Dir: dir, Display: screen, Args: []string{"--camera", "none"},
		Env: append(silent(os.Environ()), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus")})
	s.says("no keyring, from the start of the program", began, s.w("unlock.new.text"))
	const phrase = "blaa ost og gule epler"
	choose := func(first, second string) {
		s.t.Helper()
		s.desktop.FillSecret(s.w("unlock.passphrase"), first)
		s.desktop.FillSecret(s.w("unlock.repeat"), second)
		s.desktop.Press(5*time.Second, s.w("unlock.create"))
	}
	choose("kort", "kort")
	s.says("no keyring: short passphrase", s.desktop.Clicked(), s.w("unlock.short"))
	choose(phrase, phrase+"r")
	s.says("no keyring: two passphrases", s.desktop.Clicked(), s.w("unlock.differ"))
	choose(phrase, phrase)
	s.says("no keyring: said at sign-in", s.desktop.Clicked(), s.w("signIn.sealedFile"))
	s.signIn(per)

	s.desktop.Process.Stop()
	began = time.Now()
	s.desktop.Start()
	s.says("no keyring: asked again, from the start of the program", began, s.w("unlock.text"))
	s.desktop.FillSecret(s.w("unlock.passphrase"), "gul ost og blaa epler")
	s.desktop.Press(5*time.Second, s.w("unlock.open"))
	s.says("no keyring: wrong passphrase", s.desktop.Clicked(), s.w("problem.wrongPassphrase"))
	s.desktop.FillSecret(s.w("unlock.passphrase"), phrase)
	s.desktop.Press(5*time.Second, s.w("unlock.open"))
	s.says("no keyring: opened, still signed in", s.desktop.Clicked(), s.w("waiting.empty"))
}

// noOpenGL: there is no window to say it in.
func (s *trouble) noOpenGL() {
	dir := mkdir(s.t, s.dir, "nogl")
	screen, err := rig.OpenDisplay(dir, 1024, 768, "-extension", "GLX")
	if err != nil {
		s.t.Fatal(err)
	}
	defer screen.Close()
	cmd := exec.CommandContext(s.t.Context(), filepath.Join(rig.Root(s.t), "bin", "legekonsultasjon-inspect"), "--profile", filepath.Join(dir, "profile"))
	cmd.Env = append(silent(os.Environ()), "DISPLAY="+screen.Name, "WAYLAND_DISPLAY=", "LANG=en_US.UTF-8")
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		s.t.Errorf("it ended with %v, want exit code 3", err)
	}
	sentence, _, _ := strings.Cut(s.w("start.noOpenGL"), "{log}")
	s.until("no OpenGL", began, sentence, said.String, func() bool { return strings.Contains(said.String(), sentence) })
}
