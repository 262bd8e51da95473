package access

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// Secret is S of the specification: the 16 bytes that a link carries. It prints as a placeholder.
type Secret [16]byte

// MaxLink is the longest link in bytes, so that an SMS stays short and no mail program wraps it.
const MaxLink = 80

// secretLen is the length of a Secret in base64url.
const secretLen = 22

// NewSecret draws a secret whose base64url form holds no - and no _, because mail and SMS programs cut and rewrap there
// (about two draws).
func NewSecret() Secret {
	for {
		var s Secret
		_, _ = rand.Read(s[:]) // never fails: the program ends instead
		if !strings.ContainsAny(s.fragment(), "-_") {
			return s
		}
	}
}

func (s Secret) fragment() string { return base64.RawURLEncoding.EncodeToString(s[:]) }

// Link returns the link to publicURL (scheme, host, perhaps a port; no path) that carries the secret. Plain http is
// refused except for localhost and loopback addresses.
func Link(publicURL string, s Secret) (string, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return "", fmt.Errorf("%w: public address is not a URL", ErrLink)
	}
	if err := checkOrigin(u); err != nil {
		return "", err
	}
	link := u.Scheme + "://" + u.Host + "/#" + s.fragment()
	if len(link) > MaxLink {
		return "", fmt.Errorf("%w: %d characters, at most %d", ErrLink, len(link), MaxLink)
	}
	return link, nil
}

func checkOrigin(u *url.URL) error {
	switch {
	case u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("%w: public address has no host", ErrLink)
	case u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%w: public address is more than scheme and host", ErrLink)
	case strings.IndexFunc(u.Host, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0:
		return fmt.Errorf("%w: host is not ASCII", ErrLink)
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%w: %s is not https", ErrLink, u.Scheme)
}

// Loopback reports whether host (without port) is this machine itself, the only place where plain http is allowed.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}

// ParseFragment reads what stands behind the # of a link: percent-decoded once, exactly 22 characters of the base64url
// alphabet, then the end or a character outside it.
func ParseFragment(fragment string) (Secret, error) {
	text := percentDecode(fragment)
	n := 0
	for n < len(text) && isBase64URL(text[n]) {
		n++
	}
	if n != secretLen {
		return Secret{}, fmt.Errorf("%w: %d characters instead of %d", ErrLink, n, secretLen)
	}
	var s Secret
	if _, err := base64.RawURLEncoding.Strict().Decode(s[:], []byte(text[:n])); err != nil {
		return Secret{}, fmt.Errorf("%w: last character not canonical", ErrLink)
	}
	return s, nil
}

// percentDecode decodes each %XX to its byte and leaves a % that begins none as it is.
func percentDecode(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if hi, lo := hexDigit(text[i+1]), hexDigit(text[i+2]); hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func isBase64URL(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// FindLink searches a pasted message for a link and returns the secret of the first one. The host is not looked at: the
// secret is of use only where it was registered.
func FindLink(text string) (Secret, bool) {
	head := regexp.MustCompile(`(?i)https?://[^\s/#?]+/?#`)
	for _, at := range head.FindAllStringIndex(text, -1) {
		if s, err := ParseFragment(text[at[1]:]); err == nil {
			return s, true
		}
	}
	return Secret{}, false
}
