package mail

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"legekonsultasjon/core/letter"
)

// entry is a calendar entry as a parser understood it.
type entry struct {
	Method, UID, Start, End, Zone                                    string
	Sequence                                                         int
	Summary, Description, Class, Status, Organizer, Clinic, Attendee string
	Alarms                                                           []int // seconds from the start
}

// reading is what the two parsers understood of one file.
type reading struct{ Icalendar, Vobject entry }

const pin, typedCode = "048291", "HC0X-FRWM-ER0B-629A-GPB5-X9FN-YMB7"

// life are the letters of one appointment: made, moved, called off.
func life(t *testing.T, language string) []letter.Letter {
	t.Helper()
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	f := letter.Facts{
		Language: language, Clinic: `Østbyen legesenter, avd. "Nord"; Ås`, ClinicPhone: "22 00 00 00", Doctor: "Kari Nordmann",
		At: time.Date(2027, 3, 26, 10, 30, 0, 0, oslo), Length: 20 * time.Minute, Written: time.Date(2026, 11, 22, 9, 0, 0, 0, oslo),
		Link: "https://lege.example/#iwHX45R2ALMJKoWWXqX19Q", PIN: pin, TypedCode: typedCode, Host: "lege.example",
		UID: "0123456789@lege.example", From: user, To: "ola@eksempel.no",
	}
	moved := f
	moved.At, moved.Sequence = f.At.AddDate(0, 0, 7), 1 // over the change of the clock
	off := moved
	off.Sequence = 2
	var out []letter.Letter
	for _, write := range []func() (letter.Letter, error){
		func() (letter.Letter, error) { return letter.Information(f) },
		func() (letter.Letter, error) { return letter.Moved(moved) },
		func() (letter.Letter, error) { return letter.Cancellation(off) },
	} {
		l, err := write()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// Two independent parsers understand the same of every calendar file, and an agenda that follows RFC 5546 has one event,
// at its new time after the move, and none after the cancellation.
func TestCalendarPrograms(t *testing.T) {
	folder := t.TempDir()
	var files []string
	for _, language := range []string{"nb", "nn", "en"} {
		for n, l := range life(t, language) {
			files = append(files, filepath.Join(folder, language+string(rune('0'+n))+".ics"))
			if err := os.WriteFile(files[len(files)-1], l.Calendar, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, r := range parse(t, files) {
		if !same(r.Icalendar, r.Vobject) {
			t.Errorf("%s:\n%+v\n%+v", files[n], r.Icalendar, r.Vobject)
		}
		checkEntry(t, r.Icalendar, n%3)
	}
	agenda := map[string]entry{}
	for n, want := range []string{"20270326T093000Z", "20270402T083000Z", ""} {
		follow(agenda, parse(t, files[n:n+1])[0].Vobject)
		switch e, ok := agenda["0123456789@lege.example"]; {
		case len(agenda) > 1 || ok != (want != "") || ok && e.Start != want:
			t.Errorf("after letter %d: %+v", n, agenda)
		}
	}
}

func parse(t *testing.T, files []string) []reading {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", append([]string{"testdata/calendars.py"}, files...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: apt-get install --no-install-recommends python3-icalendar python3-vobject", err)
	}
	var all []reading
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(files) {
		t.Fatalf("%d of %d files: %v", len(all), len(files), err)
	}
	return all
}

func same(a, b entry) bool {
	one, err1 := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(one) == string(two)
}

// checkEntry checks the nth letter's entry.
func checkEntry(t *testing.T, e entry, n int) {
	t.Helper()
	alarms := []int{-24 * 3600, -15 * 60}
	if n == 2 {
		alarms = []int{}
	}
	if e.Method != []string{"REQUEST", "REQUEST", "CANCEL"}[n] || e.Sequence != n || e.Status != []string{"CONFIRMED", "CONFIRMED", "CANCELLED"}[n] ||
		e.UID != "0123456789@lege.example" || e.Class != "PRIVATE" || e.Zone != "Europe/Oslo" || !slices.Equal(e.Alarms, alarms) ||
		e.Organizer != "mailto:"+user || e.Attendee != "mailto:ola@eksempel.no" {
		t.Errorf("letter %d: %+v", n, e)
	}
	if want := []string{"20270326T095000Z", "20270402T085000Z", "20270402T085000Z"}[n]; e.End != want {
		t.Errorf("letter %d ends %s, want %s", n, e.End, want)
	}
	if e.Clinic != `Østbyen legesenter, avd. Nord; Ås` { // a parameter has no quotes in it
		t.Errorf("clinic %q", e.Clinic)
	}
	if strings.Contains(e.Summary+e.Description, pin) || strings.Contains(e.Summary+e.Description, typedCode) || strings.Contains(e.Summary, "Nordmann") {
		t.Errorf("letter %d tells too much: %+v", n, e)
	}
	if got := strings.Contains(e.Description, "\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\n"); got != (n < 2) {
		t.Errorf("letter %d has the link: %v", n, got)
	}
}

// follow is what RFC 5546 sections 2.1.5, 3.2.2 and 3.2.5 ask of a calendar.
func follow(agenda map[string]entry, e entry) {
	if old, ok := agenda[e.UID]; ok && e.Sequence < old.Sequence {
		return
	}
	if e.Method == "CANCEL" {
		delete(agenda, e.UID)
		return
	}
	agenda[e.UID] = e
}
