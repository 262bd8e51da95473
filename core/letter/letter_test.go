package letter

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

var update = flag.Bool("update", false, "write the golden files anew")

func facts(t testing.TB, language string) Facts {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return Facts{
		Language: language, Clinic: "Legesenteret Sentrum", ClinicPhone: "22 00 00 00", Doctor: "Kari Nordmann",
		At: time.Date(2026, 11, 23, 10, 30, 0, 0, oslo), Length: 20 * time.Minute, Written: time.Date(2026, 11, 22, 9, 0, 0, 0, oslo),
		Link: "https://lege.example/#iwHX45R2ALMJKoWWXqX19Q", PIN: "048291", TypedCode: "HC0X-FRWM-ER0B-629A-GPB5-X9FN-YMB7",
		Host: "lege.example", UID: "0123@lege.example", From: "post@lege.example", To: "ola@eksempel.no",
	}
}

// kinds are all letters of an appointment, each with the facts of its place in the life of one.
func kinds() map[string]func(Facts) (Letter, error) {
	return map[string]func(Facts) (Letter, error){
		"invitation": Invitation, "information": Information, "reminder": Reminder, "pin": PIN, "newpin": NewPIN,
		"moved": func(f Facts) (Letter, error) {
			f.Sequence, f.PIN, f.PINComes, f.At = 1, "", PINLater, f.At.AddDate(0, 0, 1)
			return Moved(f)
		},
		"cancelled": func(f Facts) (Letter, error) {
			f.Sequence, f.At = 2, f.At.AddDate(0, 0, 1)
			return Cancellation(f)
		},
	}
}

func TestGolden(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		for kind, compose := range kinds() {
			l, err := compose(facts(t, language))
			if err != nil {
				t.Fatal(err)
			}
			for part, text := range map[string]string{"txt": l.Subject + "\n\n" + l.Text, "html": l.HTML, "ics": string(l.Calendar), "sms": l.SMS} {
				if text != "" {
					golden(t, filepath.Join("testdata", kind+"."+language+"."+part), text)
				}
			}
		}
	}
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(want, []byte(text)) {
		t.Errorf("%s differs (%v):\n%s", file, err, text)
	}
}

// withPIN are the letters whose errand is to bring the PIN; the others must not, even when they are given it.
var withPIN = []string{"invitation", "reminder", "pin", "newpin"}

func TestWhereTheSecretsStand(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		for kind, compose := range kinds() {
			f := facts(t, language)
			l, err := compose(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, words := range []string{l.Text, l.HTML, l.SMS} {
				if got, want := strings.Contains(words, f.PIN), slices.Contains(withPIN, kind); got != want {
					t.Errorf("%s %s: has the PIN: %v", kind, language, got)
				}
			}
			if strings.Contains(l.Subject, f.PIN) || strings.Contains(l.Subject, f.Link) || strings.Contains(l.SMS, f.TypedCode) {
				t.Errorf("%s %s: a secret in the subject, or the typed code in the SMS", kind, language)
			}
			link := kind != "pin" && kind != "cancelled"
			if got := strings.Contains("\n"+l.Text, "\n"+f.Link+"\n"); got != link {
				t.Errorf("%s %s: the link alone on its line: %v", kind, language, got)
			}
			if got := strings.Contains("\n"+l.SMS+"\n", "\n"+f.Link+"\n"); got != link {
				t.Errorf("%s %s: the link alone on its line in the SMS: %v", kind, language, got)
			}
			if got := strings.Contains(l.Text, f.TypedCode); got != link {
				t.Errorf("%s %s: has the typed code: %v", kind, language, got)
			}
			checkCalendar(t, f, string(l.Calendar))
		}
	}
}

// checkCalendar: nothing in it opens the door, and the link stands in the description only.
func checkCalendar(t *testing.T, f Facts, calendar string) {
	t.Helper()
	calendar = strings.ReplaceAll(calendar, "\r\n ", "")
	for _, secret := range []string{f.PIN, f.TypedCode, f.Doctor} {
		if strings.Contains(calendar, secret) {
			t.Errorf("the calendar entry has %q", secret)
		}
	}
	for p := range strings.SplitSeq(calendar, "\r\n") {
		if strings.Contains(p, f.Link) && !strings.HasPrefix(p, "DESCRIPTION:") {
			t.Errorf("the link stands in %q", p)
		}
	}
}

