package email

import (
	"context"
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
		mechanism = xoauth2{s.User, token}
	case s.Tokens != nil && client.SupportsAuth(sasl.OAuthBearer):
		mechanism = oauthBearer{s.User, token}
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

// xoauth2 is the sign-in of Microsoft 365 and Google: one line with user and token. A server that refuses says why in a
// challenge; an empty answer to it brings the refusal itself.
type xoauth2 struct{ user, token string }

// Start implements sasl.Client.
func (x xoauth2) Start() (string, []byte, error) {
	return xoauth2Name, []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next implements sasl.Client.
func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// oauthBearer is the same as a standard (RFC 7628); a refusal is answered with one control-A (section 3.2.3).
type oauthBearer struct{ user, token string }

// Start implements sasl.Client.
func (o oauthBearer) Start() (string, []byte, error) {
	return sasl.OAuthBearer, []byte("n,a=" + escape(o.user) + ",\x01auth=Bearer " + o.token + "\x01\x01"), nil
}

// Next implements sasl.Client.
func (oauthBearer) Next([]byte) ([]byte, error) { return []byte{1}, nil }

// escape is a saslname (RFC 5801 section 4).
func escape(user string) string { return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user) }
