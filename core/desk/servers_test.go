package desk_test

import (
	"testing"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// TestFreshServersReachTheCall: a call that goes on while the server restarts, or for hours, looks for a lost path with
// credentials that still hold.
func TestFreshServersReachTheCall(t *testing.T) {
	consultation(t, func(o *office) {
		o.patient(o.invite("Kari", "a@example.no")).arrives()
		peer := o.peer(0)
		confirm(peer)
		o.settle()
		if peer.Did("servers") {
			t.Fatal("servers before they came")
		}
		o.server.Stop(signaling.Draining)
		o.until("the line is gone", func(s desk.State) bool { return s.Connection != desk.Online })
		o.server.Start()
		o.until("the desktop is back", func(s desk.State) bool { return s.Connection == desk.Online && peer.Did("servers") })
	})
}
