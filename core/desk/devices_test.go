package desk_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/mediadevice"
)

// shelf is a machine whose devices come and go.
type shelf struct {
	mu      sync.Mutex
	changed func(mediadevice.Inventory)
	used    []string // what Use was last asked for
}

var (
	laptop  = mediadevice.Device{Kind: mediadevice.Microphone, ID: "laptop", Name: "Bærbar", Default: true}
	headset = mediadevice.Device{Kind: mediadevice.Microphone, ID: "jabra", Name: "Jabra"}
	ear     = mediadevice.Device{Kind: mediadevice.Speaker, ID: "jabra", Name: "Jabra"}
	box     = mediadevice.Device{Kind: mediadevice.Speaker, ID: "box", Name: "Høyttaler", Default: true}
	webcam  = mediadevice.Device{Kind: mediadevice.Camera, ID: "webcam", Name: "Webkamera"}
)

// Watch implements desk.Devices.
func (s *shelf) Watch(ctx context.Context, changed func(mediadevice.Inventory)) {
	s.mu.Lock()
	s.changed = changed
	s.mu.Unlock()
	s.holds(laptop, box, headset, ear, webcam)
	<-ctx.Done()
}

func (s *shelf) holds(all ...mediadevice.Device) {
	s.mu.Lock()
	changed := s.changed
	s.mu.Unlock()
	changed(all)
}

// Use implements desk.Devices.
func (s *shelf) Use(c, m, p mediadevice.Selection) call.Devices {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = []string{c.Device.ID, m.Device.ID, p.Device.ID}
	return call.Devices{}
}

func (s *shelf) uses(c, m, p string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.used) == 3 && s.used[0] == c && s.used[1] == m && s.used[2] == p
}

// A headset is pulled out and plugged in again, and a camera hangs: what is used instead is said, and the call goes on.
func TestDevicesComeAndGoDuringACall(t *testing.T) {
	things := new(shelf)
	withDevices(t, things, func(o *office) {
		o.inCall()
		peer := o.peer(0)
		o.until("the headset is preferred", func(desk.State) bool { return things.uses("webcam", "jabra", "jabra") })

		peer.Report(call.DeviceLost{Device: call.Microphone, Err: errors.New("gone")})
		o.until("another microphone at once", func(s desk.State) bool {
			return things.uses("webcam", "laptop", "jabra") && s.Notice != nil && s.Notice.Code == "microphoneNow" && s.Notice.Args["name"] == "Bærbar"
		})
		things.holds(laptop, box, webcam)
		o.until("and another speaker", func(s desk.State) bool {
			return things.uses("webcam", "laptop", "box") && s.Notice.Code == "speakerNow" && s.Call.MicrophoneProblem == nil
		})
		things.holds(laptop, box, headset, ear, webcam)
		o.until("the headset is back", func(s desk.State) bool {
			return things.uses("webcam", "jabra", "jabra") && s.Notice.Code == "soundNow"
		})

		peer.Report(call.DeviceLost{Device: call.Camera, Err: errors.New("hangs")})
		o.until("the only camera is gone, which is said", func(s desk.State) bool {
			return s.Call.CameraProblem != nil && s.Call.CameraProblem.Code == "cameraLost"
		})
		began := time.Now()
		o.until("it works again", func(s desk.State) bool { return s.Call.CameraProblem == nil })
		if took := time.Since(began); took < 4*time.Second || took > 8*time.Second {
			t.Errorf("after %v", took)
		}
		things.holds(laptop, box)
		o.until("it is pulled out", func(s desk.State) bool { return s.Call.CameraProblem != nil && s.Call.CameraProblem.Code == "noCamera" })
		if peer.Did("close") {
			t.Error("the call did not go on")
		}
	})
}