// One event through its life: made, moved, called off. Calendars know it again by its UID and take what has the greater
// SEQUENCE (RFC 5546 section 2.1.4).
func TestOneEventThroughItsLife(t *testing.T) {
	all := kinds()
	for n, step := range []struct{ kind, method, status string }{
		{"information", "REQUEST", "CONFIRMED"}, {"moved", "REQUEST", "CONFIRMED"}, {"cancelled", "CANCEL", "CANCELLED"},
	} {
		l, err := all[step.kind](facts(t, "nb"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"METHOD:" + step.method, "UID:0123@lege.example", fmt.Sprintf("SEQUENCE:%d", n), "STATUS:" + step.status,
			"CLASS:PRIVATE", "SUMMARY:Videotime", "BEGIN:VTIMEZONE\r\nTZID:Europe/Oslo",
			`ORGANIZER;CN="Legesenteret Sentrum":mailto:post@lege.example`} {
			if !strings.Contains(string(l.Calendar), want+"\r\n") {
				t.Errorf("%s: no %q in\n%s", step.kind, want, l.Calendar)
			}
		}
		if string(l.Method) != step.method {
			t.Errorf("%s: method %s", step.kind, l.Method)
		}
		if got := strings.Count(string(l.Calendar), "BEGIN:VALARM\r\n"); got != 2 && step.method == "REQUEST" {
			t.Errorf("%s: %d alarms", step.kind, got)
		}
	}
	for _, kind := range []string{"reminder", "pin", "newpin"} {
		if l, err := all[kind](facts(t, "nb")); err != nil || l.Calendar != nil {
			t.Errorf("%s touches the calendar: %v", kind, err)
		}
	}
}

// The times of the book have the machine's own zone, which has no name.
// TestNoAlarmForATimeThatHasPassed: a calendar may sound it as soon as it gets the entry.
func TestNoAlarmForATimeThatHasPassed(t *testing.T) {
	for before, want := range map[time.Duration]int{25 * time.Hour: 2, 24 * time.Hour: 1, 16 * time.Minute: 1, 15 * time.Minute: 0, 0: 0} {
		f := facts(t, "nb")
		f.Written = f.At.Add(-before)
		l, err := Invitation(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(l.Calendar), "BEGIN:VALARM"); got != want {
			t.Errorf("%v before: %d alarms, want %d", before, got, want)
		}
	}
}

func TestTheMachinesZoneIsNamed(t *testing.T) {
	f := facts(t, "nb")
	oslo := f.At.Location()
	machine, err := time.LoadLocationFromTZData("Local", tzdata(t, "Europe/Oslo"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := time.LoadLocationFromTZData("Local", tzdata(t, "Africa/Lagos")) // the same offset, in winter only
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{f.At, "DTSTART;TZID=Europe/Oslo:20261123T103000"},
		{f.At.In(machine), "DTSTART;TZID=Europe/Oslo:20261123T103000"},
		{time.Date(2027, 6, 1, 9, 0, 0, 0, oslo).In(machine), "DTSTART;TZID=Europe/Oslo:20270601T090000"},
		{f.At.In(elsewhere), "DTSTART:20261123T093000Z"},
		{f.At.In(time.FixedZone("", 3600)), "DTSTART:20261123T093000Z"},
	} {
		f.At = tt.at
		l, err := Invitation(f)
		if err != nil || !strings.Contains(string(l.Calendar), "\r\n"+tt.want+"\r\n") {
			t.Errorf("%v: no %q in\n%s", err, tt.want, l.Calendar)
		}
	}
}

// tzdata is a zone's file, from Go's own collection.
func tzdata(t *testing.T, name string) []byte {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer zones.Close()
	data, err := fs.ReadFile(zones, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The organizer is the sender as the letter's header has it.
func TestTheOrganizerIsTheSender(t *testing.T) {
	f := facts(t, "nb")
	f.From, f.To = " Post@Blåbær.no ", "mailto:ola@blåbær.no"
	l, err := Invitation(f)
	if err != nil {
		t.Fatal(err)
	}
	calendar := strings.ReplaceAll(string(l.Calendar), "\r\n ", "")
	for _, want := range []string{":mailto:Post@xn--blbr-roah.no\r\n", ":mailto:ola@xn--blbr-roah.no\r\n"} {
		if !strings.Contains(calendar, want) {
			t.Errorf("no %q in\n%s", want, calendar)
		}
	}
}

// Link and PIN by two ways: the SMS with the PIN holds no link, the e-mail says how the PIN comes.
func TestLinkAndPINByTwoWays(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		for _, way := range []PINWay{PINHere, PINLater, PINBySMS, PINByMail, PINAloud} {
			f := facts(t, language)
			f.PINComes = way
			l, err := Information(f)
			if err != nil || strings.Contains(l.Text+l.HTML+string(l.Calendar), "pinComes") {
				t.Errorf("%s: %v\n%s", way, err, l.Text)
			}
		}
		for _, compose := range []func(Facts) (Letter, error){PIN, NewPIN, Moved} {
			f := facts(t, language)
			f.Link, f.TypedCode = "", ""
			l, err := compose(f)
			if err != nil || strings.Contains(l.SMS, "http") || strings.Contains(l.Text, "http") || strings.HasSuffix(l.SMS, ":") {
				t.Errorf("%v: %q\n%s", err, l.SMS, l.Text)
			}
		}
	}
}

// The longest usual case: a host of 40 characters, an appointment now or on a day with two digits.
func TestEachFitsOneSegment(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		for kind, compose := range kinds() {
			for _, clinic := range []string{"Legesenteret Sentrum", "Nordre Gate legesenter"} {
				f := facts(t, language)
				f.Link, f.Clinic = "https://"+strings.Repeat("h", 40)+"/#iwHX45R2ALMJKoWWXqX19Q", clinic
				f.At = time.Date(2026, 12, 24, 10, 30, 0, 0, f.At.Location())
				for _, now := range []bool{true, false} {
					f.Now = now
					l, err := compose(f)
					if err != nil {
						t.Fatal(err)
					}
					if n, gsm := Segments(l.SMS); n != 1 || !gsm {
						t.Errorf("%s %s: %d segments, GSM %v: %q", kind, language, n, gsm, l.SMS)
					}
				}
			}
		}
	}
}

// Nothing is loaded from anywhere, and nobody learns whether the letter was read.
func TestNothingIsLoaded(t *testing.T) {
	l, err := Invitation(facts(t, "nb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"<img", "<script", "src=", "url(", "@import", "<link"} {
		if strings.Contains(l.HTML, word) {
			t.Errorf("the letter has %s", word)
		}
	}
	if got := strings.Count(l.HTML, "http"); got != 3 { // the button, the link and its text
		t.Errorf("%d addresses in the letter", got)
	}
}

func TestALetterOfAnotherYearSaysIt(t *testing.T) {
	f := facts(t, "nb")
	f.At = f.At.AddDate(0, 2, 0)
	l, err := Invitation(f)
	if err != nil {
		t.Fatal(err)
	}
	if want := "lørdag 23. januar 2027 kl. 10:30"; !strings.Contains(l.Text, want) {
		t.Errorf("no %q in\n%s", want, l.Text)
	}
}

func TestSegments(t *testing.T) {
	for text, want := range map[string]int{"": 0, strings.Repeat("å", 160): 1, strings.Repeat("a", 161): 2, strings.Repeat("€", 80): 1, strings.Repeat("€", 81): 2,
		strings.Repeat("č", 70): 1, strings.Repeat("č", 71): 2, strings.Repeat("😀", 36): 2} {
		if n, _ := Segments(text); n != want {
			t.Errorf("%.6q...: %d, want %d", text, n, want)
		}
	}
}

// Whatever names and addresses hold, subjects stay on their line, no markup and no calendar property is added, and the
// calendar never has the PIN.
func FuzzNamesAddNothing(f *testing.F) {
	f.Add("A\r\nBcc: x@y.z", "<b>B</b>\n", "22 00 00 00", "post@lege.example")
	f.Add("{pin}", "{link}", "\u2028BEGIN:VEVENT", "a@b.no\r\nATTENDEE:mailto:x@y.z")
	f.Fuzz(func(t *testing.T, clinic, doctor, number, from string) {
		for kind, compose := range kinds() {
			g, plain := facts(t, "nb"), facts(t, "nb")
			g.Clinic, g.Doctor, g.ClinicPhone, g.From = clinic, doctor, number, from
			g.PIN = "PIN-048291"
			if strings.Contains(clinic+doctor+number+from, g.PIN) {
				return
			}
			l, err := compose(g)
			if err != nil {
				t.Fatal(err)
			}
			want, err := compose(plain)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(l.Subject, "\r\n") {
				t.Errorf("%s: subject %q", kind, l.Subject)
			}
			for _, tag := range []string{"<", ">"} {
				if strings.Count(l.HTML, tag) != strings.Count(want.HTML, tag) {
					t.Errorf("%s: markup was added", kind)
				}
			}
			calendar := strings.ReplaceAll(string(l.Calendar), "\r\n ", "")
			if strings.Count(calendar, "\r\n") != strings.Count(strings.ReplaceAll(string(want.Calendar), "\r\n ", ""), "\r\n") ||
				strings.Contains(calendar, g.PIN) || strings.ContainsAny(strings.ReplaceAll(calendar, "\r\n", ""), "\r\n\u2028\u0085") {
				t.Errorf("%s: calendar\n%s", kind, calendar)
			}
		}
	})
}
