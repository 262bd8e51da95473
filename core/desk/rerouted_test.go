package desk_test

import (
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/route"
)

// inCall is a patient in a call over a confirmed connection.
func (o *office) inCall() *patient {
	o.t.Helper()
	p := o.patient(o.invite("Kari", "a@example.no"))
	p.arrives()
	confirm(o.peer(0))
	o.do(desk.DoJoin{Invitation: p.ID()})
	p.hears("admit")
	p.Peer = 1
	return p
}

// The workstation moves to another network: the call is told, and a new socket is opened without waiting for the old
// one's end.
func TestTheNetworkChanges(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.inCall()
		o.routes <- route.Change{}
		o.settle()
		if !o.peer(0).Did("rerouted") || o.peer(0).Did("detach") {
			t.Error("an address came: the call is told, and the socket stays")
		}
		o.routes <- route.Change{Moved: true}
		o.until("online again", func(s desk.State) bool { return o.peer(0).Did("detach") && s.Connection == desk.Online })
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		o.until("goes on", func(s desk.State) bool { return o.peer(0).Did("attach") && s.Call.State == desk.CallSecure })
		if o.peer(0).Did("restart") || len(o.peers.All()) != 1 {
			t.Error("a path that is sound is left alone")
		}
	})
}

// The patient's page is in another network and has noticed: its word is enough for a restart.
func TestThePatientHasLostThePath(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.inCall()
		p.Lost = true
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		o.until("restarted", func(desk.State) bool { return o.peer(0).Did("attach") && o.peer(0).Did("restart") })
	})
}

// A connection that was good and failed is replaced at once, and later ones after a pause.
func TestAGoodPeerThatFailsIsReplacedAtOnce(t *testing.T) {
	consultation(t, func(o *office) {
		o.inCall()
		began := time.Now()
		o.peer(0).Report(call.StateChanged{State: call.Failed})
		o.until("another one", func(desk.State) bool { return len(o.peers.All()) == 2 && o.peer(1).Did("admit") })
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("after %v", took)
		}
	})
}
