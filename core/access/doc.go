// Package access is how an invitation becomes an authenticated call: the link's secret and its typed code, the keys
// derived from it, the sealed note, the PIN and its budget, the handshake, the sealed frames, resuming, the SDP gate and
// the confirmation over the live certificates. docs/ACCESS.md is its specification ("legekonsultasjon/1") and
// testdata/access.json holds values for every step, which the patient's page is tested against too.
//
// Nothing in it does I/O except drawing random bytes, and nothing reads a clock: time is an argument. Values are not
// safe for concurrent use unless they say so.
package access

import (
	"errors"
	"fmt"
	"log/slog"
)

// The errors that callers tell apart. All are wrapped with what was wrong, never with a secret.
var (
	ErrLink        = errors.New("not an invitation link")
	ErrTypedCode   = errors.New("not a typed code")
	ErrNote        = errors.New("sealed note does not open")
	ErrHandshake   = errors.New("handshake message refused")
	ErrSDP         = errors.New("session description refused")
	ErrPINsSpent   = errors.New("no further PIN for this invitation")
	ErrTooLarge    = errors.New("message larger than a frame")
	ErrOutOfOrder  = errors.New("message not allowed at this point of the session")
	ErrSessionOver = errors.New("session is over")
	// ErrNotThisSession says that a frame names another session: drop it, nothing has happened.
	ErrNotThisSession = errors.New("frame of another session")
	// ErrBroken says that a frame was lost, repeated or altered: end the session and handshake anew (Breaks counts).
	ErrBroken = errors.New("sealed channel broken")
	// ErrRefused says that a frame opened and held what the other side may not say: end the session.
	ErrRefused = errors.New("message refused")
)

// Role names a side of a session. It is a byte of the handshake and of every frame's additional data.
type Role = byte

// The roles of version 1. Others are reserved for third participants.
const (
	RolePatient Role = 'P'
	RoleDoctor  Role = 'D'
)

const protocol = "legekonsultasjon/1"

// placeholder is what a secret prints as, whatever the verb.
func placeholder(f fmt.State, name string) { _, _ = fmt.Fprintf(f, "[%s]", name) }

// Format keeps the secret out of every print.
func (Secret) Format(f fmt.State, _ rune) { placeholder(f, "secret") }

// LogValue keeps the secret out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// Format keeps the keys out of every print.
func (Keys) Format(f fmt.State, _ rune) { placeholder(f, "keys") }

// LogValue keeps the keys out of logs.
func (Keys) LogValue() slog.Value { return slog.StringValue("[keys]") }

// Format keeps the PIN out of every print.
func (PINCode) Format(f fmt.State, _ rune) { placeholder(f, "pin") }

// LogValue keeps the PIN out of logs.
func (PINCode) LogValue() slog.Value { return slog.StringValue("[pin]") }

// Format keeps the typed PIN out of every print.
func (PIN) Format(f fmt.State, _ rune) { placeholder(f, "pin message") }

// LogValue keeps the typed PIN out of logs.
func (PIN) LogValue() slog.Value { return slog.StringValue("[pin message]") }

// Format keeps the keys out of every print.
func (*Session) Format(f fmt.State, _ rune) { placeholder(f, "session") }

// LogValue keeps the keys out of logs.
func (*Session) LogValue() slog.Value { return slog.StringValue("[session]") }

// Format keeps the private key out of every print.
func (*Patient) Format(f fmt.State, _ rune) { placeholder(f, "handshake") }
