package email

import (
	"unicode/utf8"

	"golang.org/x/net/idna"

	"legekonsultasjon/core/phone"
)

// wire is an address as it goes over the line: trimmed of what pasting brings along, its domain in ASCII (RFC 5891). Its
// local part may hold other letters, for servers with SMTPUTF8 (RFC 6531).
func wire(text string) (string, error) {
	a, err := phone.ParseAddress(text)
	if err != nil {
		return "", err
	}
	domain, err := idna.Lookup.ToASCII(a.Domain)
	if err != nil {
		return "", phone.ErrNotAnAddress
	}
	return a.Local + "@" + domain, nil
}

func ascii(s string) bool {
	for n := range len(s) {
		if s[n] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
