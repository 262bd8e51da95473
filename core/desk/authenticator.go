package desk

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
)

// newAuthenticator draws a secret of 20 bytes (RFC 4226 section 4). account is the address to sign in with, clinic what the
// authenticator shows beside it.
func newAuthenticator(account, clinic string) *Authenticator {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw)
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	issuer := "Legekonsultasjon"
	if clinic != "" {
		issuer = strings.ReplaceAll(clinic, ":", " ") // the colon parts issuer and account
	}
	query := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20")} // authenticators do not read + as a space
	return &Authenticator{Secret: grouped(secret), URI: u.String()}
}

func grouped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain is the secret as it goes to the server.
func (a *Authenticator) plain() string { return strings.ReplaceAll(a.Secret, " ", "") }
