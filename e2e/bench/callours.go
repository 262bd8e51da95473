package main

import (
	"context"
	"fmt"
	"image"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"legekonsultasjon/core/settings"
	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

// house is what a call of either kind needs: the screens and the sound of doctor and patient.
type house struct {
	t              *trial
	dir            string
	screen, phones *rig.Display
	sound, heard   *rig.Sound // the doctor's and the patient's
}

func newHouse(t *trial) *house {
	h := &house{t: t, dir: t.TempDir()}
	h.screen = rig.NewDisplay(t, h.folder("screen"), 1280, 800)
	h.phones = rig.NewDisplay(t, h.folder("phones"), 900, 900)
	h.sound, h.heard = rig.NewSound(t, h.folder("sound"), "ear", "mic"), rig.NewSound(t, h.folder("heard"), "phone", "lips")
	h.sound.Defaults(t, "ear", "mic.monitor")
	h.heard.Microphone(t, "voice", "lips")
	h.heard.Defaults(t, "phone", "voice")
	return h
}

func (h *house) folder(name string) string {
	dir := filepath.Join(h.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		h.t.Fatal(err)
	}
	return dir
}

// browser is the patient's Chromium, with a patient who talks.
func (h *house) browser(z size, voice string) *rig.Page {
	h.heard.Play(h.t, h.dir, "lips", rig.Repeat(h.t, voice, 30))
	return rig.NewChromium(h.t, rig.BrowserOptions{Dir: h.folder("browsers"), Preload: clockCamera(z), BypassCSP: true, Width: 480, Height: 860,
		Env: append(h.heard.Env(os.Environ()), "DISPLAY="+h.phones.Name)})
}

var kari = rig.Doctor{Name: "Kari Nordmann", Email: "kari@eksempel.no", Password: "tre ugler sover paa taket"}

// clinic is a server, a post office and the desktop program's profile, signed in.
type clinic struct {
	*house
	server  *rig.Server
	office  *postoffice.Office
	profile string
	env     []string // of the desktop program
	through []string // what it is started by
}

func newClinic(h *house) *clinic {
	t := h.t
	c := &clinic{house: h, profile: filepath.Join(h.folder("desktop"), "profile")}
	c.env = rig.NewKeyring(t, h.folder("keyring"), h.sound.Dir).Env(h.sound.Env(os.Environ()))
	c.server = rig.NewServer(t, rig.ServerOptions{Dir: h.folder("server"), Doctors: []rig.Doctor{kari}})
	office, err := postoffice.Open(postoffice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = office.Close() })
	c.office = office
	c.prepare()
	argv := []string{filepath.Join(rig.Root(t), "bin", "legekonsultasjon"), "signin", "--profile", c.profile, "--server", c.server.URL,
		"--email", kari.Email, "--password-stdin"}
	if _, err := rig.Run(t.Context(), c.env, kari.Password+"\n", argv...); err != nil {
		t.Fatal(err)
	}
	return c
}

// prepare writes the profile's settings: the server and the clinic's mail account.
func (c *clinic) prepare() {
	t := c.t
	host, text, err := net.SplitHostPort(c.office.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.profile, 0o700); err != nil {
		t.Fatal(err)
	}
	store := settings.Open(filepath.Join(c.profile, "settings.json"), "bench")
	s, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.Server, s.Email = c.server.URL, kari.Email
	s.Mail = settings.Mail{Host: host, Port: port, Security: "none", From: "post@eksempel.no", FromName: rig.Clinic}
	if err := store.Save(s); err != nil {
		t.Fatal(err)
	}
}

// invite sends a letter through the window.
func (c *clinic) invite(d *rig.Desktop, address, name string) postoffice.Letter {
	d.Fill("E-post", address)
	d.Press(20*time.Second, "Inviter") // by mail: there is no SMS gateway
	d.Sees(20*time.Second, "Stemmer adressen med journalen?")
	d.Tick("Jeg har kontrollert adressen mot journalen")
	d.Fill("Navn eller initialer (bare du ser det)", name)
	d.Press(20*time.Second, "Send invitasjon")
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	letter, err := c.office.Wait(ctx, address)
	if err != nil {
		c.t.Fatal(fmt.Errorf("no letter: %w", err))
	}
	return letter
}

// live is a call that has just begun between the desktop program and a patient on the page of the product.
type live struct {
	*clinic
	desktop *rig.Desktop
	patient *rig.Page
	watcher *watcher
	place   image.Rectangle // of the patient's picture
	pressed time.Time       // Delta
}

func (c *clinic) join(z size, k kit) live {
	t := c.t
	c.sound.Play(t, c.dir, "mic", rig.Repeat(t, k.doctor, 30))
	d := rig.NewDesktop(t, rig.DesktopOptions{Dir: c.folder("desktop"), Env: c.env, Display: c.screen, Through: c.through,
		Args: append([]string{"--camera", "file:" + k.clip, "--loopback"}, strings.Fields(os.Getenv("BENCH_FLAGS"))...)})
	d.Sees(20*time.Second, "Tilkoblet")
	letter := c.invite(d, "ola.hansen@eksempel.no", "Ola H.")
	patient := c.browser(z, k.patient)
	patient.Visit(letter.Link)
	patient.Sees(20*time.Second, kari.Name)
	patient.Types("input[inputmode=numeric]", letter.PIN)
	patient.PressWords(5*time.Second, "Delta")
	patient.Sees(20*time.Second, "Sjekk bilde og lyd")
	patient.PressWords(20*time.Second, "Gå til venterommet")
	d.Sees(20*time.Second, "Ola H.")
	// The connection is made while the patient waits; nobody is as quick with Delta as this bench.
	rig.Until(t, 20*time.Second, "the connection to the patient who waits", func() bool {
		text, _ := os.ReadFile(filepath.Join(d.Profile, "log.txt"))
		return strings.Contains(string(text), "state=confirmed")
	})
	place := callPlace(c.screen)
	w := watch(t, c.screen, rig.Fitted(place, z.width, z.height))
	d.Press(10*time.Second, "Delta")
	pressed := d.Clicked()
	rig.Until(t, 20*time.Second, "the patient's picture where it belongs in the doctor's window", func() bool { return !w.firstPicture().IsZero() })
	return live{c, d, patient, w, place, pressed}
}

// took is how many milliseconds it took from Delta to the first picture.
func (l live) took() float64 {
	return float64(l.watcher.firstPicture().Sub(l.pressed).Microseconds()) / 1000
}

// ourCall is a call with the desktop program in the doctor's place.
func ourCall(t *trial, z size, k kit) sitting {
	l := newClinic(newHouse(t)).join(z, k)
	out := l.measure(z, l.patient, l.desktop.Process.PID(), l.watcher, l.desktop.Pause)
	out.join = l.took()
	rig.Until(t, 20*time.Second, "the patient's picture where it was looked for, with no words below it", func() bool {
		out.place, out.own = picture(t, l.desktop, "patient"), picture(t, l.desktop, "self")
		return out.place == l.place
	})
	return out
}

// callPlace is where the patient's picture stands in a window that fills the screen: below the line with the name, above
// the buttons. The first picture has to be looked for before the window map tells.
func callPlace(s *rig.Display) image.Rectangle { return image.Rect(14, 70, s.Width-14, s.Height-84) }

func picture(t *trial, d *rig.Desktop, label string) image.Rectangle {
	w, ok := d.Find(func(w rig.Widget) bool { return w.Kind == "picture" && w.Label == label })
	if !ok {
		t.Fatalf("no picture %q in the window", label)
	}
	return w.Rect()
}
