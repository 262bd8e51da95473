package desk_test

import (
	"testing"

	"legekonsultasjon/core/desk"
)

// TestAHeartIsListenedTo: the choice about noise is remembered and counts at once; *Hjertelyd* lasts as long as the call.
func TestAHeartIsListenedTo(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Kari", "a@example.no"))
		p.arrives()
		confirm(o.peer(0))
		o.do(desk.DoSound{Sound: desk.Sound{HeartSound: true, LeaveNoise: true}})
		s := o.until("noise is left", func(s desk.State) bool { return s.Sound.LeaveNoise })
		if s.Sound.HeartSound {
			t.Error("a heart is listened to while nobody is called")
		}
		o.do(desk.DoJoin{Invitation: p.ID()})
		o.until("in the call", func(s desk.State) bool { return s.Call != nil })
		o.do(desk.DoSound{Sound: desk.Sound{HeartSound: true, Canceller: "no-such"}})
		o.until("listening", func(s desk.State) bool { return s.Sound == desk.Sound{HeartSound: true, LeaveNoise: true} })
		o.do(desk.DoLeave{})
		o.until("left", func(s desk.State) bool { return s.Call == nil && s.Sound == desk.Sound{LeaveNoise: true} })
		o.do(desk.DoSound{Sound: desk.Sound{Canceller: "aec2"}})
		o.until("another canceller", func(s desk.State) bool { return s.Sound == desk.Sound{Canceller: "aec2"} })
	})
}
