//go:build linux

package packages

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

// The name and address in docs/FIRST-CALL.md.
const (
	publicName    = "video.example.org"
	publicAddress = "203.0.113.7"
)

// TestFirstCall runs the commands of docs/FIRST-CALL.md as they stand there, both parts on one fresh machine, signs in in the
// window, invites, and lets a patient's browser join, and says how long each step took. It differs from the text in two
// things: the certificate's authority is pebble on this machine, and the window is the build that tests can read, with the
// libraries that the package has brought.
func TestFirstCall(t *testing.T) {
	dir := t.TempDir()
	publicNetwork(t, dir)
	settings := newAuthority(t, mkdir(t, dir, "authority"))
	s := newStage(t, dir)
	m := newMachine(t, dir, "/tmp/.X11-unix", filepath.Join(rig.Root(t), "bin"))
	must(t, "cp", filepath.Join(dir, "authority", "issued.pem"), filepath.Join(m.root, "usr/local/share/ca-certificates/authority.crt"))
	must(t, "cp", filepath.Join(dir, "authority", "chain.pem"), filepath.Join(m.root, "etc/ssl/authority.pem")) // the service sees no /tmp of others
	m.do("chmod 644 /etc/ssl/authority.pem; update-ca-certificates")
	m.give(made(t, "signaling-server_*.deb"), made(t, "legekonsultasjon_*.deb"))

	watch := newWatch(t)
	var exports []string
	for _, block := range blocks(t) {
		for line := range strings.Lines(block) {
			if strings.HasPrefix(line, "export ") {
				exports = append(exports, line)
			}
		}
		said := ""
		if strings.Contains(block, "apt-get") {
			said = m.fetch(block)
		} else {
			said = m.do(strings.Join(exports, "") + block)
		}
		if given := enrolment.FindString(said); given != "" {
			s.given = given
		}
		if strings.Contains(block, "server.conf\n") && strings.Contains(block, "sed -i") {
			m.do("cat >> /etc/signaling-server/server.conf <<-END\n" + settings + "\nEND\n")
		}
		first, _, _ := strings.Cut(strings.TrimSpace(block), "\n")
		watch.step(first)
	}
	rig.Until(t, time.Minute, "the certificate", func() bool { return answers(t, filepath.Join(dir, "authority", "issued.pem")) })
	watch.step("https answers with a certificate of the authority")
	s.openDesktop(m)
	s.begins()
	watch.step("signed in with a new account")
	s.enterMail()
	watch.step("mail account entered")
	letter := s.invite("ola.hansen@example.org")
	watch.step("invited; the letter is there")
	page := s.join(letter)
	watch.step("the patient waits")
	s.desktop.Press(20*time.Second, "Delta")
	s.desktop.Sees(30*time.Second, "Sikker forbindelse, kontrollert")
	page.Sees(30*time.Second, "Sikker forbindelse, kontrollert")
	rig.Until(t, 30*time.Second, "the patient's picture", func() bool {
		luma, ok := s.desktop.Frame("patient", s.clip)
		_, numbered := rig.Number(luma)
		return ok && numbered
	})
	watch.step("the call: both see that it is secure, and the doctor sees the patient")
	if took := time.Since(watch.began); took > 10*time.Minute {
		t.Errorf("it took %v, which is more than ten minutes", took)
	}
}

// watch says how long steps take.
type watch struct {
	t           *testing.T
	began, last time.Time
}

func newWatch(t *testing.T) *watch {
	now := time.Now()
	return &watch{t, now, now}
}

func (w *watch) step(what string) {
	now := time.Now()
	w.t.Logf("%6.1f s  +%5.1f s  %s", now.Sub(w.began).Seconds(), now.Sub(w.last).Seconds(), what)
	w.last = now
}

