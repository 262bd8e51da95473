package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/email"
	"legekonsultasjon/core/deliver/oauth"
)

// account is the clinic's by password, over STARTTLS.
func (o *office) account(p int) email.Settings {
	return email.Settings{Host: "127.0.0.1", Port: p, Security: email.STARTTLS, User: user, Password: password,
		From: user, FromName: "Legesenteret Østbyen", Roots: o.trust.pool}
}

func message(id string) deliver.Message {
	return deliver.Message{ID: id, To: "ola@eksempel.no", Subject: "Videotime på Ås", Text: "Hei\r\n.\r\nslutt\n", HTML: "<p>Hei</p>"}
}

func send(t *testing.T, s email.Settings, times email.Times, m deliver.Message) error {
	t.Helper()
	c, err := email.New(s, times, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), m)
	for _, private := range []string{"ola@", user, password, "Bearer"} {
		if err != nil && strings.Contains(err.Error(), private) {
			t.Errorf("the error holds %q: %v", private, err)
		}
	}
	return err
}

// check is the reason, "" for a letter that was taken.
func check(t *testing.T, err error, want deliver.Code) {
	t.Helper()
	switch {
	case want == "" && err == nil:
	case want == "" || err == nil || deliver.CodeOf(err) != want:
		t.Errorf("%v, want %q", err, want)
	}
}

func TestMail(t *testing.T) {
	began := time.Now()
	o := open(t)
	t.Logf("postfix and dovecot were ready after %v", time.Since(began).Round(time.Millisecond))
	t.Run("ways", o.ways)
	t.Run("refusals", o.refusals)
	t.Run("tokens", o.byToken)
	t.Run("lines", o.lines)
	t.Logf("all took %v", time.Since(began).Round(time.Millisecond))
}

// ways in, with certificates and sign-ins that are right and that are not.
func (o *office) ways(t *testing.T) {
	for name, tt := range map[string]struct {
		port   port
		change func(*email.Settings)
		want   deliver.Code
	}{
		"STARTTLS":                 {startTLS, nil, ""},
		"TLS":                      {implicit, func(s *email.Settings) { s.Security = email.TLS }, ""},
		"LOGIN":                    {loginOnly, nil, ""},
		"by name":                  {startTLS, func(s *email.Settings) { s.Host = "localhost" }, ""},
		"wrong password":           {startTLS, func(s *email.Settings) { s.Password = "galt" }, deliver.SignInFailed},
		"no sign-in":               {startTLS, func(s *email.Settings) { s.User = "" }, deliver.SignInFailed},
		"another host's":           {otherName, nil, deliver.NotSecure},
		"expired":                  {expired, func(s *email.Settings) { s.Security = email.TLS }, deliver.NotSecure},
		"nobody trusts it":         {foreign, nil, deliver.NotSecure},
		"the machine knows it not": {startTLS, func(s *email.Settings) { s.Roots = x509.NewCertPool() }, deliver.NotSecure},
		"no STARTTLS":              {plainOnly, nil, deliver.NotSecure},
		"TLS at a STARTTLS port":   {startTLS, func(s *email.Settings) { s.Security = email.TLS }, deliver.NotSecure},
		"STARTTLS at a TLS port":   {implicit, nil, deliver.TooSlow}, // both sides wait for the other to begin
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, times := o.account(o.ports[tt.port]), email.Usual()
			if tt.change != nil {
				tt.change(&s)
			}
			if tt.want == deliver.TooSlow {
				times = email.Times{Dial: time.Second, Total: 2 * time.Second}
			}
			id := strings.ReplaceAll(name, " ", "-")
			check(t, send(t, s, times, message(id)), tt.want)
			if tt.want == "" {
				o.arrives(t, id)
			}
		})
	}
}

// arrives waits for the letter and reads what Postfix put into the mailbox.
func (o *office) arrives(t *testing.T, id string) {
	t.Helper()
	until(t, "a letter in the mailbox", func() bool { return len(o.inbox(t, id)) > 0 })
	all := o.inbox(t, id)
	if len(all) != 1 {
		t.Errorf("%d letters", len(all))
	}
	for _, want := range []string{"Subject: =?utf-8?q?Videotime_p=C3=A5_=C3=85s?=", "From: =?utf-8?", "<" + user + ">", "with ESMTPSA", "\nslutt"} {
		if !strings.Contains(all[0], want) {
			t.Errorf("no %q in\n%s", want, all[0])
		}
	}
}

// refusals for now and for good, by the real server's words and codes.
func (o *office) refusals(t *testing.T) {
	for name, tt := range map[string]struct {
		port   port
		change func(*email.Settings, *deliver.Message)
		want   deliver.Code
	}{
		"greylisted":       {startTLS, func(_ *email.Settings, m *deliver.Message) { m.To = "grey@eksempel.no" }, deliver.Later},
		"disk full":        {full, nil, deliver.Later},
		"unknown receiver": {startTLS, func(_ *email.Settings, m *deliver.Message) { m.To = "kari@eksempel.no" }, deliver.BadReceiver},
		"another's sender": {startTLS, func(s *email.Settings, _ *deliver.Message) { s.From = "sjef@lege.example" }, deliver.BadSender},
		"content":          {startTLS, func(_ *email.Settings, m *deliver.Message) { m.Subject = "refuse-me" }, deliver.Refused},
		"too large":        {startTLS, func(_ *email.Settings, m *deliver.Message) { m.Text = strings.Repeat("a\n", 150_000) }, deliver.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, m := o.account(o.ports[tt.port]), message(strings.ReplaceAll(name, " ", "-"))
			if tt.change != nil {
				tt.change(&s, &m)
			}
			check(t, send(t, s, email.Usual(), m), tt.want)
		})
	}
}

