//go:build hostile

package drill

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/e2e/rig"
)

// Words that stand nowhere but in this story.
const (
	secretName  = "Åsfrid Quisttorp-Brøndal"
	secretNote  = "Kontroll etter kneoperasjon; ringte om hevelse på søndag"
	secretEmail = "asfrid.quisttorp@pasient.example"
	secretPhone = "+4798765431"
)

// patients is how many invitations and used PINs a run has.
const patients = 20

// TestBlind is the drill "blind": a clinic's day with twenty patients, and then a search through everything that the
// server has seen, kept and written.
func TestBlind(t *testing.T) {
	total, survived, figure := runs(t, 1), 0, ""
	for n := range total {
		if t.Run(fmt.Sprint("day ", n+1), func(t *testing.T) { figure = blindDay(t) }) {
			survived++
		}
	}
	report("blind", total, survived, "%s", figure)
}

func blindDay(t *testing.T) string {
	c := newClinic(t, "--verbose", "--turn-listen", fmt.Sprintf("127.0.0.1:%d", udpPort(t)), "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback")
	file := func(name string) string { return filepath.Join(c.dir, name) }
	core(t, c.server.Process, file("core-before"))
	c.relay.Records(t, file("wire"))
	passwords := map[string]bool{}
	c.relay.Tampers(c.spy(passwords))

	h := newHidden()
	letters := c.inviteTwenty(h)
	for n, l := range letters[1:] {
		if n < connected {
			c.connects(t, l)
		} else {
			c.typesTwice(t, h, l)
		}
	}
	c.talks(t, h, letters[0], func() { core(t, c.server.Process, file("core")) })
	h.strangers()
	c.mu.Lock()
	for pwd := range passwords {
		h.text("ice-pwd "+pwd, pwd)
	}
	for _, k := range c.keys {
		h.search.Bytes(kindSecret+"frame key of the patient", k.PD[:])
		h.search.Bytes(kindSecret+"frame key of the doctor", k.DP[:])
	}
	c.mu.Unlock()
	if len(passwords) < 2*(1+connected) { // both sides of each connection
		t.Errorf("only %d ice-pwd were seen", len(passwords))
	}
	copyTo(t, c.server.Log, file("server.log"))
	captures := []capture{
		{name: "data folder", path: c.server.Data, named: true},
		{name: "log", path: file("server.log")},
		{name: "core", path: file("core"), before: file("core-before"), named: true},
		{name: "sockets", path: file("wire"), named: true},
		{name: "desktop's log", path: file("desk.log"), named: true},
	}
	figure := h.finds(t, captures)
	h.wouldFind(t, captures, letters[0])
	c.leakyServer(t, h, letters[3].PIN)
	if t.Failed() {
		return figure
	}
	return fmt.Sprintf("%d used PINs, %d unused, %d ice-pwd; %s; a leaky build and plants in every encoding are found", len(h.used), len(h.unused), len(passwords), figure)
}

// core takes the server's memory.
func core(t *testing.T, p *rig.Process, file string) {
	t.Helper()
	if _, err := p.Core(file); err != nil {
		t.Fatal(err)
	}
}

func udpPort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// inviteTwenty sends the letters: the first and most others by mail, some by SMS.
func (c *clinic) inviteTwenty(h *hidden) (letters []appointmentLetter) {
	c.t.Helper()
	for n := range patients {
		to := desk.DoInvite{Email: secretEmail, Language: "nb"}
		write := desk.DoSend{Name: secretName, Note: secretNote}
		if n > 0 {
			to.Email = fmt.Sprintf("pasient-nummer-%d@mottaker.example", 7000+n)
			write = desk.DoSend{Name: fmt.Sprintf("Pasientnavn Nr%dsen", 7000+n), Note: fmt.Sprintf("Årsak nummer %d: søvnløshet", 7000+n)}
		}
		if n%5 == 1 {
			to = desk.DoInvite{Phone: fmt.Sprintf("+47%d", 98765430+n), Country: "NO", Language: "nb"}
			h.phone(to.Phone)
		} else {
			h.text("address", to.Email)
		}
		h.text("name", write.Name)
		h.text("note", write.Note)
		l := c.inviteWith(to, write)
		h.invitation(n, l)
		letters = append(letters, l)
	}
	return letters
}

