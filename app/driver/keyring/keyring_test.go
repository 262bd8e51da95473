package keyring

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"legekonsultasjon/core/settings"
)

var _ settings.SecretStore = (*Store)(nil)

func TestSecretsAreKeptAndForgotten(t *testing.T) {
	keyring.MockInit()
	s, ctx := New("test"), context.Background()
	if _, err := s.Get(ctx, "session"); !errors.Is(err, settings.ErrNotFound) {
		t.Fatalf("before Set: %v", err)
	}
	if err := s.Set(ctx, "session", "abc"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(ctx, "session"); err != nil || got != "abc" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := New("other profile").Get(ctx, "session"); !errors.Is(err, settings.ErrNotFound) {
		t.Fatalf("another profile sees it: %v", err)
	}
	for range 2 {
		if err := s.Delete(ctx, "session"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABrokenKeyringIsUnavailable(t *testing.T) {
	keyring.MockInitWithError(errors.New("no such interface"))
	if _, err := New("test").Get(context.Background(), "session"); !errors.Is(err, settings.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestAKeyringThatHangsIsUnavailable(t *testing.T) {
	s := New("test")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	_, err := s.limited(ctx, func() (string, error) { <-release; return "late", nil })
	if !errors.Is(err, settings.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	close(release)
	if secret, err := s.limited(context.Background(), func() (string, error) { return "next", nil }); err != nil || secret != "next" {
		t.Fatalf("the store does not recover: %q, %v", secret, err)
	}
}
