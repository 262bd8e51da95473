package letter

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

func TestGolden(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		for kind, compose := range map[string]func(Facts) (Letter, error){"invitation": Invitation, "newpin": NewPIN, "cancelled": Cancellation} {
			l, err := compose(facts(t, language))
			if err != nil {
				t.Fatal(err)
			}
			for part, text := range map[string]string{"txt": l.Subject + "\n\n" + l.Text, "html": l.HTML, "ics": string(l.Calendar), "sms": l.SMS} {
				if text == "" {
					continue
				}
				file := filepath.Join("testdata", kind+"."+language+"."+part)
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
		}
	}
}

func TestWhereTheSecretsStand(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		f := facts(t, language)
		l, err := Invitation(f)
		if err != nil {
			t.Fatal(err)
		}
		calendar := strings.ReplaceAll(string(l.Calendar), "\r\n ", "")
		if strings.Contains(calendar, f.PIN) || strings.Contains(calendar, f.TypedCode) {
			t.Error("the calendar entry opens the door")
		}
		for p := range strings.SplitSeq(calendar, "\r\n") {
			if strings.Contains(p, f.Link) && !strings.HasPrefix(p, "DESCRIPTION:") {
				t.Errorf("the link stands in %q", p)
			}
		}
		if !strings.Contains("\n"+l.Text, "\n"+f.Link+"\n") || !strings.Contains("\n"+l.SMS, "\n"+f.Link+"\n") {
			t.Error("the link does not stand alone on its line")
		}
		if strings.Contains(l.SMS, f.TypedCode) || !strings.Contains(l.Text, f.TypedCode) {
			t.Error("the typed code belongs in the e-mail only")
		}
	}
}

// The longest usual case: a host of 40 characters, an appointment now or tomorrow.
func TestAnInvitationFitsOneSegment(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		f := facts(t, language)
		f.Link = "https://" + strings.Repeat("h", 40) + "/#iwHX45R2ALMJKoWWXqX19Q"
		f.At = time.Date(2026, 12, 24, 10, 30, 0, 0, f.At.Location())
		for _, now := range []bool{true, false} {
			f.Now = now
			l, err := Invitation(f)
			if err != nil {
				t.Fatal(err)
			}
			if n, gsm := Segments(l.SMS); n != 1 || !gsm {
				t.Errorf("%d segments, GSM %v: %q", n, gsm, l.SMS)
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

func TestNamesCannotAddLines(t *testing.T) {
	f := facts(t, "nb")
	f.Clinic, f.Doctor = "A\r\nBcc: x@y.z", "<b>B</b>\n"
	l, err := Invitation(f)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(l.Subject, "\r\n") || strings.Contains(l.HTML, "<b>") {
		t.Errorf("%q", l.Subject)
	}
}
