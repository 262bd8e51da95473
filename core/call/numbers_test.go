package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/call/calltest"
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
		if err := s.Judge(from, calltest.Bounds{Frozen: length / 20, Silent: length / 50, Pictures: 180}); err != nil {
			t.Error(err)
		}
		if q := s.Newest(); q.LossPercent > 8 {
			t.Errorf("%+v", q)
		}
	})
}
