package ics

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

var update = flag.Bool("update", false, "write the golden files anew")

func oslo(t testing.TB) *time.Location {
	loc, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func event(t testing.TB) Event {
	return Event{
		UID: "0123@lege.example", Sequence: 1, Stamp: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Start: time.Date(2026, 12, 1, 9, 30, 0, 0, oslo(t)), Length: 20 * time.Minute,
		Summary: "Videotime", Description: "Åpne lenken når timen begynner:\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\nSpørsmål? Ring 22 00 00 00; vi hjelper.",
		Organizer: "post@lege.example", Clinic: `Legesenteret "Sentrum", Oslo`, Attendee: "ola@eksempel.no",
		Alarms: []time.Duration{24 * time.Hour, 15 * time.Minute}, AlarmText: "Videotime",
	}
}

func TestGolden(t *testing.T) {
	for name, m := range map[string]Method{"request.ics": Request, "cancel.ics": Cancel} {
		got, file := event(t).Encode(m), filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs:\n%s", name, got)
		}
	}
}

// A time from the book has the machine's own location or a bare offset: neither has a name that others know.
func TestPlacesWithoutANameAreSaidInUTC(t *testing.T) {
	start := time.Date(2026, 12, 1, 8, 30, 0, 0, time.UTC)
	for _, loc := range []*time.Location{time.UTC, time.Local, time.FixedZone("", 3600), time.FixedZone("CET", 3600)} {
		e := event(t)
		e.Start = start.In(loc)
		out := string(e.Encode(Request))
		if !strings.Contains(out, "\r\nDTSTART:20261201T083000Z\r\nDTEND:20261201T085000Z\r\n") || strings.Contains(out, "TZID") {
			t.Errorf("%q:\n%s", loc, out)
		}
	}
}

// The zone is written with both changes around an appointment in the night of one.
func TestAcrossAChange(t *testing.T) {
	e := event(t)
	e.Start = time.Date(2026, 10, 25, 0, 50, 0, 0, time.UTC).In(oslo(t))
	out := string(e.Encode(Request))
	for _, want := range []string{"DTSTART;TZID=Europe/Oslo:20261025T025000\r\n",
		"BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\n", "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestLinesFold(t *testing.T) {
	e := event(t)
	e.Description = strings.Repeat("æøå", 200)
	for l := range strings.SplitSeq(string(e.Encode(Request)), "\r\n") {
		if len(l) > 75 || !strings.HasPrefix(l, " ") && l != "" && !strings.ContainsAny(l, ":;") {
			t.Errorf("%d octets: %q", len(l), l)
		}
	}
}

// Whatever the texts hold, no line is added and no property appears that was not meant.
func FuzzNothingIsInjected(f *testing.F) {
	f.Add("a\r\nATTENDEE:mailto:x@y.z", "b\nBEGIN:VALARM")
	f.Add("\"; CN=x", "\\n;\\,")
	loc := oslo(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		e := Event{UID: a, Start: time.Date(2026, 6, 1, 9, 0, 0, 0, loc), Summary: a, Description: b, Location: b, Organizer: a, Clinic: b, Attendee: b}
		out := strings.ReplaceAll(string(e.Encode(Request)), "\r\n ", "")
		lines := strings.Split(strings.TrimSuffix(out, "\r\n"), "\r\n")
		plain := Event{Start: e.Start, Location: b}
		want := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(plain.Encode(Request)), "\r\n ", ""), "\r\n"), "\r\n")
		if len(lines) != len(want) || strings.ContainsAny(strings.Join(lines, ""), "\r\n") {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), out)
		}
		for i := range lines {
			if name := strings.FieldsFunc(want[i], func(r rune) bool { return r == ':' || r == ';' })[0]; !strings.HasPrefix(lines[i], name) {
				t.Fatalf("line %d is %q, want %s", i, lines[i], name)
			}
		}
	})
}
