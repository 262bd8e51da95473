package email

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/e2e/postoffice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// short are limits for servers that never answer.
func short() Times { return Times{Dial: time.Second, Total: 1500 * time.Millisecond} }

func office(t *testing.T, o postoffice.Options) *postoffice.Office {
	t.Helper()
	office, err := postoffice.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := office.Close(); err != nil {
			t.Error(err)
		}
	})
	return office
}

// account is the clinic's account at an office.
func account(t *testing.T, o *postoffice.Office, security Security) Settings {
	t.Helper()
	address := o.SMTPAddr()
	if security == TLS {
		address = o.SMTPSAddr()
	}
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return Settings{Host: host, Port: port, Security: security, From: "post@lege.example", FromName: "Legesenteret Øst", Roots: o.Roots()}
}

func channel(t *testing.T, s Settings, limits Times) *Channel {
	t.Helper()
	c, err := New(s, limits, func() time.Time { return time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func invitation() deliver.Message {
	return deliver.Message{
		ID: "room-1", To: "ola@eksempel.no", Subject: "Videotime hos Legesenteret Øst",
		Text:     "Trykk på lenken\n\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\n\nPIN 048291\n.\n.. punktum først\n",
		HTML:     "<html><head></head><body><p>Åpne</p></body></html>",
		Calendar: []byte("BEGIN:VCALENDAR\r\nSUMMARY:Videotime på nett\r\nEND:VCALENDAR\r\n"), Method: "REQUEST",
	}
}

func TestALetterArrivesWhole(t *testing.T) {
	for _, security := range []Security{TLS, STARTTLS, None} {
		o := office(t, postoffice.Options{User: "post", Password: "hemmelig"})
		s := account(t, o, security)
		s.User, s.Password = "post", "hemmelig"
		receipt, err := channel(t, s, Usual()).Send(t.Context(), invitation())
		if err != nil {
			t.Fatalf("%s: %v", security, err)
		}
		l, err := o.Wait(t.Context(), "ola@eksempel.no")
		if err != nil {
			t.Fatal(err)
		}
		want := invitation()
		if l.Text != want.Text || l.HTML != want.HTML || l.Calendar != string(want.Calendar) || l.Subject != want.Subject {
			t.Errorf("%s: arrived as %q, %q, %q, %q", security, l.Subject, l.Text, l.HTML, l.Calendar)
		}
		if l.Link != "https://lege.example/#iwHX45R2ALMJKoWWXqX19Q" || l.PIN != "048291" || len(l.Attachments) != 1 || l.Attachments[0] != "invite.ics" {
			t.Errorf("%s: %+v", security, l)
		}
		if l.From != "post@lege.example" || l.User != "post" || l.Secure != (security != None) || l.MessageID != receipt || receipt == "" {
			t.Errorf("%s: from %q by %q, secure %v, id %q, receipt %q", security, l.From, l.User, l.Secure, l.MessageID, receipt)
		}
	}
}

func TestTheSameLetterHasTheSameID(t *testing.T) {
	o := office(t, postoffice.Options{})
	c := channel(t, account(t, o, TLS), Usual())
	first, err := c.Send(t.Context(), invitation())
	if err != nil {
		t.Fatal(err)
	}
	if second, err := c.Send(t.Context(), invitation()); err != nil || second != first {
		t.Errorf("%q, then %q, %v", first, second, err)
	}
	other := invitation()
	other.ID = "room-2"
	if third, err := c.Send(t.Context(), other); err != nil || third == first {
		t.Errorf("another letter has the id %q, %v", third, err)
	}
}

func TestSigningIn(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "LOGIN"} {
		o := office(t, postoffice.Options{User: "post", Password: "right", Logins: []string{mechanism}})
		for password, want := range map[string]deliver.Code{"right": "", "wrong": deliver.SignInFailed} {
			s := account(t, o, STARTTLS)
			s.User, s.Password = "post", password
			c := channel(t, s, Usual())
			if got := code(c.Check(t.Context())); got != want {
				t.Errorf("%s with the %s password: checked %q", mechanism, password, got)
			}
			if _, err := c.Send(t.Context(), invitation()); code(err) != want {
				t.Errorf("%s with the %s password: sent %v", mechanism, password, err)
			}
		}
		if _, err := channel(t, account(t, o, STARTTLS), Usual()).Send(t.Context(), invitation()); code(err) != deliver.SignInFailed {
			t.Errorf("%s without signing in: %v", mechanism, err)
		}
	}
	o := office(t, postoffice.Options{User: "post", Password: "right", Logins: []string{"XOAUTH2"}})
	s := account(t, o, TLS)
	s.User, s.Password = "post", "right"
	if err := channel(t, s, Usual()).Check(t.Context()); code(err) != deliver.SignInFailed {
		t.Errorf("no common mechanism: %v", err)
	}
}

func code(err error) deliver.Code {
	if err == nil {
		return ""
	}
	return deliver.CodeOf(err)
}

func TestConnectionsThatCannotBeTrusted(t *testing.T) {
	for name, tt := range map[string]struct {
		options postoffice.Options
		change  func(*Settings)
	}{
		"unknown authority": {postoffice.Options{}, func(s *Settings) { s.Roots = nil }},
		"expired":           {postoffice.Options{Expired: true}, nil},
		"another host":      {postoffice.Options{Hosts: []string{"mail.example"}}, nil},
	} {
		for _, security := range []Security{TLS, STARTTLS} {
			tt.options.User, tt.options.Password = "post", "hemmelig"
			o := office(t, tt.options)
			s := account(t, o, security)
			s.User, s.Password = "post", "hemmelig"
			if tt.change != nil {
				tt.change(&s)
			}
			if _, err := channel(t, s, Usual()).Send(t.Context(), invitation()); code(err) != deliver.NotSecure {
				t.Errorf("%s, %s: %v", name, security, err)
			}
			if len(o.Received()) != 0 {
				t.Errorf("%s, %s: it was sent all the same", name, security)
			}
		}
	}
	o := office(t, postoffice.Options{NoSTARTTLS: true})
	if _, err := channel(t, account(t, o, STARTTLS), Usual()).Send(t.Context(), invitation()); code(err) != deliver.NotSecure || len(o.Received()) != 0 {
		t.Errorf("no STARTTLS on offer: %v", err)
	}
	s := account(t, o, TLS)
	s.Port = account(t, o, None).Port
	if _, err := channel(t, s, short()).Send(t.Context(), invitation()); code(err) != deliver.NotSecure {
		t.Errorf("TLS to a plain port: %v", err)
	}
}

func TestWhatCanGoWrong(t *testing.T) {
	const text = "550 ola@eksempel.no is unknown" // servers repeat the address
	for name, tt := range map[string]struct {
		fault   postoffice.Fault
		code    deliver.Code
		arrived int
	}{
		"hangs up":                    {postoffice.Fault{Stage: postoffice.AtConnect, Drop: true}, deliver.Unreachable, 0},
		"never greets":                {postoffice.Fault{Stage: postoffice.AtConnect, Stall: true}, deliver.TooSlow, 0},
		"no service now":              {postoffice.Fault{Stage: postoffice.AtConnect, Code: 421, Text: "busy"}, deliver.Later, 0},
		"no service":                  {postoffice.Fault{Stage: postoffice.AtConnect, Code: 554, Text: "no"}, deliver.Refused, 0},
		"sign-in stalls":              {postoffice.Fault{Stage: postoffice.AtSignIn, Stall: true}, deliver.TooSlow, 0},
		"sign-in for later":           {postoffice.Fault{Stage: postoffice.AtSignIn, Code: 454}, deliver.Later, 0},
		"sender refused":              {postoffice.Fault{Stage: postoffice.AtSender, Code: 553, Text: text}, deliver.BadSender, 0},
		"receiver unknown":            {postoffice.Fault{Stage: postoffice.AtTo, Code: 550, Text: text}, deliver.BadReceiver, 0},
		"greylisted":                  {postoffice.Fault{Stage: postoffice.AtTo, Code: 451, Text: text}, deliver.Later, 0},
		"receiver stalls":             {postoffice.Fault{Stage: postoffice.AtTo, Stall: true}, deliver.TooSlow, 0},
		"hangs up at the receiver":    {postoffice.Fault{Stage: postoffice.AtTo, Drop: true}, deliver.Unreachable, 0},
		"content refused":             {postoffice.Fault{Stage: postoffice.AtData, Code: 554, Text: text}, deliver.Refused, 0},
		"full for now":                {postoffice.Fault{Stage: postoffice.AtData, Code: 452, Text: text}, deliver.Later, 0},
		"silent after the letter":     {postoffice.Fault{Stage: postoffice.AfterData, Stall: true}, deliver.Unknown, 1},
		"hangs up after the letter":   {postoffice.Fault{Stage: postoffice.AfterData, Drop: true}, deliver.Unknown, 1},
		"hangs up before taking it":   {postoffice.Fault{Stage: postoffice.AtData, Drop: true}, deliver.Unknown, 0},
		"silent, and nothing is kept": {postoffice.Fault{Stage: postoffice.AtData, Stall: true}, deliver.Unknown, 0},
	} {
		for _, security := range []Security{STARTTLS, None} {
			t.Run(name+", "+string(security), func(t *testing.T) {
				t.Parallel()
				o := office(t, postoffice.Options{User: "post", Password: "hemmelig"})
				s := account(t, o, security)
				s.User, s.Password = "post", "hemmelig"
				o.Fail(tt.fault)
				limits := Usual() // where an answer comes, a busy machine may take its time
				if tt.fault.Stall {
					limits = short()
				}
				began := time.Now()
				_, err := channel(t, s, limits).Send(t.Context(), invitation())
				if code(err) != tt.code {
					t.Errorf("%v, want %s", err, tt.code)
				}
				if took := time.Since(began); tt.fault.Stall && took > 2*limits.Total {
					t.Errorf("gave up after %v", took)
				}
				if got := len(o.Received()); got != tt.arrived {
					t.Errorf("%d letters", got)
				}
				if err != nil && (strings.Contains(err.Error(), "eksempel") || strings.Contains(err.Error(), "hemmelig")) {
					t.Errorf("the error names somebody: %v", err)
				}
			})
		}
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, _ := l.Addr().(*net.TCPAddr)
	_ = l.Close() // now nobody listens there
	for _, host := range []string{"127.0.0.1", "no-such-host.invalid"} {
		s := Settings{Host: host, Port: address.Port, Security: TLS, From: "post@lege.example"}
		if err := channel(t, s, short()).Check(t.Context()); code(err) != deliver.Unreachable && code(err) != deliver.TooSlow {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestGivingUp(t *testing.T) {
	o := office(t, postoffice.Options{})
	o.Fail(postoffice.Fault{Stage: postoffice.AtSender, Stall: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := channel(t, account(t, o, TLS), Usual()).Send(ctx, invitation()); err == nil || code(err) == deliver.Unknown {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ended %v after it was called off", took)
	}
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	good := Settings{Host: "mail.example", Port: 587, Security: STARTTLS, From: "post@lege.example"}
	for name, tt := range map[string]struct {
		change func(*Settings)
		want   deliver.Code
	}{
		"good":           {func(*Settings) {}, ""},
		"no host":        {func(s *Settings) { s.Host = "" }, deliver.NotSetUp},
		"no port":        {func(s *Settings) { s.Port = 0 }, deliver.NotSetUp},
		"a high port":    {func(s *Settings) { s.Port = 70000 }, deliver.NotSetUp},
		"no sender":      {func(s *Settings) { s.From = "post" }, deliver.NotSetUp},
		"two senders":    {func(s *Settings) { s.From = "a@b.no\r\nBcc: c@d.no" }, deliver.NotSetUp},
		"other security": {func(s *Settings) { s.Security = "ssl" }, deliver.NotSetUp},
		"plain abroad":   {func(s *Settings) { s.Security = None }, deliver.NotSecure},
		"plain at home":  {func(s *Settings) { s.Security, s.Host = None, "localhost" }, ""},
		"plain over LAN": {func(s *Settings) { s.Security, s.Host = None, "192.168.1.2" }, deliver.NotSecure},
	} {
		s := good
		tt.change(&s)
		if _, err := New(s, Usual(), time.Now); code(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := channel(t, good, short())
	m := invitation()
	m.To = "ola"
	if _, err := c.Send(t.Context(), m); code(err) != deliver.BadReceiver {
		t.Errorf("a receiver without a host: %v", err)
	}
}
