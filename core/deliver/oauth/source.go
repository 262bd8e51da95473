package oauth

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Times of keeping a token.
const (
	early      = 5 * time.Minute // a token is renewed so long before it ends, or at three quarters of a short life
	unsaid     = time.Hour       // life of a token whose provider does not say
	firstAgain = time.Minute     // after a renewal that did not reach the provider
	lastAgain  = 30 * time.Minute
)

// Source gives access tokens for one mailbox, and keeps the refresh token where it is safe. It is safe for concurrent
// use; renewals are made one at a time.
type Source struct {
	refresh func(ctx context.Context, refresh string) (Token, error)
	save    func(ctx context.Context, refresh string) error

	turn  chan struct{} // capacity 1: held by the one who renews
	wake  chan struct{} // capacity 1: there is another token than Keep knows
	mu    sync.Mutex
	token Token
	got   time.Time // when token came
	saved string    // the refresh token as it was saved
	dead  bool      // the provider wants a new sign-in
}

// NewSource begins with a token of an earlier run (then only Refresh is set) or of a sign-in that was saved. save keeps
// a refresh token that replaced the one before; until it succeeds it is called again with every renewal.
func NewSource(refresh func(ctx context.Context, refresh string) (Token, error),
	save func(ctx context.Context, refresh string) error, begin Token) *Source {
	return &Source{refresh: refresh, save: save, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		token: begin, got: time.Now(), saved: begin.Refresh}
}

// Token returns an access token that is good for a while. refused is one that the mail server has just refused, or "":
// it is not given again. It may ask the provider; the error is one of this package's or ctx's.
func (s *Source) Token(ctx context.Context, refused string) (string, error) {
	return s.get(ctx, func(t Token) bool { return t.Access != refused && time.Now().Before(s.end(t).Add(-s.margin(t)/2)) })
}

// get returns the token if it is good enough, else a new one.
func (s *Source) get(ctx context.Context, good func(Token) bool) (string, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	t, dead := s.now()
	switch {
	case dead:
		return "", ErrSignInAgain
	case t.Access != "" && good(t):
		return t.Access, nil
	}
	next, err := s.refresh(ctx, t.Refresh)
	if err != nil {
		if errors.Is(err, ErrSignInAgain) {
			s.mu.Lock()
			s.dead = true
			s.mu.Unlock()
		}
		return "", err
	}
	s.set(next)
	s.keepSafe(ctx, next.Refresh)
	return next.Access, nil
}

func (s *Source) now() (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.dead
}

func (s *Source) set(t Token) {
	s.mu.Lock()
	s.token, s.got, s.dead = t, time.Now(), false
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it will wake anyway
	}
}

// keepSafe saves a refresh token that is new. When that goes wrong the token counts all the same: the old one may be
// void already, and the next renewal tries again.
func (s *Source) keepSafe(ctx context.Context, refresh string) {
	if refresh == s.saved {
		return
	}
	if s.save(context.WithoutCancel(ctx), refresh) == nil {
		s.saved = refresh
	}
}

// end is when a token ends; one of an earlier run has ended.
func (s *Source) end(t Token) time.Time {
	switch {
	case t.Access == "":
		return time.Time{}
	case t.Expiry.IsZero(): // of the sign-in
		return s.got.Add(unsaid)
	}
	return t.Expiry
}

// margin is how long before its end a token is renewed.
func (s *Source) margin(t Token) time.Duration {
	return min(early, s.end(t).Sub(s.got)/4)
}

// Keep renews the token before it ends, until ctx does, so that no letter waits for it and a sign-in that ended is known
// before somebody needs it. told, if not nil, hears how each renewal went.
func (s *Source) Keep(ctx context.Context, told func(error)) {
	again := firstAgain
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			timer.Reset(s.untilRenewal())
			continue
		case <-timer.C:
		}
		_, err := s.get(ctx, func(t Token) bool { return !s.due(t) })
		if ctx.Err() != nil {
			return
		}
		if told != nil {
			told(err)
		}
		switch {
		case err == nil:
			again = firstAgain
			timer.Reset(s.untilRenewal())
		case errors.Is(err, ErrSignInAgain):
			return // a sign-in makes another Source
		default:
			timer.Reset(again)
			again = min(2*again, lastAgain)
		}
	}
}

func (s *Source) untilRenewal() time.Duration {
	t, _ := s.now()
	return max(time.Until(s.end(t).Add(-s.margin(t))), time.Second)
}

func (s *Source) due(t Token) bool { return !time.Now().Before(s.end(t).Add(-s.margin(t))) }
