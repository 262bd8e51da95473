package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/mediatest/impair"
)

// Sequence numbers, timestamps, picture IDs and SRTP's roll-over counter wrap in a call, on a line on which packets are lost
// and sent again: neither side notices.
func TestNumbersWrap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := calltest.NewStudy(t, calltest.BeforeTheWrap)
		s.Both(impair.Conditions{Loss: .02, Delay: 30 * msec})
		s.Wait(time.Second) // the beginning of every call
		s.Forget()
		from := s.Clock()
		const length = 9 * time.Second
		s.Wait(length)
		for who, saw := range map[string]*mediatest.Watch{"doctor": s.Doctor, "patient": s.Picture} {
			if stood, longest := mediatest.Frozen(saw.Times(), from, s.Clock()); stood > length/20 || len(saw.Times()) < 250 {
				t.Errorf("the %s saw %d pictures, frozen for %v, at longest %v", who, len(saw.Times()), stood, longest)
			}
		}
		for who, heard := range map[string]*mediatest.Speaker{"doctor": s.Hears, "patient": s.Listens} {
			quiet, longest := mediatest.Silent(heard.Played(), -45)
			t.Logf("the %s heard nothing for %v, at longest %v", who, quiet, longest)
			if quiet > length/50 {
				t.Errorf("the %s heard nothing for %v, at longest %v", who, quiet, longest)
			}
		}
		for _, e := range s.Events() {
			if e, ok := e.(call.StateChanged); ok {
				t.Errorf("%v", e.State)
			}
		}
		if q := s.Newest(); q.LossPercent > 8 {
			t.Errorf("%+v", q)
		}
	})
}
