package access

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"time"
)

// PINCode is six decimal digits. It prints as a placeholder; string(code) is what goes into a letter or the book.
type PINCode string

// NewPIN draws a PIN without modulo bias; leading zeros occur.
func NewPIN() PINCode {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system's source of randomness does not fail
	}
	return PINCode(fmt.Sprintf("%06d", n.Int64()))
}

// Bounds of the PIN.
const (
	PINTries   = 5 // wrong tries that one PIN bears before it is locked
	PINRenewed = 3 // new PINs that an invitation may get after its first
)

// PINBudget decides about tries. It is a value: every method that changes something returns the new value, and the
// caller writes that to the book before it answers. The JSON form is part of the book's.
type PINBudget struct {
	PIN     PINCode   `json:"pin"`
	Wrong   int       `json:"wrong"`             // wrong tries on this PIN
	Last    time.Time `json:"last,omitzero"`     // the last wrong try
	Renewed int       `json:"renewed,omitempty"` // PINs given after the first
}

// PINVerdict says what a try came to.
type PINVerdict int

const (
	PINRight  PINVerdict = iota
	PINWrong             // counted; TriesLeft says what is left, Wait how long to wait
	PINEarly             // came before Wait was over: not looked at, not counted
	PINLocked            // no try is left: not looked at
)

// NewPINBudget begins with a fresh PIN.
func NewPINBudget(pin PINCode) PINBudget { return PINBudget{PIN: pin} }

// Try judges what a patient typed, in constant time. Only PINWrong changes the budget.
func (b PINBudget) Try(now time.Time, typed string) (PINBudget, PINVerdict) {
	switch {
	case b.Locked():
		return b, PINLocked
	case b.Wait(now) > 0:
		return b, PINEarly
	case len(b.PIN) == 6 && subtle.ConstantTimeCompare([]byte(b.PIN), []byte(typed)) == 1:
		return b, PINRight
	}
	b.Wrong++
	b.Last = now.UTC().Round(0) // a wall-clock time: it is stored and read by another run
	return b, PINWrong
}

// TriesLeft is how many wrong tries the PIN still bears, 0 when locked.
func (b PINBudget) TriesLeft() int { return max(0, PINTries-b.Wrong) }

// Locked reports that the tries are spent: the doctor gives a new PIN or admits by sight.
func (b PINBudget) Locked() bool { return b.Wrong >= PINTries }

// Wait is how long until the next try is looked at: 0, 2, 5 and 10 s after the first to the fourth wrong one. A clock
// set back never makes it longer than that.
func (b PINBudget) Wait(now time.Time) time.Duration {
	if b.Wrong == 0 || b.Locked() {
		return 0
	}
	full := [PINTries]time.Duration{0, 0, 2 * time.Second, 5 * time.Second, 10 * time.Second}[b.Wrong]
	return min(full, max(0, full-now.Sub(b.Last)))
}

// WaitSeconds is Wait in whole seconds, rounded up, as messages carry it.
func (b PINBudget) WaitSeconds(now time.Time) int {
	return int((b.Wait(now) + time.Second - 1) / time.Second)
}

// Renew gives the invitation a new PIN with five tries, or ErrPINsSpent after PINRenewed of them.
func (b PINBudget) Renew(pin PINCode) (PINBudget, error) {
	if b.Renewed >= PINRenewed {
		return b, ErrPINsSpent
	}
	return PINBudget{PIN: pin, Renewed: b.Renewed + 1}, nil
}
