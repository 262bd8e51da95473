package intake_test

import (
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/intake"
)

// calendar is a calendar of these events.
func calendar(events ...string) []byte {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Timebok//NO\nBEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
	for _, e := range events {
		text += "BEGIN:VEVENT\n" + e + "\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\n"
	}
	return []byte(strings.ReplaceAll(text+"END:VCALENDAR\n", "\n", "\r\n"))
}

func TestACalendarOfABookingSystem(t *testing.T) {
	l, err := intake.Read(calendar(
		"UID:1@timebok\nDTSTART;TZID=W. Europe Standard Time:20261124T103000\nDTEND;TZID=W. Europe Standard Time:20261124T105000\nSUMMARY:Ola Hansen\\, tlf 987 65 432",
		"UID:2@timebok\nDTSTART;TZID=Europe/Oslo:20261123T093000\nDURATION:PT45M\nSUMMARY:Video\nORGANIZER:mailto:post@klinikk.no\nATTENDEE;CN=K:mailto:post@klinikk.no\nATTENDEE;CN=Per:mailto:per@eksempel.no",
		"UID:3@timebok\nDTSTART:20261123T110000Z\nSUMMARY:Anne B\nDESCRIPTION:Født 010190 12345. Mob: +47 912 34\n  567\\nE-post: anne@eksempel.no",
		"UID:4@timebok\nDTSTART:20261123T130000\nSUMMARY:Kari\nATTENDEE:tel:+4740000001",
	), options())
	if err != nil || len(l.Rows) != 4 || len(l.Troubles) != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	for i, want := range []intake.Row{
		{UID: "2@timebok", Request: intake.Request{At: at(23, 9, 30), Length: 45 * time.Minute, Email: "per@eksempel.no", Name: "Video"}},
		{UID: "3@timebok", Request: intake.Request{At: at(23, 12, 0), Phone: "+4791234567", Country: "NO", Email: "anne@eksempel.no", Name: "Anne B"}},
		{UID: "4@timebok", Request: intake.Request{At: at(23, 13, 0), Phone: "+4740000001", Country: "NO", Name: "Kari"}},
		{UID: "1@timebok", Request: intake.Request{At: at(24, 10, 30), Length: 20 * time.Minute, Phone: "+4798765432", Country: "NO", Name: "Ola Hansen, tlf"}},
	} {
		got := l.Rows[i]
		if !got.At.Equal(want.At) {
			t.Errorf("%s at %v", got.UID, got.At)
		}
		got.At, want.At = time.Time{}, time.Time{}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestEventsThatAreNoAppointmentsToCome(t *testing.T) {
	l, err := intake.Read(calendar(
		"UID:1\nDTSTART:20261120T103000Z\nSUMMARY:98765432",
		"UID:2\nDTSTART:20270523T103000Z\nSUMMARY:98765432",
		"UID:3\nDTSTART:20261124T103000Z\nSUMMARY:98765432\nSTATUS:CANCELLED",
		"UID:4\nDTSTART;VALUE=DATE:20261124\nSUMMARY:98765432",
		"UID:5\nDTSTART:20261124T103000Z\nSUMMARY:Lunsj 24.11.2026",
		"UID:6\nDTSTART:20261124T103000Z\nSUMMARY:98765432\nRRULE:FREQ=DAILY",
		"UID:7\nDTSTART;TZID=Mars/Olympus:20261124T103000\nSUMMARY:98765432",
		"UID:8\nDTSTART:tomorrow-ish\nSUMMARY:98765432",
		"UID:9\nDTSTART:20261124T103000Z\nSUMMARY:22 00 00 00",
	), options())
	if err != nil || len(l.Rows) != 0 || l.Left != 5 {
		t.Fatalf("%+v, %v", l, err)
	}
	for i, want := range []string{intake.CodeRepeats, intake.CodeZone, intake.CodeTime, intake.CodePhoneFixed} {
		if i >= len(l.Troubles) || l.Troubles[i].Code != want {
			t.Fatalf("%+v, want %s", l.Troubles, want)
		}
	}
}

func TestCalendarsThatAreNone(t *testing.T) {
	deep := "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:X\r\n", 1000)
	for _, text := range []string{"BEGIN:VCALENDAR\r\n;;;\r\n", "BEGIN:VEVENT\r\nEND:VEVENT\r\n", deep, "\x00"} {
		if _, err := intake.ReadICS([]byte(text), options()); code(err) != intake.CodeNotList {
			t.Errorf("%.30q: %v", text, err)
		}
	}
}

func FuzzICS(f *testing.F) {
	f.Add(calendar("UID:1\nDTSTART;TZID=Europe/Oslo:20261124T103000\nDURATION:PT20M\nSUMMARY:Ola 98765432\nATTENDEE:mailto:a@b.no"))
	f.Add(calendar("DTSTART:20261124T103000Z\nRRULE:FREQ=DAILY\nSUMMARY;X=\"a:b\":x"))
	f.Add([]byte("BEGIN:VCALENDAR\nX-A:b\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := intake.ReadICS(data, options())
		sound(t, l, err)
	})
}
