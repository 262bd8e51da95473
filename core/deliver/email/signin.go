package email

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/oauth"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Tokens gives access tokens for accounts that take no password: *oauth.Source.
type Tokens interface {
	// Token returns a token that is good for a while. refused is one that the mail server has just refused, or "": it is
	// not given again.
	Token(ctx context.Context, refused string) (string, error)
}

var _ Tokens = (*oauth.Source)(nil)

// open connects, secures and signs in. A token that the server refuses is renewed once: it may have been revoked, or the
// clocks differ. end closes the connection and stops watching ctx.
func (c *Channel) open(ctx context.Context) (client *smtp.Client, end func(), err error) {
	if c.settings.Tokens == nil {
		return c.openAs(ctx, "")
	}
	refused := ""
	for range 2 {
		token, tokenErr := c.token(ctx, refused)
		if tokenErr != nil {
			return nil, nil, tokenErr
		}
		client, end, err = c.openAs(ctx, token)
		if err == nil || deliver.CodeOf(err) != deliver.SignInFailed {
			break
		}
		refused = token
	}
	return client, end, err
}

// token asks for one within the whole sending's limit: nothing has been handed over yet.
func (c *Channel) token(ctx context.Context, refused string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, c.times.Total)
	defer cancel()
	token, err := c.settings.Tokens.Token(limited, refused)
	if err == nil {
		return token, nil
	}
	e := &deliver.Error{Code: deliver.SignInFailed, Err: fmt.Errorf("access token: %w", err)}
	switch {
	case errors.Is(err, oauth.ErrSignInAgain):
		e.Code = deliver.SignInAgain
	case errors.Is(err, oauth.ErrUnreachable):
		e.Code = deliver.Unreachable
	case limited.Err() != nil:
		e.Code = deliver.TooSlow
	}
	return "", e
}

func (c *Channel) signIn(client *smtp.Client, token string) error {
	s := c.settings
	if s.User == "" {
		return nil
	}
	var mechanism sasl.Client
	switch {
	case s.Tokens != nil && client.SupportsAuth(xoauth2Name):
		mechanism = xoauth2(s.User, token)
	case s.Tokens != nil && client.SupportsAuth(sasl.OAuthBearer):
		mechanism = oauthBearer(s.User, token)
	case s.Tokens != nil:
		return &deliver.Error{Code: deliver.NotSetUp, Err: errors.New("the server offers no sign-in by token")}
	case client.SupportsAuth(sasl.Plain):
		mechanism = sasl.NewPlainClient("", s.User, s.Password)
	case client.SupportsAuth(sasl.Login):
		mechanism = sasl.NewLoginClient(s.User, s.Password)
	default:
		return &deliver.Error{Code: deliver.SignInFailed, Err: errors.New("the server offers no sign-in by password")}
	}
	if err := client.Auth(mechanism); err != nil {
		return answered(err, deliver.SignInFailed)
	}
	return nil
}

const xoauth2Name = "XOAUTH2"

// bearer signs in with a token in one answer. A server that refuses says why in a challenge; what ends that challenge
// brings the refusal itself.
type bearer struct {
	name   string
	answer []byte // user and token
	end    []byte // to a refusal's challenge
	sent   bool
}

// xoauth2 is the sign-in of Microsoft 365 and Google.
func xoauth2(user, token string) *bearer {
	return &bearer{name: xoauth2Name, answer: []byte("user=" + user + "\x01auth=Bearer " + token + "\x01\x01"), end: []byte{}}
}

// oauthBearer is the same as a standard (RFC 7628); section 3.2.3 ends the challenge of a refusal with a control-A.
func oauthBearer(user, token string) *bearer {
	return &bearer{name: sasl.OAuthBearer, answer: []byte("n,a=" + escape(user) + ",\x01auth=Bearer " + token + "\x01\x01"), end: []byte{1}}
}

// lineMax is the longest command line, its end included (RFC 5321 section 4.5.3.1.4).
const lineMax = 512

// Start implements sasl.Client. An answer too long for the command line waits for the server to ask for it (RFC 4954
// section 4): the tokens of Microsoft are, and Postfix cuts lines.
func (b *bearer) Start() (string, []byte, error) {
	if len("AUTH  \r\n")+len(b.name)+base64.StdEncoding.EncodedLen(len(b.answer)) > lineMax {
		return b.name, nil, nil
	}
	b.sent = true
	return b.name, b.answer, nil
}

// Next implements sasl.Client.
func (b *bearer) Next([]byte) ([]byte, error) {
	if b.sent {
		return b.end, nil
	}
	b.sent = true
	return b.answer, nil
}

// escape is a saslname (RFC 5801 section 4).
func escape(user string) string { return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) }
