package sms

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"legekonsultasjon/core/deliver"
)

// notConnected says what went wrong before the request was out: it is safe to repeat. The texts hold no URL, which may
// carry the number.
func notConnected(err error) error {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var op *net.OpError
	var slow net.Error
	switch {
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert),
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"): // net/http's own, without a type
		return fail(deliver.NotSecure, "the gateway's connection cannot be trusted")
	case errors.As(err, &op) && op.Op == "dial":
		return &deliver.Error{Code: deliver.Unreachable, Err: op.Err}
	case errors.As(err, &slow) && slow.Timeout():
		return fail(deliver.TooSlow, "no connection to the gateway in time")
	}
	return fail(deliver.Unreachable, "no connection to the gateway")
}

// refusal is the error that a status means; nil for none. A server that broke down may have sent the message before it
// did: nobody can tell.
func refusal(a answer) error {
	code := refused(a.status)
	if code == "" {
		return nil
	}
	return &deliver.Error{Code: code, Err: fmt.Errorf("HTTP status %d", a.status)}
}

func refused(status int) deliver.Code {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return deliver.SignInFailed
	case status == http.StatusPaymentRequired:
		return deliver.NoCredit
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return deliver.BadReceiver
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusUnsupportedMediaType,
		status >= 300 && status < 400:
		return deliver.NotSetUp
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return deliver.Later
	case status >= 500:
		return deliver.Unknown
	}
	return deliver.Refused
}

// plain is an id, written as a string or a number in JSON, of at most 64 printable characters.
func plain(m json.RawMessage) string {
	var id string
	if json.Unmarshal(m, &id) != nil {
		var number json.Number
		if json.Unmarshal(m, &number) != nil {
			return ""
		}
		id = number.String()
	}
	return printable(id)
}

// printable is an id that fits the book and the log, or nothing.
func printable(id string) string {
	if len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return id
}

// latin1 reads ISO 8859-1; other character sets are taken for it, as everything that matters is ASCII.
func latin1(_ string, in io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return strings.NewReader(string(out)), nil
}
