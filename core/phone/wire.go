package phone

import "golang.org/x/net/idna"

// Wire is the address as it goes over the line and into a calendar entry: its domain in ASCII (RFC 5891). Its local part
// may hold other letters, for servers with SMTPUTF8 (RFC 6531).
func (a Address) Wire() (string, error) {
	domain, err := idna.Lookup.ToASCII(a.Domain)
	if err != nil {
		return "", ErrNotAnAddress
	}
	return a.Local + "@" + domain, nil
}
