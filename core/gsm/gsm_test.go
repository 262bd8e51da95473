package gsm

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMeasure(t *testing.T) {
	r := strings.Repeat
	for _, tt := range []struct {
		text     string
		alphabet Alphabet
		units    int
		segments int
		odd      string
	}{
		{"", Default, 0, 0, ""},
		{"a", Default, 1, 1, ""},
		{r("å", 160), Default, 160, 1, ""},
		{r("Ø", 161), Default, 161, 2, ""},
		{r("a", 306), Default, 306, 2, ""},
		{r("a", 307), Default, 307, 3, ""},
		{r("€", 80), Default, 160, 1, ""},
		{r("€", 81), Default, 162, 2, ""},
		{r("a", 152) + "€" + r("a", 151), Default, 305, 2, ""},
		{r("a", 152) + "€" + r("a", 152), Default, 306, 3, ""}, // the escape is not cut: one septet stays free in the first part
		{"æøåÆØÅäöüÄÖÜñÑéèùìòàÇ", Default, 21, 1, ""},
		{"á", UCS2, 1, 1, "á"},
		{"Čoahkkin Deanus, bures boahtin! Ŋ đ š ŧ ž č Č", UCS2, 45, 1, "ČŊđšŧžč"},
		{r("č", 70), UCS2, 70, 1, "č"},
		{r("č", 71), UCS2, 71, 2, "č"},
		{r("😀", 35), UCS2, 70, 1, "😀"},
		{r("😀", 36), UCS2, 72, 2, "😀"},
		{r("č", 66) + "😀" + r("č", 65), UCS2, 133, 2, "č😀"},
		{r("č", 66) + "😀" + r("č", 66), UCS2, 134, 3, "č😀"}, // nor is a surrogate pair
		{"ring “nå” – takk", UCS2, 16, 1, "“”–"},
		{"a\u030a", UCS2, 2, 1, "\u030a"}, // an å of two characters is not the å of the alphabet
		{"\xff", UCS2, 1, 1, "\ufffd"},
		{"абвгдежзик", UCS2, 10, 1, "абвгдежз"},
	} {
		got := Measure(tt.text)
		if got.Alphabet != tt.alphabet || got.Units != tt.units || got.Segments != tt.segments || got.Odd != tt.odd {
			t.Errorf("%.20q: %+v", tt.text, got)
		}
	}
}

func TestTheAlphabetIsWhole(t *testing.T) {
	if n := utf8.RuneCountInString(basic); n != 127 { // the 128th is the escape
		t.Errorf("%d characters", n)
	}
	if n := utf8.RuneCountInString(extended); n != 10 {
		t.Errorf("%d characters behind the escape", n)
	}
	seen := map[rune]bool{}
	for _, r := range basic + extended {
		if seen[r] {
			t.Errorf("%q twice", r)
		}
		seen[r] = true
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add("Videotime 23.11. kl. 10:30 hos Legesenteret Sentrum.")
	f.Add("€😀č\xff")
	f.Fuzz(func(t *testing.T, text string) {
		s := Measure(text)
		switch {
		case s.Units > s.Room, s.Segments < 0, (s.Segments == 0) != (text == ""):
			t.Errorf("%q: %+v", text, s)
		case s.Alphabet == Default && s.Odd != "", s.Alphabet == UCS2 && s.Odd == "":
			t.Errorf("%q: %+v", text, s)
		}
	})
}
