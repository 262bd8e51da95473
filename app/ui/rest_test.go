package ui

import (
	"testing"
	"time"
)

// system is one whose events come when the test says.
type system struct {
	at     time.Duration // of the clock
	waits  int
	during func() // what happens in a Wait
	woken  bool
}

func (s *system) now() time.Time { return time.Unix(0, 0).Add(s.at) }

func (s *system) wait(d time.Duration) {
	s.waits++
	s.woken = false
	before := s.at
	if s.during != nil {
		s.during()
	}
	if s.at == before && !s.woken {
		s.at += d
	}
}

func newSleeper(s *system) *sleeper {
	s.at = time.Hour
	return &sleeper{Events: Events{Wait: s.wait, Wake: func() { s.woken = true }}, now: s.now}
}

func TestLoopSleepsWhileNothingHappens(t *testing.T) {
	var s system
	sleep := newSleeper(&s)
	for range 5 {
		if left := sleep.awake(); left > 0 {
			t.Fatalf("awake for %v more, though nothing happened", left)
		}
		sleep.doze()
	}
	if s.waits != 5 || s.at != time.Hour+5*nap {
		t.Fatalf("%d naps until %v, want 5 whole ones", s.waits, s.at)
	}
}

func TestLoopWakesForTheBridge(t *testing.T) {
	var s system
	sleep := newSleeper(&s)
	s.during = sleep.call
	sleep.doze()
	if !s.woken {
		t.Fatal("what came over the Bridge did not end the nap")
	}
	s.during = nil
	sleep.doze()
	if s.waits != 1 {
		t.Fatal("the loop slept again before it had drawn what came")
	}
	if left := sleep.awake(); left != turn {
		t.Fatalf("awake for %v, want %v: the Bridge is no hand on the mouse", left, turn)
	}
	s.at += turn
	sleep.doze()
	if s.waits != 2 {
		t.Fatal("the loop did not sleep again")
	}
}

func TestLoopStaysAwakeUnderTheHand(t *testing.T) {
	var s system
	sleep := newSleeper(&s)
	s.during = func() { s.at += nap / 3 } // the system has something to say
	sleep.doze()
	if left := sleep.awake(); left != attention {
		t.Fatalf("awake for %v after a key, want %v", left, attention)
	}
	s.at += attention - time.Millisecond
	sleep.doze()
	if s.waits != 1 {
		t.Fatal("the loop slept while somebody works")
	}
	s.at += time.Millisecond
	s.during = nil
	sleep.doze()
	if s.waits != 2 {
		t.Fatal("the loop did not sleep when the hand was gone")
	}
}

func TestNobodyIsWokenWhoDoesNotSleep(t *testing.T) {
	var s system
	sleep := newSleeper(&s)
	sleep.call()
	if s.woken {
		t.Fatal("the system's events were touched with no Wait under way: they may be gone")
	}
}
