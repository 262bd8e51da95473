// Package e2e tells the stories of the product with everything real: the server process, the desktop program in a
// window, mail over SMTP, the patient's browser, sound servers and a keyring. Doctors and patients are driven by clicks
// and keys and judged by what they see and hear.
package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

var kari = rig.Doctor{Name: "Kari Nordmann", Email: "kari@eksempel.no", Password: "tre ugler sover paa taket"}

// stage is one clinic and what its patients use.
type stage struct {
	t       *testing.T
	dir     string
	screen  *rig.Display // the doctor's
	phones  *rig.Display // the patients'
	sound   *rig.Sound   // the doctor's
	heard   *rig.Sound   // the patients'
	server  *rig.Server
	office  *postoffice.Office
	desktop *rig.Desktop
	doctor  *rig.Clip // what the doctor's camera plays
	patient *rig.Clip
	blind   *blind
	takes   int // recordings made
}

type options struct {
	server rig.ServerOptions
	still  bool     // no clips: a story without a look at pictures
	env    []string // more of the desktop's environment
}

// newStage sets everything up and signs the doctor in through the window.
func newStage(t *testing.T, o options) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir()}
	rig.Awake(t, s.dir)
	s.screen = rig.NewDisplay(t, mkdir(t, s.dir, "screen"), 1280, 800)
	s.phones = rig.NewDisplay(t, mkdir(t, s.dir, "phones"), 1280, 1000)
	s.sound, s.heard = rig.NewSound(t, mkdir(t, s.dir, "sound"), "ear", "mic"), rig.NewSound(t, mkdir(t, s.dir, "heard"), "ear", "mic")
	s.sound.Defaults(t, "ear", "mic.monitor")
	s.heard.Defaults(t, "ear", "mic.monitor")
	keyring := rig.NewKeyring(t, mkdir(t, s.dir, "keyring"), s.sound.Dir)
	s.clips(o.still)

	o.server.Dir = mkdir(t, s.dir, "server")
	o.server.Doctors = append(o.server.Doctors, kari)
	o.server.Args = append(o.server.Args, "--turn-listen", fmt.Sprintf("127.0.0.1:%d", freeUDP(t)), "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback")
	o.server.Port, o.server.Behind = freeTCP(t), freeTCP(t)
	s.watchBlind(o.server.Behind, o.server.Port)
	s.server = rig.NewServer(t, o.server)

	office, err := postoffice.Open(postoffice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { office.Close() })
	s.office = office

	env := append(keyring.Env(s.sound.Env(os.Environ())), o.env...)
	s.desktop = rig.NewDesktop(t, rig.DesktopOptions{Dir: mkdir(t, s.dir, "desktop"), Env: env, Display: s.screen,
		Args: []string{"--camera", "file:" + s.doctor.File}})
	s.signIn(kari)
	s.setUpLetters()
	return s
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freeTCP(t *testing.T) int {
	t.Helper()
	port, err := rig.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func freeUDP(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// clips makes the numbered clips of both cameras.
func (s *stage) clips(still bool) {
	s.t.Helper()
	frames := 300
	if still {
		frames = 30
	}
	s.doctor = rig.PaintClip(s.t, filepath.Join(s.dir, "doctor.y4m"), 640, 480, 15, frames, 1)
	if video := os.Getenv("E2E_VIDEO"); video != "" && !still {
		s.patient = rig.NumberClip(s.t, video, filepath.Join(s.dir, "patient.y4m"))
		return
	}
	s.patient = rig.PaintClip(s.t, filepath.Join(s.dir, "patient.y4m"), 640, 480, 15, frames, 4)
}

// signIn fills in the form.
func (s *stage) signIn(d rig.Doctor) {
	s.t.Helper()
	s.desktop.Sees(20*time.Second, "Logg inn")
	s.desktop.Fill("Serveradresse", s.server.URL)
	s.desktop.Fill("E-post", d.Email)
	s.desktop.FillSecret("Passord", d.Password)
	s.desktop.Press(5*time.Second, "Logg inn")
	s.desktop.Sees(20*time.Second, "Ingen pasienter tilgjengelig")
	s.desktop.Sees(20*time.Second, "Tilkoblet")
}

// setUpLetters enters the clinic's mail account and SMS gateway in the settings.
func (s *stage) setUpLetters() {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.office.SMTPAddr())
	if err != nil {
		s.t.Fatal(err)
	}
	d := s.desktop
	d.Press(5*time.Second, "Innstillinger")
	d.Fill("E-posttjener (SMTP)", host)
	d.Fill("Port", port)
	d.Choose("Kryptering", "Ingen (bare denne maskinen)")
	d.Fill("Avsenderadresse", "post@eksempel.no")
	d.Fill("Avsendernavn", rig.Clinic)
	d.Choose("SMS-leverandør", "Annen")
	d.Fill("Adresse", s.office.SMSURL())
	d.Fill("Hoder, ett per linje", "Content-Type: application/json\nAuthorization: Bearer {secret}")
	d.Fill("Innhold", `{"to":"{number}","from":"{sender}","text":"{text}"}`)
	d.Fill("Avsender", "Legesenter")
	d.FillSecret("Nøkkel", s.office.SMSSecret())
	d.Press(5*time.Second, "Lagre")
	d.Sees(10*time.Second, "Lagret")
	d.Press(5*time.Second, "Tilbake")
	d.Sees(10*time.Second, "Inviter pasient til time")
}

// inviteByMail goes through the form and the verify dialog as the doctor does.
func (s *stage) inviteByMail(address, name string) postoffice.Letter {
	s.t.Helper()
	s.desktop.Fill("E-post", address)
	s.desktop.Press(5*time.Second, "Inviter", 1)
	s.desktop.Sees(5*time.Second, "Stemmer adressen med journalen?")
	return s.verify("Jeg har kontrollert adressen mot journalen", name, address)
}

func (s *stage) inviteBySMS(number, e164, name string) postoffice.Letter {
	s.t.Helper()
	s.desktop.Fill("Telefonnummer", number)
	s.desktop.Press(5*time.Second, "Inviter", 0)
	s.desktop.Sees(5*time.Second, "Stemmer nummeret med journalen?")
	return s.verify("Jeg har kontrollert nummeret mot journalen", name, e164)
}

func (s *stage) verify(tick, name, to string) postoffice.Letter {
	s.t.Helper()
	s.confirm("Navn eller initialer (bare du ser det)", name, tick)
	letter := s.next(20*time.Second, to)
	if letter.Link == "" || letter.PIN == "" {
		s.t.Fatalf("the letter has no link or no PIN")
	}
	s.desktop.Sees(10*time.Second, name)
	s.blind.invited(s.t, letter, name, to)
	return letter
}

// confirm goes through the verify dialog: every box is ticked, then it sends.
func (s *stage) confirm(label, name string, ticks ...string) {
	s.t.Helper()
	for _, tick := range ticks {
		if w, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Text == "Send invitasjon" }); !ok || w.Enabled {
			s.t.Fatalf("before every box is ticked, Send invitasjon is there and disabled: %+v, %v", w, ok)
		}
		s.desktop.Tick(tick)
	}
	s.desktop.Fill(label, name)
	s.desktop.Press(5*time.Second, "Send invitasjon")
}

