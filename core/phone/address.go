package phone

import (
	"errors"
	"net/mail"
	"strings"
)

// ErrNotAnAddress is returned for what no e-mail can be sent to.
var ErrNotAnAddress = errors.New("not an e-mail address")

// Address is an e-mail address without a display name.
type Address struct{ Local, Domain string }

// ParseAddress reads one address (RFC 5322 addr-spec), trimmed of what pasting brings along ("mailto:", brackets, a full
// stop behind). The domain must have a dot: a letter to a host of the own network is never meant.
func ParseAddress(text string) (Address, error) {
	s := strings.TrimSpace(text[:min(len(text), 320)])
	s = strings.TrimPrefix(s, "mailto:")
	s = strings.Trim(s, "<>.,;:\u00a0 ")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || strings.ContainsAny(s, "\r\n\x00\"") {
		return Address{}, ErrNotAnAddress
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], strings.ToLower(s[at+1:])
	if len(local) > 64 || len(domain) > 253 || !validDomain(domain) {
		return Address{}, ErrNotAnAddress
	}
	return Address{local, domain}, nil
}

func validDomain(d string) bool {
	labels := strings.Split(d, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
	}
	return len(labels) >= 2 && len(labels[len(labels)-1]) >= 2
}

// Mailbox is "local@domain".
func (a Address) Mailbox() string {
	if a.Domain == "" {
		return ""
	}
	return a.Local + "@" + a.Domain
}

// String keeps addresses out of logs.
func (Address) String() string { return "[address]" }
