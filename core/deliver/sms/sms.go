// Package sms sends letters through an HTTP gateway that is described by a template: URL, method, headers and body with
// {number}, {text}, {sender}, {user} and {secret}. Every gateway that Norwegian clinics use takes such a request.
package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/deliver"
)

// Template describes a gateway. Values are escaped for the place where their placeholder stands: percent-encoded in the
// URL and in form bodies, as JSON or XML text in such bodies, without control characters in headers.
type Template struct {
	URL     string
	Method  string // POST when empty
	Headers string // one "Name: value" per line
	Body    string
	Sender  string // what the phone shows: 11 letters and digits or a number
	User    string // name of the clinic's account, where the gateway asks for one
	Secret  string
}

// String keeps the secret out of logs.
func (Template) String() string { return "[SMS gateway]" }

// GoString keeps the secret out of logs.
func (Template) GoString() string { return "[SMS gateway]" }

// Limits of one request.
const (
	total     = 20 * time.Second
	maxAnswer = 64 << 10
)

// Gateway is a deliver.Channel through one gateway.
type Gateway struct {
	template Template
	headers  http.Header
	client   *http.Client
}

// New checks the template and makes a channel; nothing is connected yet. roots nil trusts the system's certificates.
// The error is a *deliver.Error.
func New(t Template, roots *x509.CertPool, limit time.Duration) (*Gateway, error) {
	notSetUp := func(why string) error { return &deliver.Error{Code: deliver.NotSetUp, Err: errors.New(why)} }
	headers, err := parseHeaders(t.Headers)
	if err != nil {
		return nil, notSetUp(err.Error())
	}
	if t.Method == "" {
		t.Method = http.MethodPost
	}
	if limit <= 0 {
		limit = total
	}
	g := &Gateway{template: t, headers: headers, client: client(roots, limit)}
	r, err := g.request(context.Background(), "+4700000000", "")
	switch {
	case err != nil:
		return nil, notSetUp(err.Error())
	case r.URL.Host == "":
		return nil, notSetUp("the address of the gateway is no URL")
	case r.URL.Scheme != "https" && !(r.URL.Scheme == "http" && loopback(r.URL.Hostname())):
		return nil, &deliver.Error{Code: deliver.NotSecure, Err: errors.New("the address of the gateway must begin with https")}
	}
	return g, nil
}

func client(roots *x509.CertPool, limit time.Duration) *http.Client {
	return &http.Client{
		Timeout: limit,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
			DisableKeepAlives: true, MaxResponseHeaderBytes: maxAnswer,
		},
		// A redirect would carry number and text somewhere that nobody typed in.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func parseHeaders(text string) (http.Header, error) {
	h := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsFunc(name, notToken) {
			return nil, errors.New("a header line that is not Name: value")
		}
		h.Set(name, strings.TrimSpace(value))
	}
	return h, nil
}

// notToken says what may not stand in a header's name (RFC 9110 section 5.6.2).
func notToken(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

func (t Template) values(number, text string) map[string]string {
	return map[string]string{"number": number, "text": text, "sender": t.Sender, "user": t.User, "secret": t.Secret}
}

// fill replaces placeholders in one pass: what a value holds is never taken for a placeholder.
func fill(template string, values map[string]string, escape func(string) string) string {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", escape(value))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func jsonText(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b[1 : len(b)-1])
}

// percent escapes for every part of a URL and for form bodies: a space as %20, since "+" is a plus in a path.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

func (g *Gateway) request(ctx context.Context, number, text string) (*http.Request, error) {
	t, values := g.template, g.template.values(number, text)
	escape := func(s string) string { return s }
	kind := g.headers.Get("Content-Type")
	switch {
	case strings.Contains(kind, "json"):
		escape = jsonText
	case strings.Contains(kind, "x-www-form-urlencoded"):
		escape = percent
	case strings.Contains(kind, "xml"):
		escape = xmlText
	}
	body := fill(t.Body, values, escape)
	r, err := http.NewRequestWithContext(ctx, t.Method, fill(t.URL, values, percent), strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the template makes no request")
	}
	for name := range g.headers {
		r.Header.Set(name, fill(g.headers.Get(name), values, headerText))
	}
	return r, nil
}

// Send implements deliver.Channel. The receipt is the id in the gateway's answer, "" where there is none.
func (g *Gateway) Send(ctx context.Context, m deliver.Message) (string, error) {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	r, err := g.request(ctx, m.To, m.Text)
	if err != nil {
		return "", &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	answer, err := g.client.Do(r)
	if err != nil {
		if connected.Load() {
			return "", &deliver.Error{Code: deliver.Unknown, Err: errors.New("no answer from the gateway")}
		}
		return "", notConnected(err)
	}
	defer answer.Body.Close()
	if code, ok := refused(answer.StatusCode); ok {
		return "", &deliver.Error{Code: code, Err: fmt.Errorf("HTTP status %d", answer.StatusCode)}
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // the status has said it; the rest is the receipt
	return verdict(text)
}
