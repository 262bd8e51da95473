//go:build hostile

package drill

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/vpx"
	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// clinic is the doctor's desktop without a window, with counters next to the wire and next to the screen, behind a
// relay in front of the real server.
type clinic struct {
	t       *testing.T
	dir     string
	url     string // what people use
	doctor  rig.Doctor
	relay   *rig.Relay // nil where nothing stands in front of the server
	server  *rig.Server
	direct  string // the server's own address, without the relay
	ears    *ears  // nil but for calls by voice alone, which they listen to
	desk    *desk.Desk
	clock   media.Clock
	packets *calltest.Counter // every RTP packet of every call
	frames  atomic.Int64      // pictures shown of every patient

	mu      sync.Mutex
	state   desk.State
	changed chan struct{}
	parcels map[string]desk.Parcel // by address
	keys    map[[8]byte]access.FrameKeys
}

func newClinic(t *testing.T, serve ...string) *clinic {
	t.Helper()
	c := blankClinic(t, kari)
	front, back := port(t), port(t)
	c.direct = fmt.Sprintf("127.0.0.1:%d", back)
	c.server = rig.NewServer(t, rig.ServerOptions{Dir: c.dir, Port: back, Behind: front, Doctors: []rig.Doctor{kari}, Args: serve})
	c.relay = rig.NewRelay(t, front, back)
	c.url = c.relay.URL
	log := func(k access.FrameKeys) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.keys[[8]byte(k.TH[:8])] = k
	}
	access.KeyLog.Store(&log)
	c.open()
	return c
}

func blankClinic(t *testing.T, doctor rig.Doctor) *clinic {
	return &clinic{t: t, dir: t.TempDir(), doctor: doctor, packets: &calltest.Counter{}, changed: make(chan struct{}), parcels: map[string]desk.Parcel{}, keys: map[[8]byte]access.FrameKeys{}}
}

// newOffice is one more desktop at a server that many share; its calls are by voice alone.
func newOffice(t *testing.T, url string, doctor rig.Doctor) *clinic {
	t.Helper()
	c := blankClinic(t, doctor)
	c.url, c.ears = url, new(ears)
	c.open()
	return c
}

// open starts the desk and signs in.
func (c *clinic) open() {
	c.t.Helper()
	log, err := os.Create(filepath.Join(c.dir, "desk.log"))
	if err != nil {
		c.t.Fatal(err)
	}
	began := time.Now()
	c.clock = func() time.Duration { return time.Since(began) }
	c.desk = desk.New(desk.Deps{
		Server: desk.Network{}, Settings: settings.Open(filepath.Join(c.dir, "settings.json"), "Kontor 1"), Keyring: &secrets{held: map[string]string{}},
		Sealed: filepath.Join(c.dir, "sealed"), Book: filepath.Join(c.dir, "book"), Post: (*post)(c), Loopback: true,
		NewPeer: func(cfg call.Config, channel call.Channel) (desk.Peer, error) {
			cfg.Clock = c.clock
			cfg.Codecs = media.Codecs{NewVideoEncoder: vpx.NewEncoder, NewVideoDecoder: vpx.NewDecoder, NewAudioEncoder: opus.NewEncoder, NewAudioDecoder: opus.NewDecoder}
			cfg.Interceptors = c.packets.Install
			if c.ears != nil {
				cfg.Codecs, cfg.Interceptors = mediatest.Codecs(), c.ears.install
			}
			return call.NewPeer(cfg, channel)
		},
		Devices: (*devices)(c), Notifier: quiet{}, Log: slog.New(slog.NewJSONHandler(log, nil)), Show: c.show,
	})
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- c.desk.Run(ctx) }()
	c.t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
			c.t.Errorf("desk: %v", err)
		}
		log.Close()
		if c.t.Failed() {
			c.t.Logf("desk's log:\n%s", rig.Tail(log.Name(), 40))
		}
	})
	c.await(10*time.Second, "the sign-in form", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && !s.SignIn.Busy })
	c.desk.Do(desk.DoSignIn{Server: c.url, Email: c.doctor.Email, Password: c.doctor.Password})
	c.await(20*time.Second, "to be signed in", func(s desk.State) bool { return s.Connection == desk.Online && s.Screen == desk.ScreenHome })
}

func (c *clinic) show(s desk.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
	close(c.changed)
	c.changed = make(chan struct{})
}

// now is the newest state, and what is closed at the next.
func (c *clinic) now() (desk.State, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state, c.changed
}

