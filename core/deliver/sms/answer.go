package sms

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
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
		return &deliver.Error{Code: deliver.NotSecure, Err: errors.New("the gateway's connection cannot be trusted")}
	case errors.As(err, &op) && op.Op == "dial":
		return &deliver.Error{Code: deliver.Unreachable, Err: op.Err}
	case errors.As(err, &slow) && slow.Timeout():
		return &deliver.Error{Code: deliver.TooSlow, Err: errors.New("no connection to the gateway in time")}
	}
	return &deliver.Error{Code: deliver.Unreachable, Err: errors.New("no connection to the gateway")}
}

// refused tells what a status means, and whether the gateway has refused at all. A server that broke down may have sent
// the message before it did: nobody can tell.
func refused(status int) (deliver.Code, bool) {
	switch {
	case status >= 200 && status < 300:
		return "", false
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return deliver.SignInFailed, true
	case status == http.StatusUnprocessableEntity, status == http.StatusBadRequest:
		return deliver.BadReceiver, true
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusUnsupportedMediaType,
		status >= 300 && status < 400:
		return deliver.NotSetUp, true
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return deliver.Later, true
	case status >= 500:
		return deliver.Unknown, true
	}
	return deliver.Refused, true
}

// verdict reads the body of an answer with a good status: some gateways say only there that they took nothing. What is
// not understood counts as taken, as the status says.
func verdict(body []byte) (receipt string, err error) {
	var a answer
	if json.Unmarshal(body, &a) != nil {
		return "", nil
	}
	if a.Response != nil {
		return a.Response.verdict()
	}
	if filled(a.Error) || a.Success != nil && !*a.Success {
		return "", &deliver.Error{Code: deliver.Refused, Err: errors.New("the gateway's answer says that it was not taken")}
	}
	for _, id := range []json.RawMessage{a.ID, a.MessageID, a.MessageID2} {
		if text := plain(id); text != "" {
			return text, nil
		}
	}
	return "", nil
}

// answer is what gateways answer in JSON, each in its own way.
type answer struct {
	ID         json.RawMessage `json:"id"`
	MessageID  json.RawMessage `json:"messageId"`
	MessageID2 json.RawMessage `json:"message_id"`
	Error      json.RawMessage `json:"error"`
	Success    *bool           `json:"success"`
	Response   *sveve          `json:"response"`
}

// sveve is the answer of Sveve, whose status is always 200.
type sveve struct {
	OK     int               `json:"msgOkCount"`
	Fatal  string            `json:"fatalError"`
	IDs    []json.RawMessage `json:"ids"`
	Errors []json.RawMessage `json:"errors"`
}

func (s *sveve) verdict() (string, error) {
	switch {
	case s.Fatal != "" && strings.Contains(strings.ToLower(s.Fatal), "pass"): // "Feil brukernavn/passord"
		return "", &deliver.Error{Code: deliver.SignInFailed, Err: errors.New("user name or password refused")}
	case s.Fatal != "":
		return "", &deliver.Error{Code: deliver.Refused, Err: errors.New("the gateway took nothing")}
	case s.OK == 0 && len(s.Errors) > 0:
		return "", &deliver.Error{Code: deliver.BadReceiver, Err: errors.New("the gateway refused the number")}
	case s.OK == 0:
		return "", &deliver.Error{Code: deliver.Refused, Err: errors.New("the gateway took nothing")}
	case len(s.IDs) > 0:
		return plain(s.IDs[0]), nil
	}
	return "", nil
}

// filled says whether a member is there and says something.
func filled(m json.RawMessage) bool {
	switch string(bytes.TrimSpace(m)) {
	case "", "null", `""`, "false", "0", "[]", "{}":
		return false
	}
	return true
}

// plain is an id, written as a string or a number, of at most 64 characters.
func plain(m json.RawMessage) string {
	var id string
	if json.Unmarshal(m, &id) != nil {
		var number json.Number
		if json.Unmarshal(m, &number) != nil {
			return ""
		}
		id = number.String()
	}
	if len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return id
}
