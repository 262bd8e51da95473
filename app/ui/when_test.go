package ui

import (
	"testing"
	"time"
)

func TestClockIsReadAsPeopleTypeIt(t *testing.T) {
	for text, want := range map[string]int{"10:30": 630, "10.30": 630, "1030": 630, "930": 570, "9": 540, " 09:05 ": 545, "0:00": 0, "23:59": 1439} {
		if got, ok := parseClock(text); !ok || got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "24:00", "10:60", "ti", "10:3x", "-1", "12345"} {
		if got, ok := parseClock(text); ok {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
}

func TestDateIsReadAsPeopleTypeIt(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 47, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"24.11.2026": "2026-11-24", "24.11.26": "2026-11-24", "24.11": "2026-11-24", "24/11": "2026-11-24", "1.2": "2027-02-01", "22.11": "2026-11-22",
	} {
		if got, ok := parseDate(text, now); !ok || got.Format("2006-01-02") != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "31.2.2027", "24", "x.y.z", "24.13.2026", "1.2.3.4"} {
		if got, ok := parseDate(text, now); ok {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestElapsedAndInitials(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "00:00", 724 * time.Second: "12:04", time.Hour + 2*time.Minute + 3*time.Second: "1:02:03"} {
		if got := elapsed(d); got != want {
			t.Errorf("%v is %s", d, got)
		}
	}
	for name, want := range map[string]string{"Kari Nordmann": "KN", "Åse": "Å", "": "", "anne b. christensen": "AC"} {
		if got := initials(name); got != want {
			t.Errorf("%q is %q", name, got)
		}
	}
	if got := pairs("048215"); got != "04\u200282\u200215" {
		t.Errorf("the PIN reads %q", got)
	}
}
