// Package deliver is the way of a letter out of the program: what is sent, the channels that send it (email, sms), and
// what can go wrong, told apart by what the doctor can do about it. It keeps nothing: core/appointment records how far
// a letter has come, before and after every attempt.
package deliver

import (
	"context"
	"errors"
	"time"
)

// Message is one letter to one receiver. A channel takes what it can carry: SMS the Text, e-mail all of it.
type Message struct {
	ID       string // unique per letter; an e-mail's Message-ID is made of it, so a repeat can be recognised
	To       string // E.164 number or e-mail address
	Subject  string
	Text     string
	HTML     string
	Calendar []byte // text/calendar (RFC 5545), nil for none
	Method   string // of the calendar: REQUEST or CANCEL (RFC 5546)
	Attempt  int    // which one it is, from 1; 0 is the first too
}

// String keeps receivers and texts out of logs.
func (Message) String() string { return "[message]" }

// GoString keeps receivers and texts out of logs.
func (Message) GoString() string { return "[message]" }

// Channel sends letters. It is safe for concurrent use.
type Channel interface {
	// Send hands the message over, once, within the channel's own time limit. A nil error means that the other side
	// took it, not that it was read. Any other error is an *Error.
	Send(ctx context.Context, m Message) (receipt string, err error)
}

// Code is a stable reason; words for it are in the desk's catalogue under "reason.<code>".
type Code string

const (
	Unreachable  Code = "unreachable"  // no connection to the mail server or gateway
	NotSecure    Code = "notSecure"    // no TLS, or a certificate that cannot be trusted
	SignInFailed Code = "signInFailed" // user name, password or key refused
	SignInAgain  Code = "signInAgain"  // the mail provider wants a new sign-in in the browser
	BadReceiver  Code = "badReceiver"  // the number or address is refused for good
	BadSender    Code = "badSender"    // our own address or sender name is refused
	NoCredit     Code = "noCredit"     // the clinic's account is empty or closed
	Refused      Code = "refused"      // refused for good for another reason
	Later        Code = "later"        // refused for now
	TooSlow      Code = "tooSlow"      // no answer in time, nothing was handed over
	Unknown      Code = "unknown"      // the line broke after handing over: nobody can tell whether it went
	NotSetUp     Code = "notSetUp"     // settings are missing or make no sense
)

// Error says why a letter was not taken.
type Error struct {
	Code Code
	Err  error // for the log: never holds the receiver, the text or a secret
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "delivery: " + string(e.Code)
	}
	return "delivery: " + string(e.Code) + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Temporary says whether the same attempt may succeed a little later. Code Unknown is not temporary: a repeat could
// bring the letter twice, so the doctor is asked.
func (e *Error) Temporary() bool {
	return e.Code == Unreachable || e.Code == Later || e.Code == TooSlow
}

// CodeOf is the reason of any error that Send returned.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Unknown
}

// Wait is how long to wait after the nth temporary failure (from 1), and whether to try again at all.
func Wait(n int) (time.Duration, bool) {
	steps := [...]time.Duration{5 * time.Second, 20 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}
	if n < 1 || n > len(steps) {
		return 0, false
	}
	return steps[n-1], true
}