// phone adds a Norwegian number in the ways that people and programs write it.
func (h *hidden) phone(e164 string) {
	n := e164[3:]
	for _, written := range []string{e164, "+47 " + n[:3] + " " + n[3:5] + " " + n[5:], n[:3] + " " + n[3:5] + " " + n[5:], "+47 " + n, "0047" + n} {
		h.text("number", written)
	}
	h.search.Digits(kindSecret+"number", n)
}

// typesTwice is a patient who slips once and then types his PIN right.
func (c *clinic) typesTwice(t *testing.T, h *hidden, l appointmentLetter) {
	t.Helper()
	p := openTab(t, c.relay.URL, l)
	defer p.close()
	p.greet()
	h.slip(wrong(l.PIN))
	if r := p.try(wrong(l.PIN)); r.OK {
		t.Fatalf("the wrong PIN: %+v", r)
	}
	if r := p.try(l.PIN); !r.OK {
		t.Fatalf("the right PIN: %+v", r)
	}
}

// connected is how many patients wait with their connection made, as many as the desktop makes ahead of Delta.
const connected = 3

// connects lets a patient type his PIN and wait with his connection made until the test ends.
func (c *clinic) connects(t *testing.T, l appointmentLetter) {
	t.Helper()
	p, err := dialPatient(t.Context(), c.relay.URL, l, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	c.await(20*time.Second, "the waiting patient's connection", func(s desk.State) bool {
		return slices.ContainsFunc(s.Waiting, func(r desk.WaitingRow) bool { return r.Invitation == l.ID && r.Ready })
	})
}

// slip is a wrong PIN that somebody typed: it may stand in no message.
func (h *hidden) slip(pin string) {
	h.search.Text(kindSecret+"message with a wrong PIN", `"pin":"`+pin+`"`)
}

// talks is the patient with the real page: a link that was cut on its way, the typed code instead, a wrong PIN and the
// right one, and the call. meanwhile happens while the two talk.
func (c *clinic) talks(t *testing.T, h *hidden, l appointmentLetter, meanwhile func()) {
	t.Helper()
	screen := rig.NewDisplay(t, c.dir, 480, 900)
	clip := rig.PaintClip(t, filepath.Join(c.dir, "patient.y4m"), 320, 240, 15, 30, 4)
	p := rig.NewChromium(t, rig.BrowserOptions{Dir: c.dir, Env: append(os.Environ(), "DISPLAY="+screen.Name), Video: clip.File, Width: 480, Height: 900})
	p.Visit(l.Link[:len(l.Link)-5])
	p.Sees(20*time.Second, "Vi fant ikke timen i lenken")
	p.Types("#code", l.Secret.TypedCode())
	p.PressWords(5*time.Second, "Delta")
	p.Sees(20*time.Second, kari.Name)
	h.slip(wrong(l.PIN))
	p.Types("#pin", wrong(l.PIN))
	p.PressWords(5*time.Second, "Delta")
	p.Sees(20*time.Second, "Koden stemte ikke")
	p.Types("#pin", l.PIN)
	p.PressWords(5*time.Second, "Delta")
	p.Sees(20*time.Second, "Sjekk bilde og lyd")
	p.PressWords(20*time.Second, "Gå til venterommet")
	c.await(20*time.Second, "the patient's row", func(s desk.State) bool { return canJoin(s, l.ID) })
	frames := c.frames.Load()
	c.desk.Do(desk.DoJoin{Invitation: l.ID})
	c.await(20*time.Second, "the checked connection", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallSecure })
	p.Sees(20*time.Second, "Sikker forbindelse, kontrollert")
	rig.Until(t, 20*time.Second, "the patient's picture at the doctor's", func() bool { return c.frames.Load() > frames+10 })
	meanwhile()
	c.await(5*time.Second, "the call to go on", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallSecure })
	c.desk.Do(desk.DoLeave{})
	c.desk.Do(desk.DoFinish{Invitation: l.ID})
	p.Sees(20*time.Second, "Konsultasjonen er ferdig")
}

