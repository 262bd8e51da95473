package store

import (
	"errors"

	"github.com/nats-io/nats.go/jetstream"

	"legekonsultasjon/core/signaling"
)

// Error is a refusal or a failure with the code that the client is told.
type Error struct {
	Code signaling.Code
	Err  error // the cause, for the log
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "store: " + string(e.Code)
	}
	return "store: " + string(e.Code) + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code that a client is told about err: StoreDown for anything without one of its own, nothing for nil.
func CodeOf(err error) signaling.Code {
	if err == nil {
		return ""
	}
	var coded *Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return signaling.StoreDown
}

// ErrNotFound is returned by lookups of doctors and clinics by name.
var ErrNotFound = errors.New("not found")

// errTaken and errAbsent never leave the package.
var (
	errTaken  = errors.New("key is taken")
	errAbsent = errors.New("no such key")
)

// JetStream's codes for a write that its own limits stopped.
const (
	jsInsufficientResources jetstream.ErrorCode = 10023
	jsStorageExceeded       jetstream.ErrorCode = 10047
	jsStoreFailed           jetstream.ErrorCode = 10077
)

// coded turns an error of NATS into one of ours.
func coded(err error) error {
	var js jetstream.JetStreamError
	if errors.As(err, &js) && js.APIError() != nil {
		switch js.APIError().ErrorCode {
		case jsInsufficientResources, jsStorageExceeded, jsStoreFailed:
			return &Error{Code: signaling.StoreFull, Err: err}
		}
	}
	return &Error{Code: signaling.StoreDown, Err: err}
}
