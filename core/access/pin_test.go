package access

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestNewPIN(t *testing.T) {
	leadingZero := false
	digits := [10]int{}
	for range 3000 {
		pin := NewPIN()
		if len(pin) != 6 {
			t.Fatalf("%d digits", len(pin))
		}
		leadingZero = leadingZero || pin[0] == '0'
		for _, c := range string(pin) {
			digits[c-'0']++
		}
	}
	for d, n := range digits {
		if n < 1500 || n > 2100 { // 1800 expected, standard deviation 40
			t.Errorf("digit %d drawn %d times of 18000", d, n)
		}
	}
	if !leadingZero {
		t.Error("no leading zero in 3000")
	}
}

// TestPINBudgetStory is a patient who mistypes, a book that is written and read between the tries, a lock and a new PIN.
func TestPINBudgetStory(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	b := NewPINBudget("048291")
	try := func(after time.Duration, typed string, want PINVerdict, left int, wait time.Duration) {
		t.Helper()
		now = now.Add(after)
		var got PINVerdict
		b, got = b.Try(now, typed)
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		b = PINBudget{}
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		if got != want || b.TriesLeft() != left || b.Wait(now) != wait {
			t.Errorf("verdict %d, %d left, wait %v; want %d, %d, %v", got, b.TriesLeft(), b.Wait(now), want, left, wait)
		}
	}
	try(0, "048291", PINRight, 5, 0)
	try(0, "000000", PINWrong, 4, 0)
	try(0, "", PINWrong, 3, 2*time.Second)
	try(time.Second, "048291", PINEarly, 3, time.Second)
	try(time.Second, "48291", PINWrong, 2, 5*time.Second)
	try(5*time.Second, "0482910", PINWrong, 1, 10*time.Second)
	try(-time.Hour, "111111", PINEarly, 1, 10*time.Second) // the clock was set back
	try(time.Hour+9*time.Second, "048291", PINEarly, 1, time.Second)
	try(time.Second, "048291", PINRight, 1, 0)
	try(0, "111111", PINWrong, 0, 0)
	try(time.Hour, "048291", PINLocked, 0, 0)
	for range PINRenewed {
		var err error
		if b, err = b.Renew("123456"); err != nil || b.TriesLeft() != PINTries || b.Locked() {
			t.Fatalf("new PIN: %v", err)
		}
	}
	if _, err := b.Renew("123456"); !errors.Is(err, ErrPINsSpent) {
		t.Errorf("fourth new PIN: %v", err)
	}
	if _, got := (PINBudget{}).Try(now, ""); got != PINWrong {
		t.Error("an empty budget takes an empty PIN")
	}
	if n := (PINBudget{Wrong: 2, Last: now}).WaitSeconds(now.Add(time.Millisecond)); n != 2 {
		t.Errorf("wait is %d whole seconds", n)
	}
}
