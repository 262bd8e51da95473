package desk_test

import (
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
)

var (
	goodLine = call.Quality{RoundTripMS: 40, SendHeight: 720}
	lossy    = call.Quality{RoundTripMS: 40, LossPercent: 9, SendHeight: 720}
	thin     = call.Quality{RoundTripMS: 700, SendHeight: 360}
	busy     = call.Quality{RoundTripMS: 40, SendHeight: 360, Strained: true}
	alone    = call.Quality{RoundTripMS: 40, SendHeight: 180, SoundOnly: true}
)

// What is wrong with the line is said in words on both sides, with whose network it is, and no longer than it is so.
func TestASlowLineIsSaid(t *testing.T) {
	consultation(t, func(o *office) {
		o.probe.Store(&call.Probe{RoundTrip: 20 * time.Millisecond, Sent: 20})
		p := o.patient(o.invite("Kari", "a@example.no"))
		p.arrives()
		peer := o.peer(0)
		confirm(peer)
		o.do(desk.DoJoin{Invitation: p.ID()})
		o.until("in the call", func(s desk.State) bool { return s.Call != nil })
		sample := func(q call.Quality, times int) {
			for range times {
				peer.Report(q)
				o.settle()
				time.Sleep(time.Second) // synctest's
			}
		}
		said := func() call.Network { return o.now().Call.Network }
		sample(goodLine, 3)
		sample(busy, 6)
		if got := said(); got != (call.Network{}) {
			t.Errorf("a busy machine is said to be a line: %+v", got)
		}
		sample(goodLine, 3)
		sample(lossy, 2)
		if got := said(); got != (call.Network{}) {
			t.Errorf("after two seconds: %+v", got)
		}
		sample(lossy, 1)
		o.until("the patient's network is slow", func(desk.State) bool { return said().Slow == call.Patients && peer.Did("network patient") })
		sample(thin, 2)
		o.until("and the picture smaller", func(desk.State) bool {
			return said() == call.Network{Slow: call.Patients, Picture: call.PictureReduced} && peer.Did("network patient reduced")
		})
		sample(goodLine, 7)
		o.until("well again", func(desk.State) bool { return said() == call.Network{} && peer.Did("network") })
		sample(alone, 1)
		o.until("sound alone", func(desk.State) bool { return said().Picture == call.PictureOff && peer.Did("network patient off") })
		sample(goodLine, 7)
		o.until("the picture is back", func(desk.State) bool { return said() == call.Network{} })
		o.probe.Store(&call.Probe{RoundTrip: 600 * time.Millisecond, Sent: 20, Lost: 5})
		sample(lossy, 4)
		o.until("it is our own", func(desk.State) bool { return said().Slow == call.Doctors && peer.Did("network doctor") })
	})
}