// signIn is a person who signs in with the browser: the whole way from the loopback port to a Source.
func (o *office) signIn(t *testing.T) *oauth.Source {
	t.Helper()
	c, err := oauth.New(o.tokens.Provider(), oauth.App{ClientID: "app"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	visited := make(chan error, 1)
	token, err := c.Browser(t.Context(), oauth.Visit{User: user, Open: func(address string) error {
		go func() {
			r, err := http.Get(address)
			if err == nil {
				_, err = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
			visited <- err
		}()
		return nil
	}})
	if err := errors.Join(err, <-visited); err != nil {
		t.Fatal(err)
	}
	return oauth.NewSource(c.Refresh, func(context.Context, string) error { return nil }, token)
}

// byToken: Dovecot asks the token server about each token that Postfix hands it.
func (o *office) byToken(t *testing.T) {
	tokens := o.signIn(t)
	account := func(p port) email.Settings {
		s := o.account(o.ports[p])
		s.Password, s.Tokens = "", tokens
		return s
	}
	for _, p := range []port{startTLS, implicit, bearerOnly} { // the first two take XOAUTH2
		s, id := account(p), "token-"+string(p)
		if p == implicit {
			s.Security = email.TLS
		}
		check(t, send(t, s, email.Usual(), message(id)), "")
		o.arrives(t, id)
	}
	if got := o.tokens.Issued(); got != 1 {
		t.Errorf("%d tokens for three letters", got)
	}
	// The provider has voided the access token before its time: one renewal, and the letter goes.
	for n, p := range []port{startTLS, bearerOnly} {
		o.tokens.RevokeAccess()
		id := "revoked-" + string(p)
		check(t, send(t, account(p), email.Usual(), message(id)), "")
		o.arrives(t, id)
		if got := o.tokens.Issued(); got != n+2 {
			t.Errorf("%d tokens after %d renewals", got, n+1)
		}
	}
	check(t, send(t, account(loginOnly), email.Usual(), message("no-mechanism")), deliver.NotSetUp)
	wrong := account(startTLS)
	wrong.User = "sjef@lege.example" // a good token of another mailbox
	check(t, send(t, wrong, email.Usual(), message("wrong-user")), deliver.SignInFailed)
	o.tokens.Down(1)
	o.tokens.RevokeAccess()
	check(t, send(t, account(startTLS), email.Usual(), message("provider-away")), deliver.Unreachable)
	check(t, send(t, account(startTLS), email.Usual(), message("provider-back")), "")
	o.tokens.Revoke()
	check(t, send(t, account(startTLS), email.Usual(), message("signed-out")), deliver.SignInAgain)
}

// lines that go dead or break at each stage: the time limits hold, and what may have gone is called unsure.
func (o *office) lines(t *testing.T) {
	limits := email.Times{Dial: 2 * time.Second, Total: 3 * time.Second}
	const body = 60_000 // bytes of the letter; the trouble comes in its middle or at its end
	for name, tt := range map[string]struct {
		trouble trouble
		want    deliver.Code
		arrives int // letters; -1 is not known
	}{
		"no trouble":                {trouble{nothing: true}, "", 1},
		"dead at once":              {trouble{lose: true}, deliver.TooSlow, 0},
		"dead in the handshake":     {trouble{after: 60, lose: true}, deliver.TooSlow, 0},
		"dead at the sign-in":       {trouble{after: 1750, lose: true}, deliver.TooSlow, 0},
		"dead in the letter":        {trouble{after: body / 2, lose: true}, deliver.Unknown, 0},
		"no answer to the letter":   {trouble{after: body / 2}, deliver.Unknown, 1},
		"hangs up at once":          {trouble{hangUp: true}, deliver.Unreachable, 0},
		"hangs up in the handshake": {trouble{after: 60, hangUp: true}, deliver.Unreachable, 0},
		"hangs up in the letter":    {trouble{after: body / 2, hangUp: true}, deliver.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := message("line-" + strings.ReplaceAll(name, " ", "-"))
			m.Text = strings.Repeat("0123456789012345678901234567890123456789\n", body/40) + "slutt\n"
			times := limits
			if tt.trouble.hangUp || tt.trouble.nothing {
				times = email.Usual()
			}
			began := time.Now()
			err := send(t, o.account(line(t, o.ports[startTLS], tt.trouble)), times, m)
			// A line that breaks is heard of while writing, before the letter's end was handed over, or only after it.
			if tt.want != deliver.Unknown || !tt.trouble.hangUp || deliver.CodeOf(err) != deliver.Unreachable {
				check(t, err, tt.want)
			}
			if took := time.Since(began); took > times.Total+2*time.Second {
				t.Errorf("took %v", took)
			}
			if tt.arrives > 0 {
				o.arrives(t, m.ID)
			} else if got := o.inbox(t, m.ID); len(got) != 0 {
				t.Errorf("%d letters arrived", len(got))
			}
			t.Logf("%v: %v", time.Since(began).Round(time.Millisecond), err)
		})
	}
}
