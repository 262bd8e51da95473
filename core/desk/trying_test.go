package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/mediadevice"
)

// loud is a shelf that can play.
type loud struct {
	shelf
	played []string
	err    error
}

// PlayTest implements desk.TestSounds.
func (l *loud) PlayTest(_ context.Context, speaker mediadevice.Device) error {
	l.played = append(l.played, speaker.ID)
	return l.err
}

// Before a call the doctor hears the speaker, the chime's too, and learns whether a call gets through the network.
func TestTryingBeforeACall(t *testing.T) {
	things := new(loud)
	withDevices(t, things, func(o *office) {
		o.until("the devices are there", func(s desk.State) bool { return s.Settings.Ring == "box" })
		o.do(desk.DoTrySound{Kind: "speaker"})
		o.until("heard", func(s desk.State) bool { return s.Settings.Trying.Sound.OK })
		things.err = errors.New("gone")
		o.do(desk.DoTrySound{Kind: "ring"})
		o.until("not heard", func(s desk.State) bool { return s.Settings.Trying.Sound.Problem != nil })
		if len(things.played) != 2 || things.played[0] != "jabra" || things.played[1] != "box" {
			t.Errorf("played on %v: the chime does not ring in the headset", things.played)
		}
		o.do(desk.DoTryLine{})
		s := o.until("through", func(s desk.State) bool { return s.Settings.Trying.Line.OK })
		if s.Settings.Trying.RoundTrip != 30*time.Millisecond {
			t.Errorf("%+v", s.Settings.Trying)
		}
		o.loop = errors.New("blocked")
		o.do(desk.DoTryLine{})
		o.until("not through", func(s desk.State) bool {
			p := s.Settings.Trying.Line.Problem
			return p != nil && p.Code == "noRelay"
		})
	})
}

var okLoop = call.Loop{Connected: 200 * time.Millisecond, RoundTrip: 30 * time.Millisecond}
