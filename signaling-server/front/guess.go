package front

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// Bounds of guessing at one account. Strangers share one allowance of each kind, and every known workstation has its own:
// whatever strangers do, they do not use up what the doctor at a machine of his has. Nobody but the doctor's desktops knows
// the ids of their installations.
const (
	passwordTries  = 100 // wrong ones before the next is refused
	passwordEvery  = time.Minute
	passcodeTries  = 10
	passcodeEvery  = 10 * time.Minute
	passwordDelays = bucketSize // from here on strangers wait before they are answered
)

// guesser is whose allowance a sign-in uses: an account's strangers', or one known workstation's.
type guesser [sha256.Size]byte

func guesserOf(email string, installation signaling.InstallationID, known bool) guesser {
	if !known {
		installation = signaling.InstallationID{}
	}
	return sha256.Sum256(append(installation[:], strings.ToLower(strings.TrimSpace(email))...))
}

// allowance counts tries that are taken before the work and given back when they were right, so that many at the same moment
// are not more than its size.
type allowance struct {
	size  int
	every time.Duration // one more

	mu  sync.Mutex
	all map[guesser]bucket
}

func newAllowance(size int, every time.Duration) *allowance {
	return &allowance{size: size, every: every, all: map[guesser]bucket{}}
}

func (a *allowance) at(b bucket, now time.Time) bucket {
	back := int(now.Sub(b.at) / a.every)
	if back >= b.spent {
		return bucket{at: now}
	}
	return bucket{spent: b.spent - back, at: b.at.Add(time.Duration(back) * a.every)}
}

// take takes one try and says how many were taken before. ok is false when there is none.
func (a *allowance) take(g guesser, now time.Time) (before int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.all) >= maxBuckets {
		a.forget(now)
	}
	b := a.at(a.all[g], now)
	if b.spent >= a.size {
		return b.spent, false
	}
	before = b.spent
	b.spent++
	a.all[g] = b
	return before, true
}

// giveBack returns a try that was right.
func (a *allowance) giveBack(g guesser) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.all[g]
	if b.spent <= 1 {
		delete(a.all, g)
		return
	}
	b.spent--
	a.all[g] = b
}

// forget drops those that are full again, and then those with most left until a quarter is free: an account that is being
// guessed at stays counted, and inventing addresses does not make room for more tries at it.
func (a *allowance) forget(now time.Time) {
	for g, b := range a.all {
		if a.at(b, now).spent == 0 {
			delete(a.all, g)
		}
	}
	for least := 1; least <= a.size; least++ {
		for g, b := range a.all {
			if len(a.all) <= maxBuckets*3/4 {
				return
			}
			if a.at(b, now).spent <= least {
				delete(a.all, g)
			}
		}
	}
}

// guess does work that a password, and perhaps a passcode, was given for, within the allowances. Strangers from a network or
// at an account with many failures wait before it.
func (s *Server) guess(ctx context.Context, from netip.Prefix, g guesser, known, passcode bool, work func() error) error {
	now := time.Now()
	before, ok := s.passwords.take(g, now)
	if !ok {
		return &store.Error{Code: signaling.TryLater}
	}
	if passcode {
		if _, ok := s.passcodes.take(g, now); !ok {
			s.passwords.giveBack(g)
			return &store.Error{Code: signaling.TryLater}
		}
	}
	if !known && (before >= passwordDelays || s.logins.empty(from, now)) {
		pause(ctx, maxDelay)
	}
	err := work()
	code := store.CodeOf(err)
	if code == signaling.WrongSignIn {
		s.logins.charge(from, now)
	} else {
		s.passwords.giveBack(g)
	}
	if passcode && code != signaling.WrongPasscode {
		s.passcodes.giveBack(g)
	}
	return err
}
