package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/deliver/oauth"
)

// mint gives numbered tokens that live for an hour, each refresh token once.
type mint struct {
	mu    sync.Mutex
	n     int
	fail  []error // what the next renewals come to
	saved []string
	bad   int // savings still to fail
}

func (m *mint) refresh(_ context.Context, refresh string) (oauth.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.fail) > 0 {
		err := m.fail[0]
		m.fail = m.fail[1:]
		return oauth.Token{}, err
	}
	if refresh != fmt.Sprint("r", m.n) {
		return oauth.Token{}, oauth.ErrSignInAgain
	}
	m.n++
	return oauth.Token{Access: fmt.Sprint("a", m.n), Refresh: fmt.Sprint("r", m.n), Expiry: time.Now().Add(time.Hour)}, nil
}

func (m *mint) save(_ context.Context, refresh string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bad > 0 {
		m.bad--
		return errors.New("locked")
	}
	m.saved = append(m.saved, refresh)
	return nil
}

func want(t *testing.T, s *oauth.Source, refused, access string) {
	t.Helper()
	if got, err := s.Token(t.Context(), refused); got != access || err != nil {
		t.Errorf("%q, %v, want %s", got, err, access)
	}
}

func TestATokenIsUsedUntilItNearsItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := oauth.NewSource(m.refresh, m.save, oauth.Token{Refresh: "r0"})
		want(t, s, "", "a1")
		time.Sleep(57 * time.Minute)
		want(t, s, "", "a1")
		time.Sleep(time.Minute)
		want(t, s, "", "a2")
		want(t, s, "a2", "a3") // the server has refused it
		want(t, s, "a2", "a3")
		if !slices.Equal(m.saved, []string{"r1", "r2", "r3"}) {
			t.Errorf("saved %v", m.saved)
		}
	})
}

func TestManyAskAndOneRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := oauth.NewSource(m.refresh, m.save, oauth.Token{Refresh: "r0"})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { want(t, s, "", "a1") })
		}
		all.Wait()
	})
}

func TestATokenIsRenewedInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{bad: 1}
		s := oauth.NewSource(m.refresh, m.save, oauth.Token{Refresh: "r0"})
		ctx, cancel := context.WithCancel(t.Context())
		var told []error
		ended := make(chan struct{})
		go func() { defer close(ended); s.Keep(ctx, func(err error) { told = append(told, err) }) }()
		time.Sleep(3*time.Hour + time.Minute) // at 0:00, 0:55, 1:50, 2:45
		synctest.Wait()
		if m.n != 4 || len(told) != 4 || !slices.Equal(m.saved, []string{"r2", "r3", "r4"}) {
			t.Errorf("%d renewals, told %v, saved %v", m.n, told, m.saved)
		}
		m.mu.Lock()
		m.fail = []error{oauth.ErrUnreachable, oauth.ErrUnreachable}
		m.mu.Unlock()
		time.Sleep(time.Hour) // at 3:40 and 3:41 in vain, at 3:43
		synctest.Wait()
		if m.n != 5 || len(told) != 7 {
			t.Errorf("%d renewals, told %v", m.n, told)
		}
		m.mu.Lock()
		m.fail = []error{oauth.ErrSignInAgain}
		m.mu.Unlock()
		<-ended // by itself: only a person can do something now
		cancel()
		if _, err := s.Token(t.Context(), ""); !errors.Is(err, oauth.ErrSignInAgain) || !errors.Is(told[7], oauth.ErrSignInAgain) {
			t.Errorf("%v, told %v", err, told)
		}
	})
}

func TestWaitingForATokenEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		s := oauth.NewSource(func(context.Context, string) (oauth.Token, error) { <-hold; return oauth.Token{}, oauth.ErrUnreachable },
			nil, oauth.Token{Refresh: "r0"})
		ended := make(chan struct{})
		go func() { defer close(ended); _, _ = s.Token(context.Background(), "") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Token(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(hold)
		<-ended
	})
}

// A token that lives for a minute only is renewed before its end, and not all the time.
func TestShortLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s := oauth.NewSource(func(context.Context, string) (oauth.Token, error) {
			n++
			return oauth.Token{Access: "a", Refresh: "r", Expiry: time.Now().Add(time.Minute)}, nil
		}, nil, oauth.Token{Refresh: "r"})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute-time.Second)
		defer cancel()
		s.Keep(ctx, nil)
		if n != 14 { // every 45 s
			t.Errorf("%d renewals", n)
		}
	})
}
