package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"legekonsultasjon/e2e/rig"
)

const (
	tickNumber  = "Jeg har kontrollert nummeret mot journalen"
	tickAddress = "Jeg har kontrollert adressen mot journalen"
	nameOfOne   = "Navn eller initialer (bare du ser det)"
)

// nothingSent fails when more letters have gone than there should.
func (s *stage) nothingSent(why string, so int) {
	s.t.Helper()
	if n := len(s.office.Received()); n != so {
		s.t.Fatalf("%s: %d letters have gone, not %d", why, n, so)
	}
}

// outcome is what another start of the program said in JSON.
func (s *stage) outcome(said <-chan rig.Said) (outcome string, code int) {
	s.t.Helper()
	select {
	case got := <-said:
		var fate struct{ Outcome, Problem string }
		if err := json.Unmarshal([]byte(got.Out), &fate); err != nil {
			s.t.Fatalf("no JSON: %+v", got)
		}
		return fate.Outcome, got.Code
	case <-time.After(60 * time.Second):
		s.t.Fatal("the other start does not end")
		return "", 0
	}
}

// TestWaysIn brings patients in from journal and booking system: pasted, by the URL scheme into the open window and into a
// closed one, by the command, from a list, from a calendar that is followed, and from files that are chosen in the window. All
// end in the verify dialog, and nothing is sent before it.
func TestWaysIn(t *testing.T) {
	home := t.TempDir()
	s := newStage(t, options{still: true, env: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, ".config")}})
	s.pastes()
	s.byURL()
	s.byCommand()
	s.byList()
	s.byCalendar()
	s.byChosenFiles(home)
	s.byURLIntoAClosedProgram()
}

// wide is a number as the dialog spreads it.
func wide(number string) string { return strings.ReplaceAll(number, " ", "\u2002") }

// empties a field and leaves the keyboard there.
func (s *stage) empties(label string) {
	s.t.Helper()
	s.desktop.Fill(label, "0")
	s.desktop.Key("BackSpace")
}

// pastes what stands in a journal: typed into one field, cut, and pasted into the other.
func (s *stage) pastes() {
	d := s.desktop
	d.Fill("E-post", "Ola, f. 010190 12345. Time 24.11.2026 kl. 10:30, mob 987 65 432, ola@eksempel.no")
	d.Key("ctrl+a", "ctrl+x")
	s.empties("Telefonnummer")
	d.Key("ctrl+v")
	for label, want := range map[string]string{"Telefonnummer": "987 65 432", "E-post": "ola@eksempel.no"} {
		rig.Until(s.t, 10*time.Second, label+" to hold what was pasted", func() bool {
			_, ok := d.Find(func(w rig.Widget) bool { return w.Kind == "entry" && w.Label == label && w.Text == want })
			return ok
		})
	}
	d.Press(5*time.Second, "Inviter", 0)
	d.Sees(5*time.Second, "Stemmer adressen og nummeret med journalen?")
	d.Press(5*time.Second, "Rett feltene")
	s.empties("Telefonnummer")
	s.empties("E-post")
	s.nothingSent("pasted and not verified", 0)
}

func (s *stage) byURL() {
	d := s.desktop
	said := d.Second(30*time.Second, "open", "legekonsultasjon://invite?phone=+4798765401&lang=en&name=Anne+B.")
	d.Sees(20*time.Second, "Kommer fra et annet program.")
	d.Sees(5*time.Second, wide("+47 987 65 401"))
	if got := <-said; got.Code != 0 {
		s.t.Fatalf("open: %+v", got)
	}
	s.nothingSent("an address was opened", 0)
	d.Tick(tickNumber)
	d.Press(5*time.Second, "Send invitasjon")
	if letter := s.next(20*time.Second, "+4798765401"); letter.Link == "" || letter.PIN == "" || !strings.Contains(letter.Text, "Video appointment") {
		s.t.Errorf("the letter: %q", letter.Text)
	}
}

func (s *stage) byCommand() {
	d := s.desktop
	declined := d.Second(60*time.Second, "invite", "--phone", "98765402", "--wait", "50s")
	d.Sees(20*time.Second, "Stemmer nummeret med journalen?")
	d.Press(5*time.Second, "Rett nummeret")
	if outcome, code := s.outcome(declined); outcome != "declined" || code != 7 {
		s.t.Errorf("closed: %s, %d", outcome, code)
	}
	s.empties("Telefonnummer")
	late := d.Second(60*time.Second, "invite", "--email", "sen@eksempel.no", "--name", "Sen", "--wait", "8s")
	if outcome, code := s.outcome(late); outcome != "shown" || code != 8 {
		s.t.Errorf("nobody pressed anything: %s, %d", outcome, code)
	}
	s.nothingSent("the command's time was over", 1)
	d.Tick(tickAddress)
	d.Press(5*time.Second, "Send invitasjon")
	s.next(20*time.Second, "sen@eksempel.no")
	sent := d.Second(60*time.Second, "invite", "--phone", "98765403", "--name", "Bo", "--wait", "50s")
	d.Sees(20*time.Second, wide("+47 987 65 403"))
	d.Tick(tickNumber)
	d.Press(5*time.Second, "Send invitasjon")
	if outcome, code := s.outcome(sent); outcome != "sent" || code != 0 {
		s.t.Errorf("sent: %s, %d", outcome, code)
	}
	s.next(20*time.Second, "+4798765403")
	if outcome, code := s.outcome(d.Second(30*time.Second, "invite", "--phone", "123")); outcome != "refused" || code != 9 {
		s.t.Errorf("no number: %s, %d", outcome, code)
	}
	d.Sees(5*time.Second, "Nummeret er for kort.")
	s.empties("Telefonnummer")
}

