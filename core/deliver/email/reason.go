package email

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"

	"legekonsultasjon/core/deliver"

	"github.com/emersion/go-smtp"
)

// secureError is what went wrong before the connection was secured.
func secureError(err error) error {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var answer *smtp.SMTPError
	switch {
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert):
		return &deliver.Error{Code: deliver.NotSecure, Err: err}
	case errors.As(err, &answer) && !answer.Temporary() && answer.Code != noService:
		return &deliver.Error{Code: deliver.NotSecure, Err: fmt.Errorf("STARTTLS refused: %w", bare(answer))}
	case err.Error() == "smtp: server doesn't support STARTTLS":
		return &deliver.Error{Code: deliver.NotSecure, Err: err}
	}
	return answered(err, deliver.Refused)
}

// Replies that mean the same at every command (RFC 5321 section 4.2.3, RFC 4954 section 6).
const (
	noService     = 554 // at the greeting: no SMTP here for you
	signInFirst   = 530
	signInWeak    = 534
	signInInvalid = 535
	signInTLS     = 538
)

// answered turns an error of a command into a reason: 4yz is for now, 5yz is permanent (RFC 5321 section 4.2.1).
func answered(err error, permanent deliver.Code) error {
	var answer *smtp.SMTPError
	switch {
	case errors.As(err, &answer) && answer.Temporary():
		return &deliver.Error{Code: deliver.Later, Err: bare(answer)}
	case errors.As(err, &answer):
		return &deliver.Error{Code: meant(answer, permanent), Err: bare(answer)}
	case timedOut(err):
		return &deliver.Error{Code: deliver.TooSlow, Err: err}
	}
	return &deliver.Error{Code: deliver.Unreachable, Err: quiet(err)}
}

// meant looks at the enhanced code (RFC 3463): servers say about the sender at RCPT, and refuse by policy there too.
// Postfix has one code for all policies; what it means is in its words.
func meant(answer *smtp.SMTPError, permanent deliver.Code) deliver.Code {
	switch answer.Code {
	case signInFirst, signInWeak, signInInvalid, signInTLS:
		return deliver.SignInFailed
	}
	switch words := strings.ToLower(answer.Message); {
	case strings.Contains(words, "not logged in"):
		return deliver.SignInFailed
	case strings.Contains(words, "sender address rejected"):
		return deliver.BadSender
	}
	switch subject, detail := answer.EnhancedCode[1], answer.EnhancedCode[2]; {
	case subject == 1 && (detail == 7 || detail == 8):
		return deliver.BadSender
	case subject == 7 && permanent == deliver.BadReceiver:
		return deliver.Refused
	}
	return permanent
}

// bare keeps the codes only: servers repeat the receiver's address in their texts.
func bare(e *smtp.SMTPError) error {
	return fmt.Errorf("SMTP %d %d.%d.%d", e.Code, e.EnhancedCode[0], e.EnhancedCode[1], e.EnhancedCode[2])
}

// quiet drops the line that a protocol error repeats.
func quiet(err error) error {
	var protocol textproto.ProtocolError
	if errors.As(err, &protocol) {
		return errors.New("the answer is not SMTP")
	}
	return err
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
