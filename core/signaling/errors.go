package signaling

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
)

// Codes that the client finds out by itself; they never travel.
const (
	BadAddress         Code = "badAddress"         // not an http or https address with a host
	InsecureAddress    Code = "insecureAddress"    // http to another machine: nothing is sent
	Unreachable        Code = "unreachable"        // no such host, nobody listening, or no answer in time
	CertificateExpired Code = "certificateExpired" // the server's certificate is out of date (or this machine's clock is)
	CertificateUnknown Code = "certificateUnknown" // it is for another name, or signed by someone this machine does not trust
	NotOurServer       Code = "notOurServer"       // something answers there, but not a signaling server
	Cancelled          Code = "cancelled"          // the caller's context ended
)

// Error is what went wrong, with a stable Code: one of the above, or one that the server answered (then Refused is set).
// It holds neither addresses nor secrets.
type Error struct {
	Code    Code
	Refused Refused // the server's answer, when there was one
	Err     error   // the cause, for logs
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf finds the Code in err: of a *Error or of a *ClosedError. It is empty when there is none.
func CodeOf(err error) Code {
	var coded *Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	var closed *ClosedError
	if errors.As(err, &closed) {
		return closed.Refused.Code
	}
	return ""
}

// networkError finds the reason in what net/http and crypto/tls return.
func networkError(ctx context.Context, err error) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Code: Cancelled, Err: err}
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return &Error{Code: CertificateExpired, Err: err}
	}
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		return &Error{Code: CertificateUnknown, Err: err}
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") ||
		strings.Contains(err.Error(), "malformed HTTP") {
		return &Error{Code: NotOurServer, Err: err}
	}
	return &Error{Code: Unreachable, Err: err}
}