// byList takes a list as Excel saves it on a Norwegian machine.
func (s *stage) byList() {
	d, at := s.desktop, time.Now().Add(20*time.Minute)
	text := "Dato;Kl.;Pasient;Mobil;E-post\r\n"
	for i, row := range []string{"Åse Bø;987 65 404;", "Cato;;cato@eksempel.no", "Feil;123;"} {
		text += at.Add(time.Duration(i)*5*time.Minute).Format("02.01.2006;15:04;") + row + "\r\n"
	}
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		s.t.Fatal(err)
	}
	taken := d.Second(60*time.Second, "import", d.Write("dagen.csv", []byte(latin)))
	d.Sees(20*time.Second, "2 timer kan hentes inn.")
	d.Sees(5*time.Second, "Linje 4 · Nummeret er for kort.")
	d.Press(5*time.Second, "Legg i Dagens timer")
	if outcome, code := s.outcome(taken); outcome != "confirmed" || code != 0 {
		s.t.Errorf("taken: %s, %d", outcome, code)
	}
	d.Sees(5*time.Second, "Ingen har fått noe ennå.")
	if at.Day() != time.Now().Day() {
		d.Press(5*time.Second, "Dagen etter")
	}
	d.Press(10*time.Second, "Gå gjennom")
	d.Sees(10*time.Second, "Én til etter denne.")
	s.nothingSent("a list was taken", 3)
	d.Tick(tickNumber)
	d.Press(5*time.Second, "Send invitasjon")
	s.next(20*time.Second, "+4798765404")
	d.Sees(10*time.Second, "Stemmer adressen med journalen?")
	d.Press(5*time.Second, "Hopp over")
	d.Sees(10*time.Second, "Én time venter på kontroll.")
	d.Sees(5*time.Second, "Åse Bø")
	s.nothingSent("the second was skipped", 4)
}

// byChosenFiles takes a calendar's file, and then a list, that are chosen in the window.
func (s *stage) byChosenFiles(home string) {
	d, at := s.desktop, time.Now().Add(50*time.Minute)
	s.chooses(home, "timebok.ics", event("9@timebok", "Eva 987 65 409", at))
	d.Sees(10*time.Second, "Timer i timebok.ics")
	d.Sees(5*time.Second, "Én time kan hentes inn.")
	d.Press(5*time.Second, "Legg i Dagens timer")
	d.Sees(10*time.Second, "3 timer venter på kontroll.")
	s.chooses(home, "uke.csv", "dato;tid;navn;mobil\r\n"+at.Format("02.01.2006;15:04;")+"Feil;123\r\n")
	d.Sees(10*time.Second, "Ingen nye timer å hente inn.")
	d.Sees(5*time.Second, "Linje 2 · Nummeret er for kort.")
	d.Press(5*time.Second, "Avbryt")
	d.Sees(10*time.Second, "3 timer venter på kontroll.")
	s.nothingSent("files were chosen", 4)
}

// chooses writes a file and chooses it in the dialog for files, which begins in the person's own folder.
func (s *stage) chooses(home, name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	d := s.desktop
	d.Press(5*time.Second, "Hent timer")
	d.Press(5*time.Second, "Velg fil …")
	var file rig.Widget
	rig.Until(s.t, 10*time.Second, name+" in the dialog", func() (ok bool) {
		file, ok = d.Find(func(w rig.Widget) bool { return w.Text == name && w.W > 0 })
		return ok
	})
	d.ClickAt(file.Rect().Min.Add(file.Rect().Size().Div(2)))
	d.Press(5*time.Second, "Åpne")
}

// event is a calendar with one event of fifteen minutes.
func event(uid, summary string, at time.Time) string {
	return fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Timebok//NO\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART:%s\r\nDURATION:PT15M\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		uid, at.UTC().Format("20060102T150405Z"), summary)
}

// byCalendar follows a booking system's calendar.
func (s *stage) byCalendar() {
	d, at := s.desktop, time.Now().Add(40*time.Minute)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, event("1@timebok", "Dina 987 65 405", at))
	}))
	defer site.Close()
	d.Press(5*time.Second, "Hent timer")
	d.Fill("Kalenderadresse", site.URL+"/hemmelig.ics")
	d.Press(5*time.Second, "Vis timene")
	d.Sees(20*time.Second, "Én time kan hentes inn.")
	d.Press(5*time.Second, "Legg inn og følg kalenderen")
	d.Sees(10*time.Second, "2 timer venter på kontroll.")
	s.nothingSent("a calendar is followed", 4)
}

func (s *stage) byURLIntoAClosedProgram() {
	d := s.desktop
	d.Process.Kill()
	if outcome, code := s.outcome(d.Second(20*time.Second, "invite", "--phone", "98765406")); outcome != "notRunning" || code != 5 {
		s.t.Errorf("nothing runs: %s, %d", outcome, code)
	}
	d.StartBy("open", "legekonsultasjon://invite?email=eli@eksempel.no")
	d.Sees(30*time.Second, "Stemmer adressen med journalen?")
	s.nothingSent("the program was opened by an address", 4)
	s.confirm(nameOfOne, "Eli", tickAddress)
	s.next(20*time.Second, "eli@eksempel.no")
	d.Sees(10*time.Second, "timer venter på kontroll.")
}
