package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

var per = rig.Doctor{Name: "Per Vik", Email: "per@eksempel.no", Password: "fire maaker paa en brygge"}

// Time that a sentence has, and that it takes to put right what was mended.
const (
	patience = 5 * time.Second
	mending  = 30 * time.Second
)

// Sizes of the small disks, in MiB. The server writes nothing with less than 64 MiB free.
const (
	profileDisk = 8
	serverDisk  = 96
)

// trouble is a clinic where much is missing: no camera, no microphone and no speaker at the doctor's, a mail account and
// an SMS gateway that refuse, and small disks. Nobody is signed in at the beginning.
type trouble struct {
	*stage
	language string
	earlier  []postoffice.Letter // of a post office that was closed since
	disks    error               // why there are no small disks
	account  postoffice.Options

	withdrawn time.Time // when an invitation was taken back
}

func newTrouble(t *testing.T) *trouble {
	s := &trouble{stage: &stage{t: t, dir: t.TempDir()}, language: "nb"}
	s.screen = rig.NewDisplay(t, mkdir(t, s.dir, "screen"), 1280, 800)
	s.phones = rig.NewDisplay(t, mkdir(t, s.dir, "phones"), 1280, 1000)
	s.sound = rig.NewSound(t, mkdir(t, s.dir, "sound"), "patient-ear", "patient-mic")
	s.sound.Microphone(t, "patient-voice", "patient-mic")
	keyring := rig.NewKeyring(t, mkdir(t, s.dir, "keyring"), s.sound.Dir)
	s.clips(true)

	s.disks = smallDisk(t, mkdir(t, s.dir, "server", "server"), serverDisk)
	s.server = rig.NewServer(t, rig.ServerOptions{Dir: filepath.Join(s.dir, "server"), Doctors: []rig.Doctor{kari, per}, Args: []string{
		"--turn-listen", fmt.Sprintf("127.0.0.1:%d", freeUDP(t)), "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback"}})

	s.account = postoffice.Options{User: "post@eksempel.no", Password: "riktig passord"}
	s.openOffice()
	t.Cleanup(func() { s.office.Close() })

	profile := mkdir(t, s.dir, "desktop", "profile")
	s.disks = errors.Join(s.disks, smallDisk(t, profile, profileDisk))
	s.desktop = rig.NewDesktop(t, rig.DesktopOptions{Dir: filepath.Dir(profile), Display: s.screen, Args: []string{"--camera", "none"},
		Env: append(keyring.Env(silent(os.Environ())), "XDG_RUNTIME_DIR="+s.sound.Dir)})
	return s
}

// silent is the environment of a machine without a sound server.
func silent(env []string) []string {
	return append(append([]string{}, env...), "PULSE_SERVER=unix:/nonexistent/native", "XDG_RUNTIME_DIR=/nonexistent")
}

// run is a part of the story that fails on its own.
func (s *trouble) run(name string, part func(s *trouble)) {
	s.t.Run(name, func(t *testing.T) {
		own, stage := *s, *s.stage
		stage.t, stage.desktop = t, s.desktop.For(t)
		own.stage = &stage
		part(&own)
		s.office, s.earlier, s.language, s.withdrawn = own.office, own.earlier, own.language, own.withdrawn
	})
}

// w are the desk's words in the language of the screen.
func (s *trouble) w(key string) string { return s.in(i18n.Desk, s.language, key) }

// page are the page's words in bokmål.
func (s *trouble) page(key string) string { return s.in(i18n.Page, "nb", key) }

func (s *trouble) in(side i18n.Audience, language, key string) string {
	s.t.Helper()
	c, err := i18n.Load(side, language)
	if err != nil {
		s.t.Fatal(err)
	}
	if !c.Has(key) {
		s.t.Fatalf("no words %s in %s", key, language)
	}
	return c.Text(key, nil)
}

// why is a reason as a row says it.
func (s *trouble) why(key string) string {
	r := []rune(s.w(key))
	return string(unicode.ToUpper(r[0])) + string(r[1:])
}

