package call_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
)

// shy is a camera that remembers whether it was ever opened.
type shy struct {
	mediatest.Camera
	opened atomic.Bool
}

func (s *shy) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	s.opened.Store(true)
	return s.Camera.Run(ctx, want, deliver)
}

// While the patient waits the connection is made and checked, and nothing else: no packet of media either way, no camera
// opened. Delta then takes only as long as a picture does.
func TestInstantJoin(t *testing.T) {
	camera := new(shy)
	s := newStage(t, props{doctor: func(c *call.Config) {
		camera.Clock = c.Clock
		c.Devices.Camera = camera
	}})
	s.confirm()
	waited := time.Now()
	s.eventually("a second in the waiting room", func() bool { return time.Since(waited) > time.Second })
	if s.sent.Sent() != 0 || s.sent.Received() != 0 || camera.opened.Load() || s.screen.Shown() != 0 {
		t.Errorf("before Delta: %d packets out, %d in, camera opened %v", s.sent.Sent(), s.sent.Received(), camera.opened.Load())
	}
	began := time.Now()
	s.admit()
	s.await(0, "the first picture", func(e call.Event) bool { _, ok := e.(call.FirstPicture); return ok })
	took := time.Since(began)
	t.Logf("from Delta to the patient's picture %v", took.Round(time.Millisecond))
	if took > 2*time.Second {
		t.Error("it takes as long as a connection")
	}
}