// finds searches all captures, fails the test with what it finds, and says how it went.
func (h *hidden) finds(t *testing.T, captures []capture) string {
	t.Helper()
	var figures []string
	for _, c := range captures {
		began := time.Now()
		v := h.look(t, c)
		for _, leak := range v.leaks {
			t.Error(leak)
		}
		if c.named && v.ids < h.ids {
			t.Errorf("%s: only %d of %d invitation ids were found: this search is blind", c.name, v.ids, h.ids)
		}
		figures = append(figures, fmt.Sprintf("%s %.3f MB: %d secrets, %d/%d used and %d/%d unused PINs, %d ids", c.name, float64(v.bytes)/1e6,
			len(v.leaks), v.used, len(h.used), v.unused, len(h.unused), v.ids))
		t.Logf("%s searched in %.1f s", figures[len(figures)-1], time.Since(began).Seconds())
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s took %v", c.name, took)
		}
	}
	return strings.Join(figures, "; ")
}

// wouldFind plants each kind of secret in each capture, in one encoding after the other.
func (h *hidden) wouldFind(t *testing.T, captures []capture, l appointmentLetter) {
	t.Helper()
	psk := l.Secret.Derive().PSK
	plants := []string{
		"typed " + l.PIN, `{"type":"pin","pin":"` + l.PIN + `"}`, "xy" + base64.StdEncoding.EncodeToString([]byte(`{"type":"pin","pin":"`+l.PIN+`"}`)),
		l.Link, string(l.Secret[:]), hex.EncodeToString(l.Secret[:]), l.Secret.TypedCode(), strings.ToLower(l.Secret.TypedCode()), string(psk[:]),
		base64.RawURLEncoding.EncodeToString(append([]byte{1}, psk[:]...)), secretName, wide(secretName), secretNote, strings.ReplaceAll(secretEmail, "@", "%40"),
		secretPhone[:len(secretPhone)-2] + "31", secretEmail,
	}
	for n, plant := range plants {
		c := captures[n%len(captures)]
		// The small captures are searched whole; of the core only the planted part, which comes last.
		if c.before != "" {
			c.before, c.path = "", os.DevNull
		}
		if v := h.look(t, c, "before "+plant+" after"); len(v.leaks) == 0 {
			t.Errorf("%s: %q was planted and not found", c.name, plant)
		}
	}
}

func wide(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// leakyServer puts a server in the place of the real one that was built to log one PIN: the same search must fail it.
func (c *clinic) leakyServer(t *testing.T, h *hidden, pin string) {
	t.Helper()
	binary, told := filepath.Join(c.dir, "leaky"), filepath.Join(c.dir, "told")
	if err := os.WriteFile(told, []byte(pin), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rig.Run(t.Context(), append(os.Environ(), "CGO_ENABLED=0"), "", "go", "build", "-C", rig.Root(t), "-tags", "leaky", "-o", binary, "./signaling-server"); err != nil {
		t.Fatal(err)
	}
	c.server.Process.Stop()
	p := rig.Start(t, c.dir, "leaky-server", append(os.Environ(), "LEAKY_FILE="+told), binary, "serve", "--listen", c.direct, "--public-url", c.relay.URL, "--data", c.server.Data)
	defer p.Stop()
	rig.Until(t, 20*time.Second, "the leaky server to answer", func() bool {
		r, err := http.Get("http://" + c.direct + "/healthz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	memory := filepath.Join(c.dir, "core-leaky")
	core(t, p, memory)
	for _, where := range []capture{{name: "leaky log", path: p.Log}, {name: "leaky core", path: memory, before: filepath.Join(c.dir, "core-before")}} {
		v := h.look(t, where)
		if !slices.ContainsFunc(v.leaks, func(leak string) bool { return strings.Contains(leak, "used PINs") }) {
			t.Errorf("the %s holds a PIN and was not failed: %d of the used PINs found", where.name, v.used)
		}
	}
}

// walk calls f with every file at or below a path.
func walk(path string, f func(file string) error) error {
	return filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return f(file)
	})
}
