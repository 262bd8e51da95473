package ui

import (
	"strings"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/phone"
)

// findNumber returns the number in a text, grouped and without its country's code, and that country.
func findNumber(text, country string) (national, iso string, ok bool) {
	n, ok := phone.FindNumber(text, country)
	if !ok {
		return "", "", false
	}
	return nationalPart(n), n.Country, true
}

// nationalPart is a number in groups without its country's code.
func nationalPart(n phone.Number) string {
	_, rest, _ := strings.Cut(n.Grouped(), " ")
	return rest
}

// findAddress returns the first e-mail address in a text.
func findAddress(text string) (string, bool) {
	a, ok := phone.FindAddress(text)
	return a.Mailbox(), ok
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
