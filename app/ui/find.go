package ui

import (
	"regexp"
	"strings"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/phone"
)

// What is copied from a journal comes with names, labels and line breaks around it; the number or the address is looked
// for in the whole, then in its lines, then in whatever looks like one.
var (
	numberLike  = regexp.MustCompile(`(?:\+|00)?[0-9(][0-9 ()\x{00a0}\x{2009}./-]{5,20}[0-9]`)
	addressLike = regexp.MustCompile(`[^\s<>;,:()"]+@[^\s<>;,:()"]+`)
)

// findNumber returns the first number in a text, grouped and without its country's code, and that country.
func findNumber(text, country string) (national, iso string, ok bool) {
	tries := append([]string{text}, strings.Split(text, "\n")...)
	for _, t := range append(tries, numberLike.FindAllString(text, 8)...) {
		n, err := phone.Parse(t, country)
		if err != nil || n.Country == "" {
			continue
		}
		if _, rest, found := strings.Cut(n.Grouped(), " "); found {
			return rest, n.Country, true
		}
	}
	return "", "", false
}

// findAddress returns the first e-mail address in a text.
func findAddress(text string) (string, bool) {
	for _, t := range append([]string{text}, addressLike.FindAllString(text, 8)...) {
		if a, err := phone.ParseAddress(strings.TrimRight(t, ".")); err == nil {
			return a.Mailbox(), true
		}
	}
	return "", false
}

// countryLines are the lines of the country code drop-down: "Norge +47", closed "+47".
func countryLines(language string) []part.Option {
	list := phone.Countries(language)
	out := make([]part.Option, len(list))
	for i, c := range list {
		out[i] = part.Option{ID: c.ISO, Words: c.Name + "  " + c.Code, Short: c.Code}
	}
	return out
}
