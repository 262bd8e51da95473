// Package oauth signs the clinic's mail account in where the provider no longer takes passwords: authorization code with
// PKCE in the system browser, back over a loopback address (RFC 6749, RFC 7636, RFC 8252), or a code typed on another
// device (RFC 8628); and it keeps the access token fresh. Tokens never stand in errors or logs.
package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/oauth2"
)

// Errors that a person can do something about.
var (
	ErrSignInAgain = errors.New("the provider wants a new sign-in") // the token was revoked, or is too old
	ErrDeclined    = errors.New("sign-in was declined")             // by the user or an administrator
	ErrExpired     = errors.New("nobody signed in in time")
	ErrUnreachable = errors.New("the provider cannot be reached")
	ErrSettings    = errors.New("the provider does not know this application") // client id, tenant or scope
	ErrNotLasting  = errors.New("the provider gave no refresh token")
)

// Token is what a sign-in gives. Access is good until Expiry; Refresh buys the next.
type Token struct {
	Access, Refresh string
	Expiry          time.Time // zero: the provider does not say
}

// String keeps the token out of logs.
func (Token) String() string { return "[token]" }

// GoString keeps the token out of logs.
func (Token) GoString() string { return "[token]" }

// App is this program as it is registered at the provider, by the clinic or its supplier.
type App struct {
	ClientID     string
	ClientSecret string // Google gives one to desktop programs too; there it is no secret (RFC 8252 section 8.5)
	Tenant       string // Microsoft: the clinic's own, as an id or a domain; "" is any organisation
}

// String keeps the secret out of logs.
func (App) String() string { return "[app]" }

// GoString keeps the secret out of logs.
func (App) GoString() string { return "[app]" }

// Client signs one app in at one provider. It is safe for concurrent use.
type Client struct {
	provider Provider
	config   oauth2.Config
	http     *http.Client
}

// requestLimit bounds one question to the provider.
const requestLimit = 20 * time.Second

// tenants are ids and domains; nothing that could lead to another address.
var tenants = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$`)

// New checks the app. Nothing is asked yet. transport nil is http.DefaultTransport.
func New(p Provider, app App, transport http.RoundTripper) (*Client, error) {
	if app.Tenant == "" {
		app.Tenant = p.AnyTenant
	}
	if app.ClientID == "" || p.hasTenant() && !tenants.MatchString(app.Tenant) {
		return nil, ErrSettings
	}
	return &Client{
		provider: p,
		config: oauth2.Config{
			ClientID: app.ClientID, ClientSecret: app.ClientSecret, Scopes: p.Scopes, Endpoint: oauth2.Endpoint{
				AuthURL: p.at(p.AuthURL, app.Tenant), TokenURL: p.at(p.TokenURL, app.Tenant),
				DeviceAuthURL: p.at(p.DeviceURL, app.Tenant), AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		http: &http.Client{Transport: transport, Timeout: requestLimit},
	}, nil
}

// Refresh buys a new access token. A provider that does not give a new refresh token means the old one to go on.
func (c *Client) Refresh(ctx context.Context, refresh string) (Token, error) {
	if refresh == "" {
		return Token{}, ErrSignInAgain
	}
	t, err := c.config.TokenSource(c.with(ctx), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return Token{}, meant(ctx, err)
	}
	return Token{Access: t.AccessToken, Refresh: t.RefreshToken, Expiry: t.Expiry}, nil
}

func (c *Client) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, c.http)
}

// lasting refuses a token that could not be refreshed: it would end within the hour.
func lasting(t *oauth2.Token) (Token, error) {
	if t.RefreshToken == "" {
		return Token{}, ErrNotLasting
	}
	return Token{Access: t.AccessToken, Refresh: t.RefreshToken, Expiry: t.Expiry}, nil
}

// meant turns what the provider answered into one of the errors above. Its own words stay out: they may name the user.
func meant(ctx context.Context, err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrUnreachable
	}
	status := 0
	if answer.Response != nil {
		status = answer.Response.StatusCode
	}
	return fmt.Errorf("%w (%d %s)", byCode(answer.ErrorCode, status), status, word(answer.ErrorCode))
}

// byCode reads the error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5, and OpenID Connect.
func byCode(code string, status int) error {
	switch code {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		return ErrSignInAgain
	case "access_denied", "authorization_declined":
		return ErrDeclined
	case "expired_token", "code_expired":
		return ErrExpired
	case "invalid_client", "unauthorized_client", "invalid_scope", "unsupported_response_type", "invalid_request",
		"unsupported_grant_type", "invalid_resource", "org_internal", "admin_policy_enforced":
		return ErrSettings
	case "temporarily_unavailable", "server_error", "slow_down":
		return ErrUnreachable
	}
	if status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
		return ErrSettings
	}
	return ErrUnreachable
}

// word keeps an error code short and plain.
func word(code string) string {
	if !codes.MatchString(code) {
		return "no known code"
	}
	return code
}

var codes = regexp.MustCompile(`^[a-z_]{1,40}$`)
