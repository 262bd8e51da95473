package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/intake"
)

var oslo = func() *time.Location {
	z, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic(err)
	}
	return z
}()

// now is Monday 23 November 2026, 08:15.
var now = time.Date(2026, time.November, 23, 8, 15, 0, 0, oslo)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, oslo)
}

func options() intake.Options { return intake.Options{Now: now, Country: "NO"} }

func code(err error) string {
	var e *intake.Error
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestReadURL(t *testing.T) {
	for text, want := range map[string]intake.Request{
		"legekonsultasjon://invite?phone=98765432":                                {Phone: "98765432"},
		"legekonsultasjon://invite/?phone=+4798765432":                            {Phone: "+4798765432"},
		"LEGEKONSULTASJON:invite?phone=%2B47%20987%2065%20432#top":                {Phone: "+47 987 65 432"},
		"legekonsultasjon://invite?email=ola+video@eksempel.no&at=now":            {Email: "ola+video@eksempel.no"},
		"legekonsultasjon://invite?phone=1&at=2026-11-24T10:30&lang=en&length=30": {Phone: "1", At: at(24, 10, 30), Language: "en", Length: 30 * time.Minute},
		"legekonsultasjon://invite?phone=1&at=2026-11-24T09:30:00Z":               {Phone: "1", At: at(24, 10, 30)},
		"legekonsultasjon://invite?phone=1&at=2026-11-24T10:30:00+01:00":          {Phone: "1", At: at(24, 10, 30)},
		"legekonsultasjon://invite?phone=1&at=24.11.2026%2010:30&later=yes":       {Phone: "1", At: at(24, 10, 30)},
		"legekonsultasjon://invite?phone=1&name=Ola+H.&note=kne%2C+blodtrykk":     {Phone: "1", Name: "Ola H.", Note: "kne, blodtrykk"},
		"legekonsultasjon://invite?phone=070-123&country=se&at=10:30":             {Phone: "070-123", Country: "SE", At: at(23, 10, 30)},
	} {
		got, err := intake.ReadURL(text, now)
		if err != nil || !got.At.Equal(want.At) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		got.At, want.At = time.Time{}, time.Time{}
		if got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestURLsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"": intake.CodeNotThisScheme, "https://invite?phone=1": intake.CodeNotThisScheme,
		"legekonsultasjon://settings?phone=1":                         intake.CodeNotThisScheme,
		"legekonsultasjon://invite":                                   intake.CodeNobody,
		"legekonsultasjon://invite?phone=%20":                         intake.CodeNobody,
		"legekonsultasjon://invite?phone=1&phone=2":                   intake.CodeTwice,
		"legekonsultasjon://invite?phone=1%0d%0aBcc":                  intake.CodeText,
		"legekonsultasjon://invite?phone=1\x00":                       intake.CodeText,
		"legekonsultasjon://invite?phone=%ff":                         intake.CodeText,
		"legekonsultasjon://invite?phone=%zz":                         intake.CodeText,
		"legekonsultasjon://invite?phone=1&at=soon":                   intake.CodeTime,
		"legekonsultasjon://invite?phone=1&at=2026-02-30T10:30":       intake.CodeTime,
		"legekonsultasjon://invite?phone=1&at=2027-03-28T02:30":       intake.CodeNoSuchTime,
		"legekonsultasjon://invite?phone=1&at=08:00":                  intake.CodeTimePast,
		"legekonsultasjon://invite?phone=1&at=2028-01-01T10:30":       intake.CodeTimeFar,
		"legekonsultasjon://invite?phone=1&length=1":                  intake.CodeLength,
		"legekonsultasjon://invite?phone=1&lang=fr":                   intake.CodeLanguage,
		"legekonsultasjon://invite?phone=1&country=NOR":               intake.CodeTooLong,
		"legekonsultasjon://invite?phone=" + strings.Repeat("1", 400): intake.CodeTooLong,
		"legekonsultasjon://invite?phone=" + strings.Repeat("1", 5e3): intake.CodeTooLong,
	} {
		if _, err := intake.ReadURL(text, now); code(err) != want {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

func FuzzURL(f *testing.F) {
	f.Add("legekonsultasjon://invite?phone=%2B4798765432&email=a@b.no&at=2026-11-24T10:30&lang=nn&name=Ola+H.&note=x&length=20")
	f.Add("legekonsultasjon:invite?phone=1&at=10.30")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := intake.ReadURL(text, now)
		if err != nil {
			if code(err) == "" || strings.Contains(code(err), " ") {
				t.Errorf("%q: an error without a code: %v", text, err)
			}
			return
		}
		if err := r.Check(now); err != nil {
			t.Errorf("%q: taken, and then %v", text, err)
		}
		if strings.ContainsAny(r.Phone+r.Email+r.Name+r.Note, "\r\n\x00") {
			t.Errorf("%q: control characters in %+q", text, r)
		}
	})
}
