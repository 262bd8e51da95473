package desk_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/deliver/oauth"
	"legekonsultasjon/core/deliver/oauth/oauthtest"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/settings"
)

// mailbox is a workstation in real time, for it talks to a real authorization server.
type mailbox struct {
	*office
	provider *oauthtest.Server
	tokens   chan desk.Accounts // capacity 8, of the test letters
	browse   func(url string) error
	visits   sync.WaitGroup
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{office: newOffice(t, newServer(), "kontor-1"), tokens: make(chan desk.Accounts, 8),
		provider: oauthtest.New(oauthtest.Rules{Rotate: true, TokenSize: 3000})}
	t.Cleanup(m.provider.Close)
	m.browse = func(url string) error {
		m.visits.Go(func() {
			if r, err := oauthtest.Browser().Get(url); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
		return nil
	}
	return m
}

// Test implements desk.Post: it keeps the accounts that a letter would go out through.
func (m *mailbox) Test(_ context.Context, a desk.Accounts, _, _, _ string) desk.Outcome {
	m.tokens <- a
	return desk.Outcome{}
}

// mailPost is the office's post with the mailbox's Test.
type mailPost struct {
	desk.Post
	*mailbox
}

func (p mailPost) Test(ctx context.Context, a desk.Accounts, email, phone, language string) desk.Outcome {
	return p.mailbox.Test(ctx, a, email, phone, language)
}

func (m *mailbox) open() {
	m.t.Helper()
	deps := m.deps()
	deps.Post = mailPost{m.post, m}
	deps.Keyring = settings.NewRoomy(m.keyring, m.profile)
	deps.Browser = func(url string) error { return m.browse(url) }
	deps.MailProviders = []oauth.Provider{m.provider.Provider()}
	m.mu.Lock()
	m.state = desk.State{SignIn: desk.SignIn{Busy: true}} // what an earlier run showed is past
	m.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	m.desk, m.stop, m.ended, m.changed = desk.New(deps), cancel, make(chan error, 1), make(chan struct{}, 1)
	running, ended := m.desk, m.ended
	go func() { ended <- running.Run(ctx) }()
	m.until("started", func(s desk.State) bool {
		return s.Screen == desk.ScreenHome || s.Screen == desk.ScreenSignIn && !s.SignIn.Busy
	})
}

func (m *mailbox) close() {
	m.stop()
	<-m.ended
	m.visits.Wait()
}

func (m *mailbox) until(what string, is func(desk.State) bool) desk.State {
	m.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		if s := m.now(); is(s) {
			return s
		}
		select {
		case <-m.changed:
		case <-limit:
			m.t.Fatalf("never %s; %+v", what, m.now().Settings.MailSignIn)
		}
	}
}

func (m *mailbox) save(change func(*desk.MailSettings)) {
	m.t.Helper()
	mail := desk.MailSettings{Provider: "test", ClientID: "app", Host: "smtp.example", Port: 587, Security: "starttls", From: "post@klinikk.example"}
	if change != nil {
		change(&mail)
	}
	m.do(desk.DoSaveSettings{Mail: mail, Language: "nb", Theme: "light"})
	m.until("saved", func(s desk.State) bool { return s.Settings.Saved && s.Settings.Mail.ClientID == mail.ClientID })
}

// accounts are those of a test letter.
func (m *mailbox) accounts() desk.Accounts {
	m.do(desk.DoTestMail{})
	return <-m.tokens
}

func signedIn(s desk.State) bool { return s.Settings.MailSignIn.SignedIn }

func TestSigningInAtTheMailProvider(t *testing.T) {
	m := newMailbox(t)
	m.open()
	m.do(desk.DoSignIn{Server: "klinikk.example", Email: "lege@klinikk.example", Password: "riktig passord"})
	m.until("signed in and online", online)
	m.save(nil)
	if m.accounts().MailTokens != nil {
		t.Error("a token before anybody signed in")
	}
	m.do(desk.DoMailSignIn{})
	s := m.until("signed in at the provider", signedIn)
	if s.Settings.MailSignIn.User != "post@klinikk.example" || s.Settings.MailSignIn.Busy || s.Settings.MailSignIn.URL != "" {
		t.Errorf("%+v", s.Settings.MailSignIn)
	}
	token, err := m.accounts().MailTokens.Token(t.Context(), "")
	if err != nil || !m.provider.Valid(token) {
		t.Errorf("the token is not good: %v", err)
	}
	m.close()

	m.open() // the next morning, without a browser
	m.until("still signed in", func(s desk.State) bool { return online(s) && signedIn(s) })
	if token, err := m.accounts().MailTokens.Token(t.Context(), ""); err != nil || !m.provider.Valid(token) {
		t.Errorf("after a restart: %v", err)
	}
	m.close()

	m.provider.Revoke() // the administrator has ended it overnight
	m.open()
	s = m.until("said so", func(s desk.State) bool { return online(s) && s.Settings.MailSignIn.Again })
	if s.Problem == nil || s.Problem.Code != "mailSignInAgain" || signedIn(s) {
		t.Errorf("%+v, %+v", s.Problem, s.Settings.MailSignIn)
	}
	m.do(desk.DoMailSignIn{ByDevice: true})
	s = m.until("a code to type", func(s desk.State) bool { return s.Settings.MailSignIn.Code != "" })
	if s.Settings.MailSignIn.CodeURL == "" || !m.provider.Approve(s.Settings.MailSignIn.Code) {
		t.Errorf("%+v", s.Settings.MailSignIn)
	}
	m.until("signed in by the other device", func(s desk.State) bool { return signedIn(s) && s.Problem == nil })
	m.do(desk.DoMailSignOut{})
	m.until("signed out", func(s desk.State) bool { return !signedIn(s) })
	m.close()
	if _, err := m.keyring.Get(t.Context(), settings.SecretMailToken); !errors.Is(err, settings.ErrNotFound) {
		t.Errorf("the token stays: %v", err)
	}
}

func TestASignInThatComesToNothing(t *testing.T) {
	m := newMailbox(t)
	m.open()
	defer m.close()
	m.do(desk.DoSignIn{Server: "klinikk.example", Email: "lege@klinikk.example", Password: "riktig passord"})
	m.until("signed in and online", online)
	fails := func(what, code string) {
		t.Helper()
		m.do(desk.DoMailSignIn{})
		m.until(what, func(s desk.State) bool {
			in := s.Settings.MailSignIn
			return !in.Busy && in.Problem != nil && in.Problem.Code == code
		})
	}
	fails("nothing chosen", "mailSignIn.settings")
	m.save(nil)
	m.provider.Change(func(r *oauthtest.Rules) { r.Decline = true })
	fails("declined", "mailSignIn.declined")
	m.provider.Change(func(r *oauthtest.Rules) { r.Decline, r.NoRefresh = false, true })
	fails("not lasting", "mailSignIn.notLasting")
	m.provider.Change(func(r *oauthtest.Rules) { r.NoRefresh = false })

	browse := m.browse
	m.browse = func(string) error { return errors.New("no browser") }
	m.do(desk.DoMailSignIn{})
	s := m.until("an address to copy", func(s desk.State) bool { return s.Settings.MailSignIn.URL != "" })
	_ = browse(s.Settings.MailSignIn.URL) // pasted by hand
	m.until("signed in", signedIn)

	m.do(desk.DoMailSignIn{})
	m.until("under way", func(s desk.State) bool { return s.Settings.MailSignIn.Busy })
	m.do(desk.DoMailSignInStop{})
	s = m.until("called off", func(s desk.State) bool { return !s.Settings.MailSignIn.Busy })
	if s.Settings.MailSignIn.Problem != nil || !signedIn(s) {
		t.Errorf("%+v", s.Settings.MailSignIn)
	}
	m.save(func(mail *desk.MailSettings) { mail.ClientID = "another" })
	m.until("a token of another program is dropped", func(s desk.State) bool { return !signedIn(s) })
	m.save(nil)
	m.save(func(mail *desk.MailSettings) { mail.ByPassword = true })
	if m.accounts().MailTokens != nil {
		t.Error("a token where the password counts")
	}
}
