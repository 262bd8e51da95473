package e2e

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings can be written
	}
	return string(b)
}

// calendar is one property of a letter's calendar entry, unfolded (RFC 5545 section 3.1).
func (s *stage) calendar(l postoffice.Letter, name string) string {
	s.t.Helper()
	text := strings.NewReplacer("\r\n ", "", "\n ", "", "\r", "").Replace(l.Calendar)
	found := regexp.MustCompile(`(?m)^` + name + `[:;](.*)$`).FindStringSubmatch(text)
	if found == nil {
		s.t.Fatalf("the calendar entry has no %s:\n%s", name, text)
	}
	return found[1]
}

// tomorrow sets the form to a time tomorrow.
func (s *stage) tomorrow(clock string) {
	s.t.Helper()
	s.desktop.Press(5*time.Second, "Velg tid")
	s.desktop.Press(5*time.Second, "I morgen")
	s.desktop.Fill("Klokkeslett", clock)
}

// TestAppointmentOfTomorrow: the information without the PIN, the PIN by Send PIN, another time, and called off; one
// calendar entry from beginning to end.
func TestAppointmentOfTomorrow(t *testing.T) {
	s := newStage(t, options{still: true})
	d, to := s.desktop, "ola.hansen@eksempel.no"
	s.tomorrow("10:30")
	d.Fill("E-post", to)
	d.Press(5*time.Second, "Inviter", 1)
	d.Sees(5*time.Second, "Lenken sendes nå. PIN-koden sendes i morgen kl. 10:15.")
	s.confirm("Navn eller initialer (bare du ser det)", "Ola H.", "Jeg har kontrollert adressen mot journalen")

	information := s.next(20*time.Second, to)
	if information.Link == "" || information.PIN != "" {
		t.Errorf("the information has the link %v and a PIN %v", information.Link != "", information.PIN != "")
	}
	d.Press(10*time.Second, "Dagen etter")
	d.Sees(10*time.Second, "PIN sendes i morgen kl. 10:15")
	d.Press(10*time.Second, "Send PIN nå")
	reminder := s.next(20*time.Second, to)
	if reminder.Link != information.Link || reminder.PIN == "" {
		t.Errorf("the reminder has the same link %v and a PIN %v", reminder.Link == information.Link, reminder.PIN != "")
	}
	s.blind.invited(t, reminder, "Ola H.", to)

	d.Press(10*time.Second, "Flere valg")
	d.Press(5*time.Second, "Flytt timen")
	d.Fill("Klokkeslett", "11:45")
	d.Press(5*time.Second, "Flytt")
	moved := s.next(20*time.Second, to)
	if moved.Link != information.Link || moved.PIN != "" || !strings.Contains(moved.Text, "11:45") {
		t.Errorf("the letter about the new time: %q", moved.Subject)
	}
	d.Sees(10*time.Second, "11:45")

	d.Press(10*time.Second, "Flere valg")
	d.Press(5*time.Second, "Trekk invitasjonen tilbake")
	d.Sees(5*time.Second, "Angre")
	cancelled := s.next(30*time.Second, to)
	if cancelled.Link != "" {
		t.Error("what is called off has no link")
	}
	for i, l := range []postoffice.Letter{information, reminder, moved, cancelled} {
		method, sequence := "REQUEST", []string{"0", "0", "1", "2"}[i]
		if i == 3 {
			method = "CANCEL"
		}
		if i == 1 && l.Calendar == "" {
			continue // the reminder's own entry would only say the same
		}
		if s.calendar(l, "METHOD") != method || s.calendar(l, "UID") != s.calendar(information, "UID") || s.calendar(l, "SEQUENCE") != sequence {
			t.Errorf("letter %d: %s %s %s", i, s.calendar(l, "METHOD"), s.calendar(l, "UID"), s.calendar(l, "SEQUENCE"))
		}
		if reminder.PIN != "" && strings.Contains(l.Calendar, reminder.PIN) {
			t.Errorf("letter %d: the PIN stands in the calendar", i)
		}
	}
	if s.calendar(moved, "DTSTART") == s.calendar(information, "DTSTART") {
		t.Error("the entry is at the old time")
	}
}

// TestTwoWays: the link by e-mail and the PIN by SMS let a patient in.
func TestTwoWays(t *testing.T) {
	s := newStage(t, options{still: true})
	d, number, address := s.desktop, "+4798765432", "ola.hansen@eksempel.no"
	d.Fill("Telefonnummer", "987 65 432")
	d.Fill("E-post", address)
	d.Press(5*time.Second, "Inviter", 0)
	d.Sees(5*time.Second, "Stemmer adressen og nummeret med journalen?")
	s.confirm("Navn eller initialer", "Ola H.", "Jeg har kontrollert adressen mot journalen", "Jeg har kontrollert nummeret mot journalen")
	link, pin := s.next(20*time.Second, address), s.next(20*time.Second, number)
	if link.Link == "" || link.PIN != "" || pin.Link != "" || pin.PIN == "" {
		t.Fatalf("by e-mail: link %v, PIN %v; by SMS: link %v, PIN %v", link.Link != "", link.PIN != "", pin.Link != "", pin.PIN != "")
	}
	both := link
	both.PIN = pin.PIN
	s.blind.invited(t, both, "Ola H.", address)
	s.blind.search.Digits("number", number[len("+47"):])
	p := s.opens(rig.NewChromium, link.Link, s.still())
	waits(p, pin.PIN)
	d.Sees(20*time.Second, "Delta")
	if strings.Contains(d.Says(), "lenke og PIN samme vei") {
		t.Error("the row calls two ways one")
	}
}

// TestMissed: a reminder whose time passes while the program is closed is asked about at the next start and not sent by itself.
func TestMissed(t *testing.T) {
	s := newStage(t, options{still: true})
	d := s.desktop
	s.tomorrow("10:30")
	d.Fill("Telefonnummer", "412 34 567")
	d.Press(5*time.Second, "Inviter", 0)
	d.Sees(10*time.Second, "Stemmer nummeret med journalen?")
	s.confirm("Navn eller initialer (bare du ser det)", "Berit D.", "Jeg har kontrollert nummeret mot journalen")
	information := s.next(20*time.Second, "+4741234567")
	d.Sees(10*time.Second, "Invitasjonen er sendt") // and so in the book
	d.Process.Kill()
	now := time.Now()
	late := time.Date(now.Year(), now.Month(), now.Day()+1, 10, 25, 0, 0, now.Location())
	d.Ahead(time.Until(late))
	before := len(s.office.Received())
	d.Start()
	d.Sees(30*time.Second, "Dette ble ikke sendt")
	d.Sees(5*time.Second, "Påminnelsen med PIN skulle ha gått i dag kl. 10:15")
	d.Sees(5*time.Second, "Berit D.")
	if n := len(s.office.Received()); n != before {
		t.Errorf("%d letters went out by themselves", n-before)
	}
	d.Press(10*time.Second, "Send nå")
	reminder := s.next(20*time.Second, "+4741234567")
	if reminder.Link != information.Link || reminder.PIN == "" {
		t.Errorf("the reminder has the same link %v and a PIN %v", reminder.Link == information.Link, reminder.PIN != "")
	}
	s.blind.invited(t, reminder, "Berit D.", "+4741234567")
	d.Gone(10*time.Second, "Dette ble ikke sendt")
}
