package sms_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/sms"
	"legekonsultasjon/e2e/postoffice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	number = "+4798765432"
	secret = `n0k"kel&æ{text}`
	short  = 400 * time.Millisecond
)

// text holds what escaping can get wrong, a placeholder among it.
const text = "Hei \"på\" deg & <dere>\\ 100% + {secret} {number}\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\nPIN: 048291"

var message = deliver.Message{ID: "1", To: number, Text: text}

// template is an account at a gateway that the clinic describes.
type template struct{ URL, Method, Headers, Body, Sender, User, Secret string }

func (x template) account() sms.Account {
	return sms.Account{Gateway: sms.TemplateID, Secret: x.Secret, Values: map[string]string{
		"url": x.URL, "method": x.Method, "headers": x.Headers, "body": x.Body, "sender": x.Sender, "user": x.User,
	}}
}

// jsonTemplate takes JSON, with the secret in a header.
var jsonTemplate = template{Method: "POST", Headers: "Content-Type: application/json\nAuthorization: Bearer {secret}",
	Body: `{"to":"{number}","from":"{sender}","text":"{text}"}`}

// sveveTemplate is Sveve as it was before it was known.
var sveveTemplate = template{Method: "POST", Headers: "Content-Type: application/x-www-form-urlencoded",
	Body: "user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json"}

func gateway(t *testing.T, x template, roots *x509.CertPool) *sms.Gateway {
	t.Helper()
	g, err := sms.Open(x.account(), roots, short)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTheKnownGatewaysTakeAMessage(t *testing.T) {
	o, err := postoffice.Open(postoffice.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	jsonTemplate, sveveTemplate := jsonTemplate, sveveTemplate
	jsonTemplate.URL, sveveTemplate.URL = o.SMSURL(), o.SveveURL()
	for id, x := range map[string]template{"json": jsonTemplate, "sveve": sveveTemplate} {
		x.Sender, x.User, x.Secret = "Legesenter", "lege", secret
		receipt, err := gateway(t, x, nil).Send(t.Context(), message)
		if err != nil || receipt == "" {
			t.Fatalf("%s: %q, %v", id, receipt, err)
		}
		l, err := o.Wait(t.Context(), number)
		if err != nil || l.Kind != postoffice.SMS || l.Text != text || l.From != "Legesenter" || l.PIN != "048291" {
			t.Errorf("%s: %+v, %v", id, l, err)
		}
		bad := message
		bad.To = "+47"
		if _, err := gateway(t, x, nil).Send(t.Context(), bad); deliver.CodeOf(err) != deliver.BadReceiver {
			t.Errorf("%s: bad number: %v", id, err)
		}
		x.Secret = "wrong"
		if _, err := gateway(t, x, nil).Send(t.Context(), message); deliver.CodeOf(err) != deliver.SignInFailed {
			t.Errorf("%s: wrong secret: %v", id, err)
		}
	}
}

func TestFailuresOfTheGateway(t *testing.T) {
	o, err := postoffice.Open(postoffice.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	x := jsonTemplate
	x.URL, x.Sender, x.Secret = o.SMSURL(), "Legesenter", secret
	for _, tt := range []struct {
		fault   postoffice.Fault
		want    deliver.Code
		arrived int
	}{
		{postoffice.Fault{Stage: postoffice.AtGateway, Stall: true}, deliver.Unknown, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Drop: true}, deliver.Unknown, 0},
		{postoffice.Fault{Stage: postoffice.AfterSMS, Drop: true}, deliver.Unknown, 1},
		{postoffice.Fault{Stage: postoffice.AfterSMS, Stall: true}, deliver.Unknown, 1},
		{postoffice.Fault{Stage: postoffice.AfterSMS, Code: 500}, deliver.Unknown, 1},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 503}, deliver.Later, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 429}, deliver.Later, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 402}, deliver.NoCredit, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 403}, deliver.SignInFailed, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 404}, deliver.NotSetUp, 0},
		{postoffice.Fault{Stage: postoffice.AtGateway, Code: 422, Text: `{"error":"` + number + `"}`}, deliver.BadReceiver, 0},
	} {
		o.Empty()
		o.Fail(tt.fault)
		_, err := gateway(t, x, nil).Send(t.Context(), message)
		if got := deliver.CodeOf(err); got != tt.want || err == nil {
			t.Errorf("%+v: %v, want %s", tt.fault, err, tt.want)
		}
		if n := len(o.Received()); n != tt.arrived {
			t.Errorf("%+v: %d arrived", tt.fault, n)
		}
		says(t, err)
	}
}

