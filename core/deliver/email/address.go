package email

import (
	"unicode/utf8"

	"legekonsultasjon/core/phone"
)

// wire is an address as it goes over the line, trimmed of what pasting brings along.
func wire(text string) (string, error) {
	a, err := phone.ParseAddress(text)
	if err != nil {
		return "", err
	}
	return a.Wire()
}

func ascii(s string) bool {
	for n := range len(s) {
		if s[n] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
