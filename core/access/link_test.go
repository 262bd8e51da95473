package access

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestNewSecretHasNoDash(t *testing.T) {
	seen := map[Secret]bool{}
	for range 500 {
		s := NewSecret()
		if strings.ContainsAny(s.fragment(), "-_") || seen[s] {
			t.Fatal("secret with a dash, or drawn twice")
		}
		seen[s] = true
		back, err := ParseTypedCode(s.TypedCode())
		if err != nil || back != s {
			t.Fatal("typed code does not come back")
		}
	}
}

func TestLinkOrigins(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://lege.example":                            true,
		"https://lege.example/":                           true,
		"https://lege.example:8443":                       true,
		"http://localhost:8700":                           true,
		"http://127.0.0.1:8700":                           true,
		"http://[::1]:8700":                               true,
		"http://lege.example":                             false,
		"http://127.0.0.1.lege.example":                   false,
		"http://localhost.lege.example":                   false,
		"https://lege.example/app":                        false,
		"https://lege.example/?a=b":                       false,
		"https://lege.example/#x":                         false,
		"https://doctor@lege.example":                     false,
		"ftp://lege.example":                              false,
		"lege.example":                                    false,
		"":                                                false,
		"https://læge.example":                            false,
		"https://" + strings.Repeat("a", 60) + ".example": false,
	} {
		_, err := Link(url, NewSecret())
		if (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFindLink(t *testing.T) {
	s := Secret(readVectors(t).Cases[0].Secret)
	link, err := Link("https://lege.example", s)
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		link:                                 true,
		"Du har time: <" + link + ">.":       true,
		"Se https://lege.example og " + link: true,
		"https://lege.example/#kort, ikke " + link:    true,
		strings.ToUpper(link[:8]) + link[8:]:          true,
		"ingen lenke her":                             false,
		"https://lege.example/#" + s.fragment() + "A": false,
		"#" + s.fragment():                            false,
		"":                                            false,
	} {
		got, found := FindLink(text)
		if found != ok || found && got != s {
			t.Errorf("%q: found %v", text, found)
		}
	}
}

func TestFragmentOddities(t *testing.T) {
	f := NewSecret().fragment()
	for text, ok := range map[string]bool{
		f:                         true,
		f + "%20":                 true,
		f + "%":                   true,
		f + "é":                   true,
		f + "%2":                  true,
		"%25" + f:                 false,
		"%2569" + f[1:]:           false, // decoded once only
		"#" + f:                   false,
		" " + f:                   false,
		strings.Repeat("A", 22):   true,
		strings.Repeat("%41", 22): true,
		f[:21] + "%":              false,
	} {
		if _, err := ParseFragment(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTypedCodeOddities(t *testing.T) {
	s := NewSecret()
	code := s.TypedCode()
	for text, ok := range map[string]bool{
		"\u00a0" + code + "\t\r\n":                    true,
		strings.ReplaceAll(code, "-", "\u2212"):       true,
		strings.ReplaceAll(code, "-", "\u2011"):       true,
		strings.ReplaceAll(code, "-", "\u00ad\u200b"): true,
		strings.ReplaceAll(code, "-", "_"):            false,
		strings.ReplaceAll(code, "-", "."):            false,
		code + "0":                                    false,
		"":                                            false,
		code[:len(code)-1] + "ſ":                      false,
	} {
		if _, err := ParseTypedCode(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestTypedCodeFindsSlips changes each of the 28 characters to each other one: ten bits of check let about one in a
// thousand pass, so this counts.
func TestTypedCodeFindsSlips(t *testing.T) {
	passed, tried := 0, 0
	for range 20 {
		code := strings.ReplaceAll(NewSecret().TypedCode(), "-", "")
		for i := range code {
			for _, c := range crockford {
				if byte(c) == code[i] {
					continue
				}
				tried++
				if _, err := ParseTypedCode(code[:i] + string(c) + code[i+1:]); err == nil {
					passed++
				}
			}
		}
	}
	if passed > tried/200 {
		t.Errorf("%d of %d slips passed", passed, tried)
	}
}

// TestTypedCodeZeroBits sets each of the two bits between secret and check.
func TestTypedCodeZeroBits(t *testing.T) {
	code := strings.ReplaceAll(Secret{1, 2, 3}.TypedCode(), "-", "")
	at := strings.IndexByte(crockford, code[25]) // bits 125-129: the zeros are its last two
	for _, bit := range []int{1, 2, 3} {
		altered := code[:25] + string(crockford[at|bit]) + code[26:]
		if _, err := ParseTypedCode(altered); err == nil {
			t.Errorf("zero bits %b taken", bit)
		}
	}
}

func TestSecretsPrintPlaceholders(t *testing.T) {
	s := NewSecret()
	patient, doctor := pair(t)
	p, err := NewPatient(s.Derive(), 0)
	if err != nil {
		t.Fatal(err)
	}
	values := []any{s, s.Derive(), NewPIN(), PIN{PIN: "482913"}, patient, doctor, p, &s, NewPINBudget("482913"), []Secret{s}}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			out := fmt.Sprintf(verb, v)
			if !strings.Contains(out, "[") || strings.Contains(out, "482913") || strings.Contains(out, fmt.Sprint(s[0], " ", s[1])) {
				t.Errorf("%T with %s prints %q", v, verb, out)
			}
		}
	}
	if raw, err := json.Marshal(NewPINBudget("048291")); err != nil || !strings.Contains(string(raw), "048291") {
		t.Errorf("the book needs the PIN itself: %s %v", raw, err)
	}
}