// says waits for a sentence and notes how long it took from since.
func (s *trouble) says(what string, since time.Time, sentence string) {
	s.t.Helper()
	s.until(what, since, sentence, s.desktop.Says, func() bool { return strings.Contains(s.desktop.Says(), sentence) })
}

// pageSays is says for a patient's page.
func (s *trouble) pageSays(p *rig.Page, what string, since time.Time, sentence string) {
	s.t.Helper()
	s.until(what, since, sentence, p.Text, func() bool { return strings.Contains(p.Text(), sentence) })
}

func (s *trouble) until(what string, since time.Time, sentence string, all func() string, said func() bool) {
	s.t.Helper()
	if rig.WaitFor(s.t.Context(), 4*patience, said) != nil {
		s.t.Fatalf("%s: nobody says %q, but:\n%s", what, sentence, all())
	}
	took := time.Since(since)
	s.t.Logf("trouble %s: %d ms: %q", what, took.Milliseconds(), sentence)
	if took > patience {
		s.t.Errorf("%s: said after %v, want %v at most", what, took, patience)
	}
}

// mended waits until something works again by itself.
func (s *trouble) mended(what string, since time.Time, works func() bool) {
	s.t.Helper()
	if rig.WaitFor(s.t.Context(), mending, works) != nil {
		s.t.Fatalf("%s: waited %v; the window says:\n%s", what, mending, s.desktop.Says())
	}
	s.t.Logf("mended %s: %d ms", what, time.Since(since).Milliseconds())
}

// stays fails unless a field of the form still holds what was typed.
func (s *trouble) stays(label, text string) {
	s.t.Helper()
	w, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "entry" && w.Label == label })
	if !ok || w.Text != text {
		s.t.Errorf("the field %q held %q and now %q", label, text, w.Text)
	}
}

// under fails unless the words stand right under the field.
func (s *trouble) under(label, words string) {
	s.t.Helper()
	field, _ := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "entry" && w.Label == label })
	said, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "label" && w.Text == words })
	if gap := said.Y - field.Y - field.H; !ok || gap < 0 || gap > 30 || said.X > field.X+field.W {
		s.t.Errorf("%q is not under %q: %+v, %+v", words, label, said, field)
	}
}

// offer is how many things to press have these words.
func (s *trouble) offer(key string) int { return s.count(s.w(key)) }

// setUp enters the mail account and the SMS gateway with these secrets.
func (s *trouble) setUp(password, key string) {
	s.t.Helper()
	s.desktop.Press(5*time.Second, s.w("top.settings"))
	if s.desktop.Sees(5*time.Second, s.w("settings.mail.host")); !s.filled(s.w("settings.mail.host")) {
		host, port, _ := strings.Cut(s.office.SMTPAddr(), ":")
		s.desktop.Fill("E-posttjener (SMTP)", host)
		s.desktop.Fill("Port", port)
		s.desktop.Choose("Kryptering", "Ingen (bare denne maskinen)")
		s.desktop.Fill("Brukernavn", s.account.User)
		s.desktop.Fill("Avsenderadresse", "post@eksempel.no")
		s.desktop.Choose("SMS-leverandør", "Annen")
		s.desktop.Fill("Adresse", s.office.SMSURL())
		s.desktop.Fill("Hoder, ett per linje", "Content-Type: application/json\nAuthorization: Bearer {secret}")
		s.desktop.Fill("Innhold", `{"to":"{number}","from":"{sender}","text":"{text}"}`)
		s.desktop.Fill("Avsender", "Legesenter")
	}
	s.desktop.FillSecret(s.w("settings.mail.password"), password)
	s.desktop.FillSecret(s.w("settings.sms.secret"), key)
	s.save()
}

func (s *trouble) filled(label string) bool {
	w, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "entry" && w.Label == label })
	return ok && w.Text != ""
}

// save stores the settings and goes home.
func (s *trouble) save() {
	s.t.Helper()
	s.desktop.Press(5*time.Second, s.w("settings.save"))
	s.desktop.Sees(10*time.Second, s.w("settings.saved"))
	s.desktop.Press(5*time.Second, s.w("settings.back"))
	s.desktop.Sees(10*time.Second, s.w("invite.title"))
}