// says checks that an error tells a log nothing that is nobody's business.
func says(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, s := range []string{secret, url.QueryEscape(secret), "98765432", "048291", "iwHX45R2"} {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error holds %q: %v", s, err)
		}
	}
}

// server is a gateway that f answers for.
func server(t *testing.T, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func TestValuesAreEscapedForTheirPlace(t *testing.T) {
	var path, query, body, header string
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		path, query, body, header = r.URL.Path, r.URL.Query().Get("m"), string(b), r.Header.Get("X-Text")
	})
	in := func(kind, body string) template {
		return template{URL: s.URL + "/send/{text}?m={text}", Headers: kind + "\nX-Text: {text}", Body: body, Secret: secret}
	}
	for kind, tt := range map[string]struct {
		body string
		read func() string
	}{
		"Content-Type: application/json": {`{"t":"{text}"}`, func() string {
			var m struct{ T string }
			_ = json.Unmarshal([]byte(body), &m)
			return m.T
		}},
		"Content-Type: application/x-www-form-urlencoded": {"a=1&t={text}", func() string {
			v, _ := url.ParseQuery(body)
			return v.Get("t")
		}},
		"Content-Type: text/xml": {"<t>{text}</t>", func() string {
			return strings.NewReplacer("<t>", "", "</t>", "", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#xA;", "\n").Replace(body)
		}},
		"Content-Type: text/plain": {"{text}", func() string { return body }},
	} {
		if _, err := gateway(t, in(kind, tt.body), nil).Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		if path != "/send/"+text || query != text || header != strings.ReplaceAll(text, "\n", "") {
			t.Errorf("%s: path %q, query %q, header %q", kind, path, query, header)
		}
		if got := tt.read(); got != text {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	followed := false
	other := server(t, func(http.ResponseWriter, *http.Request) { followed = true })
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		_, err := gateway(t, template{URL: s.URL, Body: "{text}"}, nil).Send(t.Context(), message)
		if deliver.CodeOf(err) != deliver.NotSetUp || followed {
			t.Errorf("%d: %v, followed %v", status, err, followed)
		}
	}
}

func TestWhatTheAnswerSays(t *testing.T) {
	for answer, want := range map[string]struct {
		receipt string
		code    deliver.Code
	}{
		`{"id":"a-1"}`:            {"a-1", ""},
		`{"id":17}`:               {"17", ""},
		`{"messageId":"x"}`:       {"x", ""},
		`{"message_id":"x"}`:      {"x", ""},
		`{"id":"two\nlines"}`:     {"", ""},
		`ok`:                      {"", ""},
		``:                        {"", ""},
		`[1]`:                     {"", ""},
		`{"error":null,"id":"a"}`: {"a", ""},
		`{"error":"no money"}`:    {"", deliver.Refused},
		`{"success":false}`:       {"", deliver.Refused},
		`{"response":{"msgOkCount":1,"stdSMSCount":1,"ids":[42]}}`:                             {"42", ""},
		`{"response":{"fatalError":"Feil brukernavn/passord"}}`:                                {"", deliver.SignInFailed},
		`{"response":{"fatalError":"Tomt for SMS"}}`:                                           {"", deliver.NoCredit},
		`{"response":{"msgOkCount":0,"errors":[{"number":"4798765432","message":"ugyldig"}]}}`: {"", deliver.BadReceiver},
		`{"id":"a","pad":"` + strings.Repeat("x", 1<<20) + `"}`:                                {"", ""}, // too large to be read
	} {
		s := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
		receipt, err := gateway(t, template{URL: s.URL, Body: "{text}"}, nil).Send(t.Context(), message)
		code := deliver.Code("")
		if err != nil {
			code = deliver.CodeOf(err)
		}
		if receipt != want.receipt || code != want.code {
			t.Errorf("%.60s: %q, %v", answer, receipt, err)
		}
		says(t, err)
	}
}

func TestAnAnswerWithoutEndIsCut(t *testing.T) {
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	began := time.Now()
	if _, err := gateway(t, template{URL: s.URL, Body: "{text}"}, nil).Send(t.Context(), message); err != nil {
		t.Errorf("200 counts as taken: %v", err)
	}
	if time.Since(began) > 3*short {
		t.Errorf("took %v", time.Since(began))
	}
}

func TestWhatIsNoConnection(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // never accepted: the kernel connects, nobody shakes hands
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	plain := server(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = nil
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	defer secure.Close()
	gone := server(t, nil)
	gone.Close()
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	for _, tt := range []struct {
		name, url string
		roots     *x509.CertPool
		want      deliver.Code
	}{
		{"nobody listens", gone.URL, nil, deliver.Unreachable},
		{"no such host", "https://gateway.invalid", nil, deliver.Unreachable},
		{"silent", "https://" + silent.Addr().String(), nil, deliver.TooSlow},
		{"no TLS there", strings.Replace(plain.URL, "http:", "https:", 1), nil, deliver.NotSecure},
		{"authority unknown", secure.URL, x509.NewCertPool(), deliver.NotSecure},
		{"trusted", secure.URL, roots, ""},
	} {
		_, err := gateway(t, template{URL: tt.url + "/{secret}?to={number}", Secret: secret}, tt.roots).Send(t.Context(), message)
		if err == nil && tt.want != "" || err != nil && deliver.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		says(t, err)
	}
}

func TestTemplatesThatMakeNoSense(t *testing.T) {
	for _, tt := range []struct {
		template template
		want     deliver.Code
	}{
		{template{URL: ""}, deliver.NotSetUp},
		{template{URL: "gateway"}, deliver.NotSetUp},
		{template{URL: "https://"}, deliver.NotSetUp},
		{template{URL: "https://h\x00st/"}, deliver.NotSetUp},
		{template{URL: "https://gateway.example", Headers: "no colon"}, deliver.NotSetUp},
		{template{URL: "https://gateway.example", Headers: "Na me: x"}, deliver.NotSetUp},
		{template{URL: "https://gateway.example", Method: "GE T"}, deliver.NotSetUp},
		{template{URL: "http://gateway.example"}, deliver.NotSecure},
		{template{URL: "ftp://gateway.example"}, deliver.NotSecure},
	} {
		if _, err := sms.Open(tt.template.account(), nil, 0); deliver.CodeOf(err) != tt.want || err == nil {
			t.Errorf("%q %q: %v", tt.template.URL, tt.template.Headers, err)
		}
	}
}

func TestAnEndedContextEndsTheSending(t *testing.T) {
	s := server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := gateway(t, template{URL: s.URL}, nil).Send(ctx, message); deliver.CodeOf(err) != deliver.Unknown {
		t.Error(err)
	}
}

func TestNothingPrintsTheSecret(t *testing.T) {
	a := sms.Account{Secret: secret}
	if text := fmt.Sprintf("%v %+v %#v", a, a, a); strings.Contains(text, secret) {
		t.Error(text)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("https://gateway.example/{number}?t={text}", "Content-Type: application/json\nX: {secret}", `{"t":"{text}"}`, text)
	f.Add("https://u:{secret}@gateway.example", "A: b\r\nC:d", "{text", "{text}{secret}\x00")
	f.Fuzz(func(t *testing.T, address, headers, body, secret string) {
		_, err := sms.Open(template{URL: address, Headers: headers, Body: body, Secret: secret}.account(), nil, 0)
		if err != nil && len(secret) > 12 && strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds the secret: %v", err)
		}
	})
}
