// Package sms sends letters through an HTTP gateway that is described by a template: URL, method, headers and body with
// {number}, {text}, {sender} and {secret}. Every gateway that Norwegian clinics use takes such a request.
package sms

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"legekonsultasjon/core/deliver"
)

// Template describes a gateway. Values are escaped for the place where their placeholder stands: percent-encoded in the
// URL and in form bodies, as JSON strings in JSON bodies, bare in headers.
type Template struct {
	URL     string
	Method  string // POST when empty
	Headers string // one "Name: value" per line
	Body    string
	Sender  string // what the phone shows: 11 letters and digits or a number
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
	u, err := url.Parse(fill(t.URL, t.values("+4700000000", ""), url.QueryEscape))
	switch {
	case err != nil || u.Host == "":
		return nil, &deliver.Error{Code: deliver.NotSetUp, Err: errors.New("the address of the gateway is no URL")}
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return nil, &deliver.Error{Code: deliver.NotSecure, Err: errors.New("the address of the gateway must begin with https")}
	}
	headers, err := parseHeaders(t.Headers)
	if err != nil {
		return nil, &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	if t.Method == "" {
		t.Method = http.MethodPost
	}
	if limit <= 0 {
		limit = total
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	if roots != nil {
		transport.TLSClientConfig.RootCAs = roots
	}
	return &Gateway{t, headers, &http.Client{
		Timeout: limit, Transport: transport,
		// A redirect would carry number and text somewhere that nobody typed in.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
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
		if !ok || strings.ContainsAny(name, " \t") || name == "" {
			return nil, fmt.Errorf("a header line without %q", ":")
		}
		h.Set(name, strings.TrimSpace(value))
	}
	return h, nil
}

func (t Template) values(number, text string) map[string]string {
	return map[string]string{"number": number, "text": text, "sender": t.Sender, "secret": t.Secret}
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
		escape = url.QueryEscape
	}
	body := fill(t.Body, values, escape)
	r, err := http.NewRequestWithContext(ctx, t.Method, fill(t.URL, values, url.QueryEscape), strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the template makes no request")
	}
	for name := range g.headers {
		r.Header.Set(name, fill(g.headers.Get(name), values, headerText))
	}
	return r, nil
}

// Send implements deliver.Channel. The receipt is the gateway's answer where it is one short line, else "".
func (g *Gateway) Send(ctx context.Context, m deliver.Message) (string, error) {
	r, err := g.request(ctx, m.To, m.Text)
	if err != nil {
		return "", &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	answer, err := g.client.Do(r)
	if err != nil {
		return "", failed(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return receipt(text), nil
	}
	_ = err
	return "", refused(answer.StatusCode)
}

func receipt(answer []byte) string {
	var a struct {
		ID        string `json:"id"`
		MessageID string `json:"messageId"`
	}
	if json.Unmarshal(answer, &a) == nil {
		if a.ID == "" {
			a.ID = a.MessageID
		}
		return a.ID[:min(len(a.ID), 64)]
	}
	return ""
}

// failed tells apart what happened before the request was out (safe to repeat) and after. Its texts hold no URL: that
// may carry the number.
func failed(err error) error {
	var op *net.OpError
	var verify *x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &verify), errors.As(err, &host), errors.As(err, &invalid), strings.Contains(err.Error(), "certificate"):
		return &deliver.Error{Code: deliver.NotSecure, Err: errors.New("the gateway's certificate cannot be trusted")}
	case errors.As(err, &op) && op.Op == "dial":
		return &deliver.Error{Code: deliver.Unreachable, Err: op.Err}
	}
	return &deliver.Error{Code: deliver.Unknown, Err: errors.New("no answer from the gateway")}
}

func refused(status int) error {
	code := deliver.Refused
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		code = deliver.SignInFailed
	case status == http.StatusUnprocessableEntity || status == http.StatusBadRequest:
		code = deliver.BadReceiver
	case status == http.StatusTooManyRequests || status >= 500:
		code = deliver.Later
	}
	return &deliver.Error{Code: code, Err: fmt.Errorf("HTTP status %d", status)}
}
