package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/deliver"
)

// Limits of one request.
const (
	total     = 20 * time.Second
	maxAnswer = 64 << 10
)

// Gateway is a deliver.Channel and a deliver.Reporter through one account.
type Gateway struct {
	kind   Kind
	sender string
	talk   dialect
	client *http.Client
}

var _ interface {
	deliver.Channel
	deliver.Reporter
} = (*Gateway)(nil)

// Open checks the account and makes a channel; nothing is connected yet. roots nil trusts the system's certificates, and
// limit 0 is 20 s for one request. The error is a *deliver.Error.
func Open(a Account, roots *x509.CertPool, limit time.Duration) (*Gateway, error) {
	k := KindOf(a)
	if field := k.Missing(a); field != "" {
		return nil, fail(deliver.NotSetUp, "nothing stands in the field "+field)
	}
	if _, err := address(k.value(a, FieldURL)); err != nil && k.ID != TemplateID { // a template's may hold placeholders
		return nil, err
	}
	talk, err := k.open(a)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = total
	}
	return &Gateway{kind: k, sender: k.value(a, FieldSender), talk: talk, client: client(roots, limit)}, nil
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

// Send implements deliver.Channel. The receipt is the id in the gateway's answer, "" where there is none; where the
// gateway can be asked, its kind stands before it.
func (g *Gateway) Send(ctx context.Context, m deliver.Message) (string, error) {
	if misfit := g.kind.Sender.Check(g.sender); misfit != Fits {
		return "", fail(deliver.BadSender, "the sender does not follow the gateway's rules: "+string(misfit))
	}
	r, err := g.talk.request(ctx, m.To, m.Text)
	if err != nil {
		return "", fail(deliver.NotSetUp, "no request can be made of the settings")
	}
	a, err := g.exchange(r)
	if err != nil {
		return "", err
	}
	id, err := g.talk.verdict(a)
	if err != nil || id == "" {
		return "", err
	}
	return g.prefix() + id, nil
}

// Report implements deliver.Reporter.
func (g *Gateway) Report(ctx context.Context, receipt string) (deliver.Fate, error) {
	ask, can := g.talk.(asker)
	id, ours := strings.CutPrefix(receipt, g.prefix())
	if !can || !ours || id == "" {
		return deliver.Untold, nil
	}
	r, err := ask.question(ctx, id)
	if err != nil {
		return deliver.Untold, nil
	}
	a, err := g.exchange(r)
	var e *deliver.Error
	switch {
	case errors.As(err, &e) && e.Code == deliver.Unknown: // only a question: it can be put again
		return deliver.Underway, fail(deliver.TooSlow, "no answer from the gateway")
	case err != nil:
		return deliver.Underway, err
	case a.status == http.StatusTooManyRequests, a.status >= 500, !a.whole:
		return deliver.Underway, &deliver.Error{Code: deliver.Later, Err: fmt.Errorf("HTTP status %d", a.status)}
	case a.status != http.StatusOK: // this account may not ask, or the gateway has forgotten
		return deliver.Untold, nil
	}
	return ask.fate(a)
}

func (g *Gateway) prefix() string {
	if !g.kind.Reports {
		return ""
	}
	return g.kind.ID + ":"
}

// exchange sends one request and reads the answer. Whether the request was out is what decides between an error that can
// be tried again and one that nobody can judge.
func (g *Gateway) exchange(r *http.Request) (answer, error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	reply, err := g.client.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		if connected.Load() {
			return answer{}, fail(deliver.Unknown, "no answer from the gateway")
		}
		return answer{}, notConnected(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(io.LimitReader(reply.Body, maxAnswer+1))
	whole := err == nil && len(body) <= maxAnswer
	return answer{status: reply.StatusCode, body: body[:min(len(body), maxAnswer)], whole: whole}, nil
}
