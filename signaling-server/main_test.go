package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// console is what a command wrote.
type console struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}

// command runs the program once.
func command(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e console
	code = run(t.Context(), args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// running starts a server and returns its address and what ends it.
func running(t *testing.T, args ...string) (address string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, errs := &console{}, &console{}
	ended := make(chan int, 1) // capacity 1: it ends once
	go func() {
		ended <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...), strings.NewReader(""), out, errs)
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, after, ok := strings.Cut(out.String(), "listening on "); ok {
			return "http://" + strings.TrimRight(after, ")\n"), stop
		}
	}
	t.Fatal("not ready: ", errs.String())
	return "", nil
}

func signIn(t *testing.T, address string) error {
	t.Helper()
	_, err := signaling.Client{}.SignIn(t.Context(), address, signaling.SignIn{
		Version: signaling.Version, Email: "a@example.org", Password: "korrekt hest",
	})
	return err
}

func TestAnAdministratorsDay(t *testing.T) {
	data := t.TempDir()
	code, out, errs := command(t, "", "admin", "clinic", "add", "--data", data, "--name", "Fjord", "--phone", "+47 55 00 00 00",
		"--require-passcode=false")
	if code != exitOK || !strings.Contains(out, "Fjord") {
		t.Fatal(code, out, errs)
	}
	address, stop := running(t, "--data", data, "--turn-listen", "127.0.0.1:0", "--turn-public-ip", "127.0.0.1")
	add := []string{"admin", "doctor", "add", "--data", data, "--clinic", "Fjord", "--name", "Dr. A",
		"--email", "a@example.org", "--password-stdin"}
	if code, out, errs = command(t, "korrekt hest\n", add...); code != exitOK {
		t.Fatal("a running server took no order:", code, out, errs)
	}
	if code, _, errs = command(t, "korrekt hest\n", add...); code != exitFailed || !strings.Contains(errs, "account already") {
		t.Fatal(code, errs)
	}
	if err := signIn(t, address); err != nil {
		t.Fatal(err)
	}
	if code, _, errs = command(t, "", "serve", "--data", data, "--listen", "127.0.0.1:0"); code != exitInUse || !strings.Contains(errs, "in use") {
		t.Fatal(code, errs)
	}
	if code := stop(); code != exitOK {
		t.Fatal(code)
	}
	code, out, errs = command(t, "", "admin", "doctor", "disable", "--data", data, "--email", "a@example.org")
	if code != exitOK {
		t.Fatal(code, out, errs)
	}
	if _, out, _ = command(t, "", "admin", "doctor", "list", "--data", data); !strings.Contains(out, "disabled") {
		t.Fatal(out)
	}
	address, _ = running(t, "--data", data)
	if err := signIn(t, address); signaling.CodeOf(err) != signaling.WrongSignIn {
		t.Fatal(err)
	}
}

func TestAPortInUseIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	code, _, errs := command(t, "", "serve", "--data", t.TempDir(), "--listen", l.Addr().String())
	if code != exitInUse || !strings.Contains(errs, "port "+port+" is in use") {
		t.Fatal(code, errs)
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, args := range []string{
		"", "dance", "serve x", "serve --listen 8700", "serve --public-url http://lege.example", "serve --public-url lege.example",
		"serve --tls-cert x", "serve --trusted-proxies x", "serve --turn-listen :3478", "serve --no-such-flag", "admin",
		"admin clinic", "admin clinic remove", "admin clinic add --name x", "admin doctor add --name x", "admin doctor disable",
		"admin doctor list x",
	} {
		if code, _, errs := command(t, "", strings.Fields(args)...); code != exitUsage || errs == "" {
			t.Errorf("%q: %d %s", args, code, errs)
		}
	}
	for _, args := range []string{"--help", "version", "serve --help", "admin doctor add --help"} {
		if code, out, errs := command(t, "", strings.Fields(args)...); code != exitOK || out+errs == "" {
			t.Errorf("%q: %d", args, code)
		}
	}
}

func TestAdminSaysWhatIsMissing(t *testing.T) {
	data := t.TempDir()
	code, _, errs := command(t, "korrekt hest", "admin", "doctor", "add", "--data", data, "--clinic", "Nowhere", "--name", "x",
		"--email", "x@example.org", "--password-stdin")
	if code != exitFailed || !strings.Contains(errs, "no clinic") {
		t.Error(code, errs)
	}
	if code, _, errs := command(t, "", "admin", "doctor", "disable", "--data", data, "--email", "x@example.org"); code != exitFailed || !strings.Contains(errs, "no doctor") {
		t.Error(code, errs)
	}
}