// speak changes the language of the window.
func (s *trouble) speak(language string) {
	s.t.Helper()
	s.desktop.Press(5*time.Second, s.w("top.settings"))
	s.desktop.Choose(s.w("settings.language"), s.w("settings.language."+language))
	s.desktop.Press(5*time.Second, s.w("settings.save"))
	s.language = language
	s.desktop.Press(10*time.Second, s.w("settings.back"))
	s.desktop.Sees(10*time.Second, s.w("invite.title"))
}

// sends invites by mail (or by SMS when the receiver is a number) and returns when Send was pressed.
func (s *trouble) sends(to, name string) time.Time {
	s.t.Helper()
	kind, nth := "email", 1
	if !strings.Contains(to, "@") {
		kind, nth = "phone", 0
	}
	s.desktop.Fill(s.w("invite."+kind), to)
	s.desktop.Press(5*time.Second, s.w("invite.submit"), nth)
	s.desktop.Sees(5*time.Second, s.w("verify."+kind+".title"))
	s.desktop.Tick(s.w("verify." + kind + ".tick"))
	s.desktop.Fill(s.w("verify.name"), name)
	s.desktop.Press(5*time.Second, s.w("verify.send"))
	return s.desktop.Clicked()
}

// invitations are the letters with a link that a receiver has got.
func (s *trouble) invitations(to string) (out []postoffice.Letter) {
	for _, l := range append(append([]postoffice.Letter{}, s.earlier...), s.office.Received()...) {
		if l.To == to && l.Link != "" {
			out = append(out, l)
		}
	}
	return out
}

func (s *trouble) arrived(to string) func() bool {
	return func() bool { return len(s.invitations(to)) > 0 }
}

// letter is the one invitation that a receiver has got.
func (s *trouble) letter(to string) postoffice.Letter {
	s.t.Helper()
	got := s.invitations(to)
	if len(got) != 1 {
		s.t.Fatalf("%s got %d invitations, want one", to, len(got))
	}
	return got[0]
}

// openOffice opens the post office; again on the same ports, with the same secret, after closeOffice.
func (s *trouble) openOffice() {
	s.t.Helper()
	office, err := postoffice.Open(s.account)
	if err != nil {
		s.t.Fatal(err)
	}
	s.office = office
	s.account.SMTP, s.account.Web = office.SMTPAddr(), strings.Split(office.SMSURL(), "/")[2]
	s.account.Secret = office.SMSSecret()
}

func (s *trouble) closeOffice() {
	s.earlier = append(s.earlier, s.office.Received()...)
	s.office.Close()
}

// smallDisk mounts a file system of so many MiB on a folder until the test ends. It needs the rights of root, its own or
// by sudo.
func smallDisk(t testing.TB, folder string, size int) error {
	t.Helper()
	options := fmt.Sprintf("size=%dm,mode=0700,uid=%d,gid=%d", size, os.Getuid(), os.Getgid())
	mount, unmount := []string{"mount", "-t", "tmpfs", "-o", options, "none", folder}, []string{"umount", "-l", folder}
	if os.Getuid() != 0 {
		mount, unmount = append([]string{"sudo", "-n"}, mount...), append([]string{"sudo", "-n"}, unmount...)
	}
	if _, err := rig.Run(t.Context(), os.Environ(), "", mount...); err != nil {
		return fmt.Errorf("a small disk needs root, or sudo that asks for no password: %w", err)
	}
	t.Cleanup(func() {
		if _, err := rig.Run(context.Background(), os.Environ(), "", unmount...); err != nil {
			t.Error(err)
		}
	})
	return nil
}

// fillDisk writes on a small disk until nothing fits any more, and returns how to make room again.
func (s *trouble) fillDisk(folder string) (free func()) {
	t := s.t
	t.Helper()
	if s.disks != nil {
		t.Fatal(s.disks)
	}
	file := filepath.Join(folder, "ballast")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, endless{})
	f.Close()
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	gone := sync.OnceFunc(func() { _ = os.Remove(file) })
	t.Cleanup(gone)
	return gone
}

// endless is zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }
