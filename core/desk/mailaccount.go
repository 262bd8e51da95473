package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/email"
	"legekonsultasjon/core/deliver/oauth"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/settings"
)

// mailSignInLimit is how long the browser or the other device may take.
const mailSignInLimit = 15 * time.Minute

// mailAccount is the sign-in at the mail provider and what came of it.
type mailAccount struct {
	refresh, client string        // secrets: the refresh token as it was read, what Google calls a client secret
	source          *oauth.Source // nil while nobody is signed in
	forget          func()        // ends the background renewal of source
	again           bool          // the provider wants a new sign-in

	stop    func() // calls off the sign-in that runs; nil while none does
	url     string // where it leads, for copying
	prompt  oauth.Prompt
	problem *Problem
}

// mailProviders are those that the settings offer.
func (l *loop) mailProviders() []oauth.Provider {
	if l.MailProviders != nil {
		return l.MailProviders
	}
	return oauth.Providers()
}

// mailClient is the sign-in that the settings describe.
func (l *loop) mailClient() (*oauth.Client, error) {
	m := l.settings.Mail
	at := slices.IndexFunc(l.mailProviders(), func(p oauth.Provider) bool { return p.ID == m.Provider })
	if at < 0 || !m.ByToken() {
		return nil, oauth.ErrSettings
	}
	return oauth.New(l.mailProviders()[at], oauth.App{ClientID: m.ClientID, ClientSecret: l.mail.client, Tenant: m.Tenant}, nil)
}

// mailTokens is what signs letters in; nil where a password does, or nobody has signed in.
func (l *loop) mailTokens() email.Tokens {
	if l.mail.source == nil || !l.settings.Mail.ByToken() {
		return nil
	}
	return l.mail.source
}

// openMail takes up the sign-in of an earlier run.
func (l *loop) openMail(refresh, client string) {
	l.dropMailToken()
	l.mail.refresh, l.mail.client = refresh, client
	if refresh != "" && l.settings.Mail.ByToken() {
		l.keepMailToken(oauth.Token{Refresh: refresh})
	}
}

// keepMailToken makes a source of the token and renews it in the background.
func (l *loop) keepMailToken(begin oauth.Token) {
	client, err := l.mailClient()
	if err != nil {
		return
	}
	l.dropMailToken()
	store := l.secrets
	source := oauth.NewSource(client.Refresh, func(ctx context.Context, refresh string) error {
		return setSecret(ctx, store, settings.SecretMailToken, refresh)
	}, begin)
	ctx, cancel := context.WithCancel(l.ctx)
	l.mail.source, l.mail.forget, l.mail.again = source, cancel, false
	l.start(func(context.Context) func() {
		source.Keep(ctx, func(err error) { l.post(func() { l.mailRenewed(source, err) }) })
		return nil
	})
}

// mailRenewed hears how a renewal went. Only an end of the sign-in is said: all else is tried again.
func (l *loop) mailRenewed(source *oauth.Source, err error) {
	if l.mail.source != source {
		return
	}
	if again := errors.Is(err, oauth.ErrSignInAgain); again != l.mail.again {
		l.mail.again = again
		l.problems[slotMail] = nil
		if again {
			l.problems[slotMail] = &Problem{Code: "mailSignInAgain"}
		}
		l.Log.Info("mail token", "signInAgain", again)
	}
}

// dropMailToken ends the renewal; the stored token stays.
func (l *loop) dropMailToken() {
	if l.mail.forget != nil {
		l.mail.forget()
	}
	l.mail.source, l.mail.forget, l.mail.again, l.problems[slotMail] = nil, nil, false, nil
}

// doMailSignIn signs in by this machine's browser, or by a code for another device.
func (l *loop) doMailSignIn(byDevice bool) {
	l.stopMailSignIn()
	l.mail.problem, l.mail.url, l.mail.prompt = nil, "", oauth.Prompt{}
	client, err := l.mailClient()
	if err != nil || l.secrets == nil {
		l.mail.problem = mailProblem(oauth.ErrSettings)
		return
	}
	ctx, cancel := context.WithTimeout(l.ctx, mailSignInLimit)
	current := new(int) // whose answer is still wanted
	l.mail.stop, l.mailRun = cancel, current
	mine := func(f func()) func() {
		return func() {
			if l.mailRun == current {
				f()
			}
		}
	}
	visit := oauth.Visit{User: l.settings.Mail.Mailbox(), Language: l.settings.Language, Page: l.signedInPage(), Open: l.Browser,
		Show: func(url string) { l.post(mine(func() { l.mail.url = url })) }}
	store := l.secrets
	l.start(func(context.Context) func() {
		defer cancel()
		var token oauth.Token
		var err error
		if byDevice {
			token, err = client.Device(ctx, func(p oauth.Prompt) { l.post(mine(func() { l.mail.prompt = p })) })
		} else {
			token, err = client.Browser(ctx, visit)
		}
		if err == nil {
			err = setSecret(l.ctx, store, settings.SecretMailToken, token.Refresh)
		}
		return mine(func() { l.mailSignedIn(token, err) })
	})
}

// signedInPage is what the browser says at the end.
func (l *loop) signedInPage() string {
	words, err := i18n.Load(i18n.Desk, l.settings.Language)
	if err != nil {
		return ""
	}
	return words.Text("settings.mail.browserEnd", nil)
}

// mailSignedIn takes what came of a sign-in.
func (l *loop) mailSignedIn(token oauth.Token, err error) {
	l.mail.stop, l.mailRun, l.mail.url, l.mail.prompt = nil, nil, "", oauth.Prompt{}
	if err != nil {
		l.mail.problem = mailProblem(err)
		l.Log.Info("mail sign-in", "err", err)
		return
	}
	l.mail.refresh = token.Refresh
	l.keepMailToken(token)
}

// stopMailSignIn calls off the one that runs.
func (l *loop) stopMailSignIn() {
	if l.mail.stop != nil {
		l.mail.stop()
	}
	l.mail.stop, l.mailRun, l.mail.url, l.mail.prompt = nil, nil, "", oauth.Prompt{}
}

// doMailSignOut forgets the token, here and in the secret store.
func (l *loop) doMailSignOut() {
	l.stopMailSignIn()
	l.dropMailToken()
	l.mail.refresh, l.mail.problem = "", nil
	store := l.secrets
	if store == nil {
		return
	}
	l.start(func(ctx context.Context) func() {
		if err := setSecret(ctx, store, settings.SecretMailToken, ""); err != nil {
			return func() { l.mail.problem = diskProblem(err, "secretNotSaved") }
		}
		return nil
	})
}

// mailChanged follows the settings: a token of another provider, program or mailbox is of no use.
func (l *loop) mailChanged(before settings.Mail, client *string) {
	now := l.settings.Mail
	secret := client != nil && *client != l.mail.client
	if client != nil {
		l.mail.client = *client
	}
	switch {
	case before.Provider != now.Provider, before.ClientID != now.ClientID, before.Tenant != now.Tenant, before.Mailbox() != now.Mailbox():
		if l.mail.refresh != "" || l.mail.stop != nil {
			l.doMailSignOut()
		}
	case before.ByToken() != now.ByToken(), secret:
		l.openMail(l.mail.refresh, l.mail.client)
	}
}

// mailProblem says what went wrong with a sign-in; nil when it was called off.
func mailProblem(err error) *Problem {
	code := ""
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case errors.Is(err, oauth.ErrDeclined):
		code = "declined"
	case errors.Is(err, oauth.ErrExpired), errors.Is(err, oauth.ErrSignInAgain):
		code = "expired"
	case errors.Is(err, oauth.ErrUnreachable):
		code = "unreachable"
	case errors.Is(err, oauth.ErrNotLasting):
		code = "notLasting"
	case errors.Is(err, oauth.ErrSettings):
		code = "settings"
	default:
		return diskProblem(err, "secretNotSaved")
	}
	return &Problem{Code: "mailSignIn." + code}
}

// mailView is what the settings show of it.
func (l *loop) mailView() MailSignIn {
	m := l.mail
	v := MailSignIn{Busy: m.stop != nil, SignedIn: l.mailTokens() != nil && !m.again, Again: m.again, URL: m.url, Code: m.prompt.Code,
		CodeURL: m.prompt.URL, Problem: m.problem}
	if v.SignedIn || v.Again {
		v.User = l.settings.Mail.Mailbox()
	}
	return v
}

// mailPresets are the providers as the form shows them.
func (l *loop) mailPresets() []MailPreset {
	var out []MailPreset
	for _, p := range l.mailProviders() {
		out = append(out, MailPreset{ID: p.ID, Name: p.Name, Host: p.Host, Port: p.Port, Security: p.Security,
			Tenant: p.AnyTenant != "", Device: p.DeviceURL != "", Secret: p.ID == oauth.Google})
	}
	return out
}

// mail is the channel of the mail account.
func (p Letters) mail(a Accounts) (deliver.Channel, error) {
	if !a.Mail.ByToken() {
		return p.Mail(a.Mail, a.MailPassword)
	}
	if a.MailTokens == nil || p.MailByToken == nil {
		return nil, &deliver.Error{Code: deliver.SignInAgain, Err: errors.New("nobody has signed in at the mail provider")}
	}
	return p.MailByToken(a.Mail, a.MailTokens)
}
