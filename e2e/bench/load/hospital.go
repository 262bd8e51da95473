package load

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// Sizes of the hospital's staff: every doctor has this many workstations, each with the desktop program on it.
const (
	workstations = 5
	password     = "tre ugler sover paa taket"
)

// hospital is the real server in a process of its own, on a durable store, with doctors whose desktops are signed in and
// have made invitations.
type hospital struct {
	dir, binary, data string
	port              int
	url               string
	options           []string    // of serve
	trust             *tls.Config // nil without TLS
	process           *exec.Cmd
	seats             []seat
	letters           []letter // by seat, those of one seat beside each other
}

// seat is a signed-in installation.
type seat struct {
	installation signaling.InstallationID
	session      string
}

// letter is an invitation in a patient's hands.
type letter struct {
	seat       int
	invitation signaling.InvitationID
	admission  signaling.Admission
}

// openHospital builds the server and has it ready with so many workstations and as many invitations for each. The server
// has been started anew since: what it holds is what the store gave back. options are more of serve's.
func openHospital(ctx context.Context, seats, letters int, secure bool, options ...string) (_ *hospital, err error) {
	h := &hospital{options: options}
	if h.dir, err = os.MkdirTemp("", "hospital"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	h.binary, h.data = filepath.Join(h.dir, "signaling-server"), filepath.Join(h.dir, "data")
	if err := buildServer(ctx, h.binary); err != nil {
		return nil, err
	}
	if h.port, err = rig.FreePort(); err != nil {
		return nil, err
	}
	h.url = fmt.Sprintf("http://localhost:%d", h.port)
	if secure {
		if err := h.secure(); err != nil {
			return nil, err
		}
	}
	if err := h.start(ctx); err != nil {
		return nil, err
	}
	if err := errors.Join(h.hire(ctx, seats), h.invite(ctx, letters)); err != nil {
		return nil, err
	}
	h.stop()
	return h, h.start(ctx)
}

// buildServer builds the server as it stands here, a static binary.
func buildServer(ctx context.Context, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "legekonsultasjon/signaling-server")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

func (h *hospital) secure() error {
	chain, key, err := rig.Certificate(h.dir, "localhost", "127.0.0.1")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(chain)
	if err != nil {
		return err
	}
	h.trust = &tls.Config{RootCAs: x509.NewCertPool()}
	h.trust.RootCAs.AppendCertsFromPEM(text)
	h.url = fmt.Sprintf("https://localhost:%d", h.port)
	h.options = append(h.options, "--tls-cert", chain, "--tls-key", key)
	return nil
}

// start runs the server until stop, and returns when it answers.
func (h *hospital) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(h.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	h.process = exec.Command(h.binary, append([]string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", h.port),
		"--public-url", h.url, "--data", h.data}, h.options...)...)
	h.process.Stdout, h.process.Stderr = log, log
	if err := h.process.Start(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := rig.WaitFor(limited, 20*time.Second, func() bool { return h.answers(limited) }); err != nil {
		return fmt.Errorf("the server did not answer within 20 s:\n%s", rig.Tail(log.Name(), 10))
	}
	return nil
}

func (h *hospital) answers(ctx context.Context) bool {
	client := http.Client{Transport: h.transport()}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// transport speaks HTTP/1.1, one connection for each request, to loopback whatever the name says.
func (h *hospital) transport() *http.Transport {
	var dialer net.Dialer
	return &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: h.trust.Clone(), TLSHandshakeTimeout: 20 * time.Second,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", h.port))
		},
	}
}

// stop ends the server without its knowledge: what it has acknowledged is on the disk.
func (h *hospital) stop() {
	if h.process != nil && h.process.Process != nil {
		_ = h.process.Process.Kill()
		_ = h.process.Wait()
		h.process = nil
	}
}

func (h *hospital) close() {
	h.stop()
	_ = os.RemoveAll(h.dir)
}

// memory is the server's resident memory in KiB, now and at the most.
func (h *hospital) memory() (now, peak float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.process.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for name, into := range map[string]*float64{"VmRSS:": &now, "VmHWM:": &peak} {
		_, after, ok := strings.Cut(string(text), name)
		if _, err := fmt.Sscan(after, into); !ok || err != nil {
			return 0, 0, fmt.Errorf("no %s in /proc: %w", name, err)
		}
	}
	return now, peak, nil
}