var blockOf = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// blocks are the commands of the text.
func blocks(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(rig.Root(t), "docs", "FIRST-CALL.md"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range blockOf.FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	if len(all) != 5 {
		t.Fatalf("docs/FIRST-CALL.md has %d blocks of commands", len(all))
	}
	return all
}

// publicNetwork gives this network the server's public address and name.
func publicNetwork(t *testing.T, dir string) {
	t.Helper()
	must(t, "ip", "link", "add", "public", "type", "veth", "peer", "name", "beyond")
	must(t, "ip", "address", "add", publicAddress+"/24", "dev", "public")
	must(t, "ip", "link", "set", "public", "up")
	must(t, "ip", "link", "set", "beyond", "up")
	hosts := filepath.Join(dir, "hosts")
	if err := os.WriteFile(hosts, []byte("127.0.0.1 localhost\n"+publicAddress+" "+publicName+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(hosts, "/etc/hosts", "", syscall.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount("/etc/hosts", syscall.MNT_DETACH) })
}

// newAuthority starts pebble, which looks for the server at its public ports, and returns the settings that lead there.
func newAuthority(t *testing.T, dir string) (settings string) {
	t.Helper()
	chain, key, err := rig.Certificate(dir, "127.0.0.1", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	config, _ := json.Marshal(map[string]any{"pebble": map[string]any{"listenAddress": "127.0.0.1:14000",
		"managementListenAddress": "127.0.0.1:15000", "certificate": chain, "privateKey": key, "httpPort": 80, "tlsPort": 443}})
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	rig.Start(t, dir, "dns", nil, "pebble-challtestsrv", "-dns01", "127.0.0.1:8053", "-management", "127.0.0.1:8055",
		"-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", publicAddress, "-defaultIPv6", "")
	rig.Start(t, dir, "pebble", append(os.Environ(), "PEBBLE_VA_NOSLEEP=1"), "pebble", "-config", file, "-dnsserver", "127.0.0.1:8053")
	rig.Until(t, 30*time.Second, "pebble", func() bool {
		root, err := rig.Run(t.Context(), os.Environ(), "", "curl", "-fsk", "https://127.0.0.1:15000/roots/0")
		return err == nil && os.WriteFile(filepath.Join(dir, "issued.pem"), []byte(root), 0o644) == nil
	})
	return "acme-directory = https://127.0.0.1:14000/dir\nacme-roots = /etc/ssl/authority.pem"
}

// answers says whether the server's page is there, under a certificate of the authority.
func answers(t *testing.T, root string) bool {
	_, err := rig.Run(t.Context(), os.Environ(), "", "curl", "-fsS", "--max-time", "5", "--cacert", root, "-o", "/dev/null", "https://"+publicName+"/")
	return err == nil
}

// stage is what stands around the machine: screens, sound, keyring, a post office and the patient.
type stage struct {
	t       *testing.T
	dir     string
	screen  *rig.Display
	phone   *rig.Display
	sound   *rig.Sound
	heard   *rig.Sound
	keyring *rig.Keyring
	office  *postoffice.Office
	desktop *rig.Desktop
	clip    *rig.Clip
	given   string // the code that the doctor's account begins with
}

func newStage(t *testing.T, dir string) *stage {
	t.Helper()
	s := &stage{t: t, dir: dir}
	s.screen, s.phone = rig.NewDisplay(t, mkdir(t, dir, "screen"), 1280, 800), rig.NewDisplay(t, mkdir(t, dir, "phone"), 600, 1000)
	s.sound, s.heard = rig.NewSound(t, mkdir(t, dir, "sound"), "ear", "mic"), rig.NewSound(t, mkdir(t, dir, "heard"), "ear", "mic")
	s.sound.Defaults(t, "ear", "mic.monitor")
	s.heard.Defaults(t, "ear", "mic.monitor")
	s.keyring = rig.NewKeyring(t, mkdir(t, dir, "keyring"), s.sound.Dir)
	s.clip = rig.PaintClip(t, filepath.Join(dir, "patient.y4m"), 640, 480, 15, 60, 4)
	office, err := postoffice.Open(postoffice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { office.Close() })
	s.office = office
	return s
}

// openDesktop opens the window on the machine.
func (s *stage) openDesktop(m *machine) {
	s.t.Helper()
	env := s.keyring.Env(s.sound.Env([]string{"PATH=/usr/bin:/bin", "HOME=/root", "LIBGL_ALWAYS_SOFTWARE=1"}))
	s.desktop = rig.NewDesktop(s.t, rig.DesktopOptions{Dir: mkdir(s.t, s.dir, "desktop"), Env: env, Display: s.screen,
		Args: []string{"--camera", "test"}, Through: []string{"nsenter", "-t", fmt.Sprint(m.leader), "-m", "-u", "-p", "--"}})
}

const password = "fire ugler over fjorden"

var (
	enrolment = regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`)
	appKey    = regexp.MustCompile(`(?m)^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$`)
)

// begins takes the account into use with the code that the server has printed.
func (s *stage) begins() {
	s.t.Helper()
	if s.given == "" {
		s.t.Fatal("the server has printed no code")
	}
	d := s.desktop
	d.Sees(30*time.Second, "Logg inn")
	d.Press(10*time.Second, "Jeg har fått en oppstartskode")
	d.Fill("Serveradresse", "https://"+publicName)
	d.Fill("E-post", "kari@example.org")
	d.Fill("Oppstartskode", s.given)
	d.Press(5*time.Second, "Fortsett")
	d.Sees(30*time.Second, "Velkommen, Kari Nordmann")
	d.FillSecret("Nytt passord", password)
	d.FillSecret("Gjenta passordet", password)
	digits, err := totp.GenerateCode(strings.ReplaceAll(appKey.FindString(d.Says()), " ", ""), time.Now())
	if err != nil {
		s.t.Fatalf("no key for an authenticator in the window: %v\n%s", err, d.Says())
	}
	d.Fill("Sifrene i appen", digits)
	d.Press(5*time.Second, "Ta kontoen i bruk")
	d.Sees(30*time.Second, "Reservekoder")
	d.Press(5*time.Second, "Jeg har tatt vare på dem")
	d.Sees(30*time.Second, "Tilkoblet")
}

// enterMail enters the clinic's mail account.
func (s *stage) enterMail() {
	s.t.Helper()
	d := s.desktop
	host, port, err := net.SplitHostPort(s.office.SMTPAddr())
	if err != nil {
		s.t.Fatal(err)
	}
	d.Press(10*time.Second, "Innstillinger")
	d.Fill("E-posttjener (SMTP)", host)
	d.Fill("Port", port)
	d.Choose("Kryptering", "Ingen (bare denne maskinen)")
	d.Fill("Avsenderadresse", "post@example.org")
	d.Fill("Avsendernavn", "Legesenteret Sentrum")
	d.Press(5*time.Second, "Lagre")
	d.Sees(10*time.Second, "Lagret")
	d.Press(5*time.Second, "Tilbake")
	d.Sees(10*time.Second, "Inviter pasient til time")
}

func (s *stage) invite(address string) postoffice.Letter {
	s.t.Helper()
	d := s.desktop
	d.Fill("E-post", address)
	d.Press(5*time.Second, "Inviter") // by mail: there is no SMS gateway
	d.Sees(10*time.Second, "Stemmer adressen med journalen?")
	d.Tick("Jeg har kontrollert adressen mot journalen")
	d.Press(5*time.Second, "Send invitasjon")
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	letter, err := s.office.Wait(ctx, address)
	if err != nil {
		s.t.Fatalf("no letter came: %v; the window says:\n%s", err, d.Says())
	}
	return letter
}

// join goes from the link to the waiting room.
func (s *stage) join(letter postoffice.Letter) *rig.Page {
	s.t.Helper()
	p := rig.NewChromium(s.t, rig.BrowserOptions{Dir: mkdir(s.t, s.dir, "browser"), Video: s.clip.File, Trusts: true, Width: 480, Height: 900,
		Env: append(append([]string{}, s.heard.Env(os.Environ())...), "DISPLAY="+s.phone.Name)})
	p.Visit(letter.Link)
	p.Sees(30*time.Second, "Kari Nordmann")
	p.Types("input[inputmode=numeric]", letter.PIN)
	p.PressWords(10*time.Second, "Delta")
	p.Sees(30*time.Second, "Sjekk bilde og lyd")
	p.PressWords(20*time.Second, "Gå til venterommet")
	p.Sees(30*time.Second, "Du er i venterommet")
	return p
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
