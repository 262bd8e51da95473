package phone

import (
	"regexp"
	"strings"
)

// What is copied from a journal comes with names, labels, dates and birth numbers around it.
var (
	numberLike  = regexp.MustCompile(`(?:\+|00)?[0-9(][0-9 ()\x{00a0}\x{2009}\x{202f}./–-]{4,48}[0-9]`)
	addressLike = regexp.MustCompile(`[^\s<>;,:()\[\]"]+@[^\s<>;,:()\[\]"]+`)
	// dateLike are days and moments: digits that would do for a telephone number.
	dateLike = regexp.MustCompile(`\b(?:[0-3]?[0-9][./-][01]?[0-9][./-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[01][0-9]-[0-3][0-9])(?:[ T]+(?:kl\.? ?)?[0-2]?[0-9][:.][0-5][0-9](?:[:.][0-5][0-9])?)?\b`)
	// birthLike are Norwegian birth numbers, also D-numbers and made-up ones: six digits of a date and five more, with no
	// plus in front, which makes them a number of another country.
	birthLike = regexp.MustCompile(`(^|[^+0-9])[0-7][0-9](?:0[1-9]|1[0-2]|[4-689][0-9])[0-9]{2} ?[0-9]{5}\b`)
)

// candidates bounds how many pieces of a text are looked at.
const candidates = 32

// FindNumber returns the number in a text: the whole text if it is one, else the first mobile number in it, else the first
// number of any kind. Dates, times and birth numbers are no numbers. country is that of numbers without a code.
func FindNumber(text, country string) (Number, bool) {
	text = cut(text)
	if n, err := Parse(text, country); err == nil && n.Country != "" && plainly(text) {
		return n, true
	}
	text = birthLike.ReplaceAllString(dateLike.ReplaceAllString(text, "\n"), "$1\n")
	var first Number
	for _, piece := range numberLike.FindAllString(text, candidates) {
		for _, p := range pieces(piece) {
			n, err := Parse(p, country)
			switch {
			case err != nil || n.Country == "":
			case n.Kind == Mobile:
				return n, true
			case first.E164 == "":
				first = n
			}
		}
	}
	return first, first.E164 != ""
}

// plainly reports whether a text holds nothing but one number and what belongs to it: no date or birth number.
func plainly(text string) bool {
	return !strings.Contains(strings.TrimSpace(text), "\n") && !dateLike.MatchString(text) && !birthLike.MatchString(text)
}

// pieces are what looks like a number, and its parts where two numbers stand side by side.
func pieces(like string) []string {
	out := []string{like}
	for _, sign := range []string{"/", "  ", " - ", " – "} {
		if strings.Contains(like, sign) {
			out = append(out, strings.Split(like, sign)...)
		}
	}
	return out
}

// FindAddress returns the first e-mail address in a text.
func FindAddress(text string) (Address, bool) {
	text = cut(text)
	if a, err := ParseAddress(text); err == nil {
		return a, true
	}
	for _, t := range addressLike.FindAllString(text, candidates) {
		if a, err := ParseAddress(t); err == nil {
			return a, true
		}
	}
	return Address{}, false
}

// Find looks for an address and a number in pasted text and returns the address alone where there is one. Both are empty
// when there is neither.
func Find(text, country string) (Number, Address) {
	if a, ok := FindAddress(text); ok {
		return Number{}, a
	}
	n, _ := FindNumber(text, country)
	return n, Address{}
}

// Without is a text without what looks like numbers in it.
func Without(text string) string { return numberLike.ReplaceAllString(cut(text), " ") }

// cut bounds a text at the end of a character.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "")
}