// hire makes accounts and signs their workstations in.
func (h *hospital) hire(ctx context.Context, seats int) error {
	admin := func(stdin string, words ...string) error {
		_, err := rig.Run(ctx, os.Environ(), stdin, append([]string{h.binary, "admin", words[0], words[1], "--data", h.data}, words[2:]...)...)
		return err
	}
	if err := admin("", "clinic", "add", "--name", rig.Clinic, "--phone", rig.ClinicPhone, "--require-passcode=false"); err != nil {
		return err
	}
	h.seats = make([]seat, seats)
	return inTurns(seats, 2, func(i int) error {
		email := fmt.Sprintf("lege%d@eksempel.no", i/workstations)
		if i%workstations == 0 {
			if err := admin(password+"\n", "doctor", "add", "--clinic", rig.Clinic, "--name", "Kari Nordmann", "--email", email, "--password-stdin"); err != nil {
				return err
			}
			for n := i; n < min(i+workstations, seats); n++ {
				if err := h.signIn(ctx, n, email); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (h *hospital) signIn(ctx context.Context, n int, email string) error {
	h.seats[n].installation = signaling.NewInstallationID()
	in, err := signaling.Client{TLS: h.trust}.SignIn(ctx, h.url, signaling.SignIn{
		Version: signaling.Version, Email: email, Password: password, Installation: h.seats[n].installation, Workstation: "Kontor 1",
	})
	h.seats[n].session = in.Session
	return err
}

// invite has every workstation make so many invitations.
func (h *hospital) invite(ctx context.Context, each int) error {
	h.letters = make([]letter, len(h.seats)*each)
	return inTurns(len(h.seats), 16, func(i int) error {
		conn, _, err := h.dial(ctx, h.seats[i])
		if err != nil {
			return err
		}
		defer func() { go conn.Close("") }()
		for n := range each {
			l := letter{seat: i}
			_, _ = rand.Read(l.invitation[:])
			_, _ = rand.Read(l.admission[:])
			h.letters[i*each+n] = l
			if err := h.create(ctx, conn, l, n+1); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *hospital) create(ctx context.Context, conn signaling.Conn, l letter, request int) error {
	now := time.Now()
	err := conn.Write(ctx, signaling.Create{
		Request: request, Invitation: l.invitation, Room: signaling.NewRoomID(), AdmissionHash: l.admission.Hash(),
		NotBefore: signaling.At(now.Add(-time.Minute)), NotAfter: signaling.At(now.Add(24 * time.Hour)), Note: make([]byte, 540),
	})
	for err == nil {
		var m signaling.Message
		if m, _, err = conn.Read(ctx); err != nil {
			break
		}
		if done, ok := m.(signaling.Done); ok && done.Request == request {
			if done.Code != "" {
				return fmt.Errorf("an invitation was refused: %s", done.Code)
			}
			return nil
		}
	}
	return err
}

// dial opens a desktop's socket.
func (h *hospital) dial(ctx context.Context, s seat) (signaling.Conn, signaling.Welcome, error) {
	conn, err := signaling.Dial(ctx, h.url, signaling.PathDesktop, signaling.DialOptions{Client: signaling.Client{TLS: h.trust}})
	if err != nil {
		return nil, signaling.Welcome{}, err
	}
	err = conn.Write(ctx, signaling.Hello{Version: signaling.Version, Session: s.session, Installation: s.installation, Workstation: "Kontor 1"})
	if err == nil {
		var m signaling.Message
		if m, _, err = conn.Read(ctx); err == nil {
			if welcome, ok := m.(signaling.Welcome); ok {
				return conn, welcome, nil
			}
			err = fmt.Errorf("a desktop was answered %T", m)
		}
	}
	_ = conn.Close("")
	return nil, signaling.Welcome{}, err
}

// inTurns does n things, so many at once, and stops after the first that fails.
func inTurns(n, width int, do func(i int) error) error {
	var all sync.WaitGroup
	lanes := make(chan struct{}, width) // capacity: at once; more wait
	errs := make(chan error, n)         // capacity: one for each
	for i := range n {
		lanes <- struct{}{}
		if len(errs) > 0 {
			break
		}
		all.Go(func() {
			defer func() { <-lanes }()
			if err := do(i); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	if len(errs) > 0 {
		return <-errs
	}
	return nil
}
