package oauth

import "strings"

// Provider is a mail provider: where one signs in, and where the mail goes.
type Provider struct {
	ID, Name                     string // Name is the company's own
	Host                         string // of its SMTP server
	Port                         int
	Security                     string // "starttls" or "tls"
	AuthURL, TokenURL, DeviceURL string // {tenant} stands for the App's; DeviceURL "" offers no device code
	AnyTenant                    string // for an App without one
	Scopes                       []string
	RedirectHost                 string // of the loopback address, as the provider compares it
	Params                       map[string]string
}

// Names of the providers.
const (
	Microsoft = "microsoft"
	Google    = "google"
)

// Providers are those that are known, the most usual first. Others take a user name and a password.
func Providers() []Provider {
	const login = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
	return []Provider{
		{
			ID: Microsoft, Name: "Microsoft 365", Host: "smtp.office365.com", Port: 587, Security: "starttls",
			AuthURL: login + "authorize", TokenURL: login + "token", DeviceURL: login + "devicecode", AnyTenant: "organizations",
			Scopes: []string{"https://outlook.office.com/SMTP.Send", "offline_access"},
			// Microsoft leaves the port out of the comparison for localhost; 127.0.0.1 would have to be registered by hand.
			RedirectHost: "localhost",
			Params:       map[string]string{"response_mode": "query"},
		},
		{
			ID: Google, Name: "Google", Host: "smtp.gmail.com", Port: 465, Security: "tls",
			AuthURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token",
			Scopes:       []string{"https://mail.google.com/"}, // the only one that SMTP takes
			RedirectHost: "127.0.0.1",
			Params:       map[string]string{"access_type": "offline", "prompt": "consent"}, // a refresh token every time
		},
	}
}

// Known finds a provider by its ID.
func Known(id string) (Provider, bool) {
	for _, p := range Providers() {
		if p.ID == id {
			return p, true
		}
	}
	return Provider{}, false
}

func (p Provider) hasTenant() bool { return strings.Contains(p.AuthURL, "{tenant}") }

func (p Provider) at(url, tenant string) string { return strings.ReplaceAll(url, "{tenant}", tenant) }
