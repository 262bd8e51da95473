package intake

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// subscriptionTimeout bounds one fetch.
const subscriptionTimeout = 30 * time.Second

// Subscription is a calendar that a booking system offers under an address. The address is a secret: who has it reads the
// calendar.
type Subscription struct {
	address string
	client  *http.Client
}

// NewSubscription takes an address as it is copied: https, or webcal, which is the same. http is taken for this machine
// only. The error is an *Error.
func NewSubscription(address string, transport http.RoundTripper) (*Subscription, error) {
	address = strings.TrimSpace(address)
	if rest, ok := strings.CutPrefix(address, "webcal://"); ok {
		address = "https://" + rest
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Host == "" || !secure(u) {
		return nil, &Error{CodeNotHTTPS, ""}
	}
	return &Subscription{address, &http.Client{Transport: transport, Timeout: subscriptionTimeout, CheckRedirect: onlySecure}}, nil
}

// secure reports whether nobody on the way can read or change what comes.
func secure(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}

func onlySecure(r *http.Request, via []*http.Request) error {
	if len(via) > 4 || !secure(r.URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

// Address is what was given, completed.
func (s *Subscription) Address() string { return s.address }

// String keeps the address out of logs.
func (s *Subscription) String() string { return "[address]" }

// Fetch implements Source.
func (s *Subscription) Fetch(ctx context.Context, o Options) (List, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address, nil)
	if err != nil {
		return List{}, &Error{CodeNotHTTPS, ""}
	}
	r.Header.Set("Accept", "text/calendar, text/csv;q=0.5, */*;q=0.1")
	answer, err := s.client.Do(r)
	if err != nil {
		return List{}, &Error{CodeNoAnswer, ""}
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return List{}, &Error{CodeNotAllowed, ""}
	case http.StatusNotFound, http.StatusGone:
		return List{}, &Error{CodeGone, ""}
	default:
		return List{}, &Error{CodeNoAnswer, ""}
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, MaxBytes+1))
	if err != nil {
		return List{}, &Error{CodeNoAnswer, ""}
	}
	l, err := ReadICS(data, o)
	var e *Error
	if errors.As(err, &e) && (e.Code == CodeNotList || e.Code == CodeUnread) {
		return List{}, &Error{CodeNoCalendar, ""}
	}
	return l, err
}
