package access

import "time"

// Bounds of handshaking anew after a broken session, and of trying again after a Mismatch.
const (
	BreakWindow    = 60 * time.Second
	BreaksAllowed  = 2 // within BreakWindow; the third is a Mismatch
	MismatchRetry  = 1 // new keys and certificates this many times, then stop on both sides
	UnprovenLimit  = 3 // sessions of one invitation without a right PIN or resume
	HandshakeEvery = time.Second
)

// Breaks counts broken sessions of one invitation. The zero value is ready.
type Breaks struct{ times []time.Time }

// Record notes a break and reports whether a new handshake may follow; false is a Mismatch.
func (b *Breaks) Record(now time.Time) bool {
	kept := b.times[:0]
	for _, t := range b.times {
		if now.Sub(t) < BreakWindow {
			kept = append(kept, t)
		}
	}
	b.times = append(kept, now)
	if len(b.times) <= BreaksAllowed {
		return true
	}
	b.times = nil
	return false
}