// reaches waits for a state.
func (c *clinic) reaches(limit time.Duration, right func(desk.State) bool) bool {
	over := time.After(limit)
	for {
		s, changed := c.now()
		if right(s) {
			return true
		}
		select {
		case <-changed:
		case <-over:
			return false
		}
	}
}

func (c *clinic) await(limit time.Duration, what string, right func(desk.State) bool) {
	c.t.Helper()
	if !c.reaches(limit, right) {
		s, _ := c.now()
		c.t.Fatalf("waited %v for %s; screen %v, connection %v, waiting %d, problem %+v, sign-in %+v", limit, what, s.Screen, s.Connection, len(s.Waiting), s.Problem, s.SignIn.Problem)
	}
}

// invite sends an invitation and returns what the letter held.
func (c *clinic) invite(address string) appointmentLetter {
	c.t.Helper()
	return c.inviteWith(desk.DoInvite{Email: address, Language: "nb"}, desk.DoSend{Name: address})
}

// inviteWith goes through the form and the dialog with everything that the doctor may write.
func (c *clinic) inviteWith(to desk.DoInvite, write desk.DoSend) appointmentLetter {
	c.t.Helper()
	address := to.Email + to.Phone
	c.desk.Do(to)
	c.await(10*time.Second, "the verify dialog", func(s desk.State) bool { return s.Verify != nil })
	c.desk.Do(write)
	var p desk.Parcel
	c.await(10*time.Second, "the letter", func(desk.State) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		var ok bool
		p, ok = c.parcels[address]
		return ok
	})
	link, err := access.Link(c.url, p.Invitation.Secret)
	if err != nil {
		c.t.Fatal(err)
	}
	return appointmentLetter{ID: p.Invitation.ID, Secret: p.Invitation.Secret, Link: link, PIN: string(p.Invitation.PIN.PIN)}
}

type appointmentLetter struct {
	ID     signaling.InvitationID
	Secret access.Secret
	Link   string
	PIN    string
}

// frameKeys of the session that a frame belongs to.
func (c *clinic) frameKeys(frame []byte) (access.FrameKeys, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(frame) < 9 {
		return access.FrameKeys{}, false
	}
	k, ok := c.keys[[8]byte(frame[1:9])]
	return k, ok
}

// secrets is a keyring in memory.
type secrets struct {
	mu   sync.Mutex
	held map[string]string
}

func (s *secrets) Get(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.held[name]
	if !ok {
		return "", settings.ErrNotFound
	}
	return v, nil
}

func (s *secrets) Set(_ context.Context, name, secret string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[name] = secret
	return nil
}

func (s *secrets) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, name)
	return nil
}

// post keeps the letters: the drills need their links, not the mail.
type post clinic

func (*post) Phone(typed, _, _ string) (desk.Phone, error) {
	return desk.Phone{Number: typed, Grouped: typed, Country: "NO", Name: "Norge", Mobile: true}, nil
}
func (*post) Email(typed string) (string, error) { return typed, nil }
func (*post) Group(number string) string         { return number }
func (*post) Test(context.Context, desk.Accounts, string, string, string) desk.Outcome {
	return desk.Outcome{}
}
func (*post) Check(desk.Accounts) (mail, sms *desk.Refusal)              { return nil, nil }
func (*post) Report(context.Context, desk.Accounts, string) deliver.Fate { return deliver.Untold }
func (p *post) Send(_ context.Context, parcel desk.Parcel) desk.Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parcels[parcel.Invitation.Email+parcel.Invitation.Phone] = parcel // one of them is empty
	close(p.changed)
	p.changed = make(chan struct{})
	return desk.Outcome{Receipt: "kept"}
}

// devices are a camera, a microphone, and a screen that counts.
type devices clinic

func (*devices) Watch(ctx context.Context, changed func(mediadevice.Inventory)) { <-ctx.Done() }
func (d *devices) Use(_, _, _ mediadevice.Selection) call.Devices {
	if d.ears != nil {
		return call.Devices{Microphone: &mediatest.Tone{Clock: d.clock, Hz: 440}}
	}
	return call.Devices{Camera: &mediatest.Camera{Clock: d.clock}, Microphone: &mediatest.Tone{Clock: d.clock, Hz: 440}, Picture: (*counted)(d)}
}

type counted clinic

func (c *counted) Show(*media.Frame) { c.frames.Add(1) }
func (*counted) Clear()              {}

type quiet struct{}

func (quiet) PatientArrived(bool) {}
