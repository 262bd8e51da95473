package oauth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

// Prompt is what a person types on another device, and where.
type Prompt struct {
	Code, URL string
	Until     time.Time
}

// HasDevice reports whether the provider takes codes typed on another device.
func (c *Client) HasDevice() bool { return c.config.Endpoint.DeviceAuthURL != "" }

// Device signs in by a code that a person types on another device: where this machine's browser is of no use. show is
// told the code. It asks the provider, as often as that allows, until there is an answer, the code is too old, or ctx
// ends.
func (c *Client) Device(ctx context.Context, show func(Prompt)) (Token, error) {
	if !c.HasDevice() {
		return Token{}, ErrSettings
	}
	d, err := c.config.DeviceAuth(c.with(ctx))
	if err != nil {
		return Token{}, meant(ctx, err)
	}
	if d.Expiry.IsZero() {
		d.Expiry = time.Now().Add(15 * time.Minute)
	}
	show(Prompt{Code: d.UserCode, URL: d.VerificationURI, Until: d.Expiry})
	for {
		t, err := c.config.DeviceAccessToken(c.with(ctx), d)
		var answer *oauth2.RetrieveError
		switch {
		case err == nil:
			return lasting(t)
		case ctx.Err() != nil:
			return Token{}, overdue(ctx)
		case !time.Now().Before(d.Expiry):
			return Token{}, ErrExpired
		case errors.As(err, &answer) && !errors.Is(meant(ctx, err), ErrUnreachable):
			return Token{}, meant(ctx, err)
		} // the line broke for a moment: the code is still good (RFC 8628 section 3.5)
	}
}
