// Package keyring keeps secrets in the operating system's keyring: Secret Service on Linux, Credential Manager on
// Windows, Keychain on macOS. Every call is limited in time, because a keyring may wait for a prompt that nobody sees.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"legekonsultasjon/core/settings"
)

// Patience is how long a call may take before the keyring counts as unavailable.
const Patience = 3 * time.Second

// Store is a settings.SecretStore. Service names the program and its profile, so that a demo or a test never touches the
// user's own secrets. It is safe from several goroutines; a call that does not come back keeps one goroutine.
type Store struct {
	service string
	busy    chan struct{} // capacity 1, held during a call: keyrings do not like to be asked twice at once
}

// New makes a store; nothing is asked yet.
func New(service string) *Store { return &Store{service: service, busy: make(chan struct{}, 1)} }

// Get implements settings.SecretStore.
func (s *Store) Get(ctx context.Context, name string) (string, error) {
	return s.limited(ctx, func() (string, error) {
		secret, err := keyring.Get(s.service, name)
		if errors.Is(err, keyring.ErrNotFound) {
			return "", settings.ErrNotFound
		}
		return secret, err
	})
}

// Set implements settings.SecretStore.
func (s *Store) Set(ctx context.Context, name, secret string) error {
	_, err := s.limited(ctx, func() (string, error) { return "", keyring.Set(s.service, name, secret) })
	return err
}

// Delete implements settings.SecretStore.
func (s *Store) Delete(ctx context.Context, name string) error {
	_, err := s.limited(ctx, func() (string, error) {
		err := keyring.Delete(s.service, name)
		if errors.Is(err, keyring.ErrNotFound) {
			return "", nil
		}
		return "", err
	})
	return err
}

// limited runs a call in a goroutine of its own and waits for it, for Patience at most. Whatever else goes wrong than a
// missing secret means that there is no keyring to rely on. The call's result is handed over through done only, so a
// call that comes back late changes nothing.
func (s *Store) limited(ctx context.Context, call func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	select {
	case s.busy <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("%w: still busy with an earlier call", settings.ErrUnavailable)
	}
	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1) // capacity 1: the call ends even when nobody waits for it
	go func() {
		defer func() { <-s.busy }()
		secret, err := call()
		done <- answer{secret, err}
	}()
	select {
	case a := <-done:
		if a.err == nil || errors.Is(a.err, settings.ErrNotFound) {
			return a.secret, a.err
		}
		return "", fmt.Errorf("%w: %w", settings.ErrUnavailable, a.err)
	case <-ctx.Done():
		return "", fmt.Errorf("%w: no answer within %v", settings.ErrUnavailable, Patience)
	}
}
