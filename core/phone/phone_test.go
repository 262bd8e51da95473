package phone

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, country, e164, grouped string
		kind                         Kind
		err                          error
	}{
		{"98765432", "NO", "+4798765432", "+47 987 65 432", Mobile, nil},
		{" Tlf: 987 65 432. ", "NO", "+4798765432", "+47 987 65 432", Mobile, nil},
		{"+47 987\u00a065\u00a0432", "NO", "+4798765432", "+47 987 65 432", Mobile, nil},
		{"0047-98765432", "SE", "+4798765432", "+47 987 65 432", Mobile, nil},
		{"22 00 00 00", "NO", "+4722000000", "+47 22 00 00 00", Fixed, nil},
		{"070-123 45 67", "SE", "+46701234567", "+46 70 123 45 67", Mobile, nil},
		{"", "NO", "", "", 0, ErrEmpty},
		{"abc", "NO", "", "", 0, ErrEmpty},
		{"9876543", "NO", "", "", 0, ErrTooShort},
		{"1", "NO", "", "", 0, ErrTooShort},
		{"987654321012345678", "NO", "", "", 0, ErrTooLong},
		{"12345678", "NO", "", "", 0, ErrNotANumber},
	} {
		n, err := Parse(c.text, c.country)
		if n.E164 != c.e164 || !errors.Is(err, c.err) || (err == nil && (n.Grouped() != c.grouped || n.Kind != c.kind)) {
			t.Errorf("%q: %q %q %v %v", c.text, n.E164, n.Grouped(), n.Kind, err)
		}
	}
}

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"Ola, f. 010190\nMobil 987 65 432":    "+4798765432",
		"e-post: ola.hansen@eksempel.no (ny)": "ola.hansen@eksempel.no",
		"Ola Hansen <ola@eksempel.no>":        "ola@eksempel.no",
		"ingenting her":                       "",
		"kl. 10:30":                           "",
	} {
		n, a := Find(text, "NO")
		if got := n.E164 + a.Mailbox(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"ola@eksempel.no": "ola@eksempel.no", " mailto:Ola.H@Eksempel.NO. ": "Ola.H@eksempel.no", "<a+b@x.co>": "a+b@x.co",
		"ola": "", "ola@lokal": "", "a@b..no": "", "a b@c.no": "", "a@b.no\r\nBcc: c@d.no": "", "\"a\"@b.no": "", "Ola <a@b.no>": "", "a@-b.no": "",
	} {
		a, err := ParseAddress(text)
		if a.Mailbox() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, a.Mailbox(), err)
		}
	}
}

func TestCountriesBeginAtHome(t *testing.T) {
	nb := Countries("nb")
	if nb[0] != (Country{"NO", "+47", "Norge"}) || nb[1].ISO != "SE" || len(nb) < 200 {
		t.Errorf("%d countries, first %v %v", len(nb), nb[0], nb[1])
	}
	for _, lang := range []string{"nb", "nn"} {
		if all := Countries(lang); all[len(all)-1].Name != "Åland" {
			t.Errorf("%s ends with %v, not with å", lang, all[len(all)-1])
		}
	}
	for _, c := range nb {
		if c.Name == "" || c.Code == "+0" {
			t.Errorf("%+v", c)
		}
	}
	if n := CountryName("NO", "en"); n != "Norway" {
		t.Error(n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Tlf: +47 987 65 432")
	f.Add("ola@eksempel.no")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse(text, "NO")
		if err == nil && (!strings.HasPrefix(n.E164, "+") || strings.Trim(n.E164[1:], "0123456789") != "") {
			t.Errorf("%q became %q", text, n.E164)
		}
		if a, err := ParseAddress(text); err == nil && strings.ContainsAny(a.Mailbox(), " \r\n<>,") {
			t.Errorf("%q became %q", text, a.Mailbox())
		}
		Find(text, "NO")
	})
}

// TestFindInAJournal pastes what stands in journals: the number is found among dates and birth numbers, a mobile before a
// landline.
func TestFindInAJournal(t *testing.T) {
	for text, want := range map[string]string{
		"Time 24.11.2026 kl 10:30, tlf 987 65 432": "+4798765432",
		"24.11.2026 10:30":                         "",
		"2026-11-24":                               "",
		"Fnr 010190 12345":                         "",
		"01019012345":                              "",
		"Hansen, Ola (010190 12345)\nTlf 22 33 44 55 / 987 65 432": "+4798765432",
		"Jobb: 22 33 44 55":                         "+4722334455",
		"Mob.: (+47) 987.65.432, priv.":             "+4798765432",
		"+46 70 123 45 67 (Sverige)":                "+46701234567",
		"98765432":                                  "+4798765432",
		"+46701234567":                              "+46701234567",
		"D-nummer 41019012345":                      "",
		"\t987\u00a065\u00a0432\r\n":                "+4798765432",
		"Org.nr. 987 654 321":                       "",
		strings.Repeat("x", 5000) + " 98765432":     "",
		"Mobil 987 65 432 – E-post ola@eksempel.no": "+4798765432",
		"412 34 567 og 987 65 432":                  "+4741234567",
	} {
		n, ok := FindNumber(text, "NO")
		if n.E164 != want || ok != (want != "") {
			t.Errorf("%.60q: %q, want %q", text, n.E164, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Time 24.11.2026 kl 10:30, tlf 987 65 432, ola@eksempel.no")
	f.Add("Hansen, Ola (010190 12345)\nTlf 22 33 44 55 / 987 65 432")
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := FindNumber(text, "NO"); ok {
			if again, err := Parse(n.E164, ""); err != nil || again != n {
				t.Errorf("%q became %q, which is %q, %v", text, n.E164, again.E164, err)
			}
		}
		if a, ok := FindAddress(text); ok {
			if again, err := ParseAddress(a.Mailbox()); err != nil || again != a {
				t.Errorf("%q became %q, which is %q, %v", text, a.Mailbox(), again.Mailbox(), err)
			}
		}
	})
}
