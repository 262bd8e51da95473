package desk_test

import (
	"testing"

	"legekonsultasjon/core/desk"
)

// TestAQuietPatientIsMadeLouder: the peer is told, and a call that begins anew is as loud as it was sent.
func TestAQuietPatientIsMadeLouder(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Kari", "a@example.no"))
		p.arrives()
		peer := o.peer(0)
		confirm(peer)
		o.do(desk.DoJoin{Invitation: p.ID()})
		o.until("as it was sent", func(s desk.State) bool { return s.Call != nil && s.Call.Volume == 100 && peer.Did("volume 1.0") })
		o.do(desk.DoVolume{Percent: 200})
		o.until("louder", func(s desk.State) bool { return s.Call.Volume == 200 && peer.Did("volume 2.0") })
		o.do(desk.DoVolume{Percent: 100000})
		o.until("as loud as can be", func(s desk.State) bool { return s.Call.Volume == 400 })
		o.do(desk.DoLeave{})
		o.until("left", func(s desk.State) bool { return s.Call == nil })
	})
}
