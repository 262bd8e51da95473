package load

import (
	"testing"
	"time"
)

// TestRun is the bench with a handful of people: everybody gets in, and every figure is there.
func TestRun(t *testing.T) {
	few := Load{Waiting: 40, Within: time.Second, Calls: 6, Talk: 50 * time.Millisecond, Unloaded: 5, Settle: 400 * time.Millisecond}
	for _, secure := range []bool{false, true} {
		out, err := few.Run(t.Context(), secure)
		if err != nil {
			t.Fatal(err)
		}
		if out.Waiting != 40 || out.Idle == 0 || out.Unloaded50 == 0 || out.Join99 == 0 || out.Relay99 == 0 || out.Frames < 100 {
			t.Errorf("TLS %t: %+v", secure, out)
		}
		t.Logf("TLS %t: %+v", secure, out)
	}
}

// TestRelaying is the bench of the relays for a moment.
func TestRelaying(t *testing.T) {
	ours, peer, err := Relaying{Pairs: 2, Pictures: 2, For: time.Second}.Run(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(ours, peer)
}
