package postoffice

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// net/http lingers half a second after a body that was too large.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

func open(t *testing.T, options Options) *Office {
	t.Helper()
	o, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

const letterText = "From: =?utf-8?q?Legesenteret_=C3=98st?= <post@lege.example>\r\nTo: <ola@eksempel.no>\r\n" +
	"Subject: =?utf-8?q?Time_hos_=C3=98yvind?=\r\nMessage-ID: <1@lege.example>\r\n" +
	"Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n" +
	"--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Trykk p=C3=A5 lenken\r\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\r\n\r\nPIN: 048291. Ring 22000000.\r\n" +
	"--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><body><p>Hei</p></body></html>\r\n" +
	"--inner\r\nContent-Type: text/calendar; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\nQkVHSU46VkNBTEVOREFS\r\n--inner--\r\n" +
	"--outer\r\nContent-Type: text/calendar\r\nContent-Disposition: attachment; filename=\"invite.ics\"\r\n\r\nBEGIN:VCALENDAR\r\n--outer--\r\n"

func TestMailArrivesAndIsTakenApart(t *testing.T) {
	o := open(t, Options{User: "post", Password: "s3cret"})
	for name, dial := range map[string]func() (*smtp.Client, error){
		"starttls": func() (*smtp.Client, error) {
			return smtp.DialStartTLS(o.SMTPAddr(), &tls.Config{RootCAs: o.Roots()})
		},
		"tls":   func() (*smtp.Client, error) { return smtp.DialTLS(o.SMTPSAddr(), &tls.Config{RootCAs: o.Roots()}) },
		"plain": func() (*smtp.Client, error) { return smtp.Dial(o.SMTPAddr()) },
	} {
		c, err := dial()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := c.SendMail("post@lege.example", []string{"ola@eksempel.no"}, strings.NewReader(letterText)); err == nil {
			t.Errorf("%s: mail without signing in", name)
		}
		if err := c.Auth(sasl.NewLoginClient("post", "s3cret")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.SendMail("post@lege.example", []string{"ola@eksempel.no"}, strings.NewReader(letterText)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.Quit(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		l, err := o.Wait(soon(t), "Ola@eksempel.no")
		if err != nil {
			t.Fatal(err)
		}
		if l.Subject != "Time hos Øyvind" || l.PIN != "048291" || l.Link != "https://lege.example/#iwHX45R2ALMJKoWWXqX19Q" ||
			!strings.Contains(l.Text, "Trykk på lenken\n") || !strings.Contains(l.HTML, "<p>Hei</p>") || l.Calendar != "BEGIN:VCALENDAR" ||
			len(l.Attachments) != 1 || l.Attachments[0] != "invite.ics" || l.User != "post" || l.Secure != (name != "plain") {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	o := open(t, Options{User: "post", Password: "right", Logins: []string{sasl.Plain}})
	c, err := smtp.Dial(o.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	var refused *smtp.SMTPError
	if err := c.Auth(sasl.NewPlainClient("", "post", "wrong")); !errors.As(err, &refused) || refused.Code != 535 {
		t.Errorf("got %v", err)
	}
	if c.SupportsAuth(sasl.Login) {
		t.Error("LOGIN is offered")
	}
}

func TestCertificates(t *testing.T) {
	for name, options := range map[string]Options{"expired": {Expired: true}, "another host": {Hosts: []string{"mail.example"}}} {
		o := open(t, options)
		if c, err := smtp.DialTLS(o.SMTPSAddr(), &tls.Config{RootCAs: o.Roots()}); err == nil {
			t.Errorf("%s: trusted", name)
			_ = c.Close()
		}
	}
}

func TestSMTPFaults(t *testing.T) {
	o := open(t, Options{})
	send := func() error {
		c, err := smtp.Dial(o.SMTPAddr())
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		c.CommandTimeout, c.SubmissionTimeout = 300*time.Millisecond, 300*time.Millisecond
		return c.SendMail("post@lege.example", []string{"ola@eksempel.no"}, strings.NewReader(letterText))
	}
	for _, tt := range []struct {
		fault   Fault
		arrived int
	}{
		{Fault{Stage: AtConnect, Drop: true}, 0},
		{Fault{Stage: AtConnect, Stall: true}, 0},
		{Fault{Stage: AtConnect, Code: 554, Text: "go away"}, 0},
		{Fault{Stage: AtSender, Code: 451}, 0},
		{Fault{Stage: AtTo, Code: 550, Text: "no such user"}, 0},
		{Fault{Stage: AtTo, Stall: true}, 0},
		{Fault{Stage: AtData, Code: 552}, 0},
		{Fault{Stage: AtData, Drop: true}, 0},
		{Fault{Stage: AfterData, Stall: true}, 1},
		{Fault{Stage: AfterData, Drop: true}, 1},
	} {
		o.Empty()
		tt.fault.Times = 1
		o.Fail(tt.fault)
		if err := send(); err == nil {
			t.Errorf("%+v: no error", tt.fault)
		}
		if got := len(o.Received()); got != tt.arrived {
			t.Errorf("%+v: %d letters arrived", tt.fault, got)
		}
		if err := send(); err != nil {
			t.Errorf("after %+v: %v", tt.fault, err)
		}
	}
}

func TestGateway(t *testing.T) {
	o := open(t, Options{Secret: "key"})
	post := func(secret, kind, body string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.SMSURL(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", kind)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode
	}
	const good = `{"to":"+4798765432","from":"Legesenter","text":"PIN 123456\nhttps://a.example/#x"}`
	for _, tt := range []struct {
		secret, kind, body string
		want               int
	}{
		{"key", "application/json", good, 202},
		{"other", "application/json", good, 401},
		{"key", "text/plain", good, 415},
		{"key", "application/json", "{", 400},
		{"key", "application/json", `{"to":"98765432","text":"x"}`, 400},
		{"key", "application/json", `{"to":"+4798765432"}`, 400},
		{"key", "application/json", strings.Repeat(" ", maxBody+1), 413},
	} {
		if got := post(tt.secret, tt.kind, tt.body); got != tt.want {
			t.Errorf("%.40s: %d, want %d", tt.body, got, tt.want)
		}
	}
	l, err := o.Wait(soon(t), "+4798765432")
	if err != nil || l.Kind != SMS || l.PIN != "123456" || l.Link != "https://a.example/#x" || l.From != "Legesenter" {
		t.Errorf("%+v, %v", l, err)
	}
	o.Fail(Fault{Stage: AtGateway, Code: 503, Times: 1}, Fault{Stage: AfterSMS, Drop: true, Times: 1})
	if got := post("key", "application/json", good); got != 503 || len(o.Received()) != 1 {
		t.Errorf("503: got %d", got)
	}
	if got := post("key", "application/json", good); got != 0 || len(o.Received()) != 2 {
		t.Errorf("dropped after it was taken: got %d, %d letters", got, len(o.Received()))
	}
}

func TestSveve(t *testing.T) {
	o := open(t, Options{Secret: "key"})
	for secret, want := range map[string]string{"key": `"msgOkCount":1`, "other": "fatalError"} {
		res, err := http.PostForm(o.SveveURL(), url.Values{"user": {"lege"}, "passwd": {secret}, "to": {"98765432"}, "msg": {"Hei"}, "f": {"json"}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", secret, res.StatusCode, body)
		}
	}
	if l, err := o.Wait(soon(t), "+4798765432"); err != nil || l.Text != "Hei" {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	o := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Wait(ctx, "nobody@example.no"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPage(t *testing.T) {
	o := open(t, Options{})
	o.box.put(Letter{Kind: Mail, To: "a@b.no", Text: "x", HTML: "<html><head></head><script>1</script></html>", Raw: []byte("raw")})
	get := func(path, host string) (int, http.Header, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+o.addr.web.String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			r.Host = host
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, res.Header, string(body)
	}
	if status, _, _ := get("/letters.json", "evil.example:8725"); status != http.StatusMisdirectedRequest {
		t.Errorf("another name is served: %d", status)
	}
	for _, path := range []string{"/", "/page.js", "/page.css", "/letters.json", "/source/1", "/font/semibold"} {
		if status, _, _ := get(path, o.webHost()); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
	if _, h, body := get("/mail/1", ""); !strings.Contains(body, `<base target="_blank">`) || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox ") {
		t.Errorf("%v %s", h, body)
	}
	for _, path := range []string{"/mail/2", "/mail/x", "/screen.png", "/source/9"} {
		if status, _, _ := get(path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	o.SetScreen(func() []byte { return []byte("png") })
	if status, h, _ := get("/screen.png", ""); status != 200 || h.Get("Content-Type") != "image/png" {
		t.Errorf("screen: %d", status)
	}
}

func TestChangesAreToldAtOnce(t *testing.T) {
	o := open(t, Options{})
	r, err := http.NewRequestWithContext(soon(t), http.MethodGet, o.URL()+"/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "ended"
	}
	if got := next(); got != "data: 0" {
		t.Errorf("got %q", got)
	}
	o.box.put(Letter{Kind: SMS, To: "+4798765432", Text: "Hei"})
	if got := next(); got != "data: 1" {
		t.Errorf("got %q", got)
	}
}

func TestOnlyOnLoopback(t *testing.T) {
	if o, err := Open(Options{Web: "0.0.0.0:0"}); err == nil {
		_ = o.Close()
		t.Error("letters are shown to the network")
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if o, err := Open(Options{SMTP: taken.Addr().String()}); err == nil {
		_ = o.Close()
		t.Error("a taken port")
	}
}

func TestPIN(t *testing.T) {
	for text, want := range map[string]string{
		"PIN: 048291": "048291", "PIN 123456, ring 22 00 00 00": "123456", "123 456": "123456", "ring 22000000": "", "+47123456": "",
		"https://a/#x123456\n654321": "654321", "A1B2-123456": "", "PIN-kode: 123456.": "123456",
	} {
		if got := pin(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(letterText))
	f.Add([]byte("Subject: =?x?q?=C3?=\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		l, err := read(raw)
		if err == nil {
			_, _ = link(l.Text), pin(l.Text)
		}
	})
}
