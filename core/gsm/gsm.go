// Package gsm measures a text as mobile networks and gateways do: in septets of the GSM 7-bit default alphabet with its
// extension table (3GPP TS 23.038 section 6.2.1) where every character is in it, else in UCS-2 units, and how many
// messages it becomes when it is split (3GPP TS 23.040 section 9.2.3.24.1). National shift tables are left out: gateways
// do not use them. Æ, Ø and Å are in the default alphabet; Á, Č, Đ, Ŋ, Š, Ŧ and Ž of the Sámi languages are not.
package gsm

import "strings"

// Alphabet is how a text is coded on its way.
type Alphabet string

// The alphabets.
const (
	Default Alphabet = "gsm7" // 160 septets alone, 153 in each part
	UCS2    Alphabet = "ucs2" // 70 units alone, 67 in each part
)

// Size is what a text amounts to.
type Size struct {
	Alphabet Alphabet
	Units    int    // septets or UTF-16 units, escapes included
	Segments int    // messages that are charged for; 0 for no text
	Room     int    // units that the segments hold
	Odd      string // the characters that are not in the default alphabet, each once, in order; at most maxOdd
}

const maxOdd = 8

const (
	basic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€" // each behind an escape
)

// Septets is what one character takes in the default alphabet; 0 when it is not there.
func Septets(r rune) int {
	switch {
	case strings.ContainsRune(basic, r):
		return 1
	case strings.ContainsRune(extended, r):
		return 2
	}
	return 0
}

// Measure tells what a text amounts to. Bytes that are no UTF-8 count as U+FFFD, which is what would be sent.
func Measure(text string) Size {
	if odd := outside(text); odd != "" {
		s := measure(text, units, 70, 67)
		s.Alphabet, s.Odd = UCS2, odd
		return s
	}
	s := measure(text, Septets, 160, 153)
	s.Alphabet = Default
	return s
}

// Fits says whether the text is one message of the default alphabet.
func Fits(text string) bool {
	s := Measure(text)
	return s.Alphabet == Default && s.Segments <= 1
}

// outside lists the characters that are not in the default alphabet.
func outside(text string) string {
	var odd []rune
	for _, r := range text {
		if Septets(r) == 0 && len(odd) < maxOdd && !strings.ContainsRune(string(odd), r) {
			odd = append(odd, r)
		}
	}
	return string(odd)
}

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// measure counts, and fills part after part: a character of two units is never cut in two.
func measure(text string, width func(rune) int, alone, part int) Size {
	total, parts, used := 0, 0, 0
	for _, r := range text {
		w := width(r)
		total += w
		if parts == 0 || used+w > part {
			parts, used = parts+1, 0
		}
		used += w
	}
	if total <= alone {
		return Size{Units: total, Segments: min(total, 1), Room: alone}
	}
	return Size{Units: total, Segments: parts, Room: parts * part}
}