// next is the next letter to a number or an address.
func (s *stage) next(limit time.Duration, to string) postoffice.Letter {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	letter, err := s.office.Wait(ctx, to)
	if err != nil {
		s.t.Fatalf("no letter came: %v; the window says:\n%s", err, s.desktop.Says())
	}
	return letter
}

// browser is one of the two kinds that stories run with.
type browser func(testing.TB, rig.BrowserOptions) *rig.Page

// opens lets a patient's browser open a link. Chromium plays the clip as its camera by itself.
func (s *stage) opens(open browser, link string, o rig.BrowserOptions) *rig.Page {
	s.t.Helper()
	o.Dir = mkdir(s.t, s.dir, "browsers")
	o.Env = append(append([]string{}, s.heard.Env(os.Environ())...), "DISPLAY="+s.phones.Name)
	if o.Width == 0 {
		o.Width, o.Height = 480, 900
	}
	p := open(s.t, o)
	p.Visit(link)
	p.Sees(20*time.Second, kari.Name)
	return p
}

// typesPIN types the PIN and sends it.
func typesPIN(p *rig.Page, pin string) {
	p.Types("input[inputmode=numeric]", pin)
	p.PressWords(5*time.Second, "Delta")
}

// waits goes from the greeting to the waiting room.
func waits(p *rig.Page, pin string) {
	typesPIN(p, pin)
	p.Sees(20*time.Second, "Sjekk bilde og lyd")
	p.PressWords(20*time.Second, "Gå til venterommet")
	p.Sees(20*time.Second, "Du er i venterommet")
}

// meets waits until both sides say that the connection is checked.
func (s *stage) meets(p *rig.Page) {
	s.t.Helper()
	s.desktop.Sees(20*time.Second, "Sikker forbindelse, kontrollert")
	p.Sees(20*time.Second, "Sikker forbindelse, kontrollert")
}
