package desk_test

import (
	"context"
	"errors"
	"image"
	"sync"
	"testing"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/mediadevice"
)

// studio is a shelf whose devices can be tried. What is open is counted.
type studio struct {
	shelf
	mu    sync.Mutex
	open  map[string]int
	fails chan error // capacity 1: ends a Look
}

func (s *studio) count(id string, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[id] += by
}

func (s *studio) opened(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[id] > 0
}

// Listen implements desk.TestInputs.
func (s *studio) Listen(ctx context.Context, d mediadevice.Device, level func(float64)) error {
	s.count(d.ID, 1)
	defer s.count(d.ID, -1)
	level(-19.6)
	<-ctx.Done()
	return nil
}

// Look implements desk.TestInputs.
func (s *studio) Look(ctx context.Context, d mediadevice.Device, picture func(*image.RGBA)) error {
	s.count(d.ID, 1)
	defer s.count(d.ID, -1)
	picture(image.NewRGBA(image.Rect(0, 0, 4, 3)))
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.fails:
		return err
	}
}

// The camera's light is on only while its picture is asked for in the settings, and the microphone is heard only then.
func TestDevicesAreTriedInTheSettingsOnly(t *testing.T) {
	things := &studio{open: map[string]int{}}
	withDevices(t, things, func(o *office) {
		things.fails = make(chan error, 1) // here, in the bubble of the test's own time
		o.until("the devices are there", func(s desk.State) bool { return len(s.Settings.Cameras) > 0 })
		o.do(desk.DoTryInput{Kind: "camera", On: true})
		o.do(desk.DoOpenSettings{})
		s := o.until("the settings are open", func(s desk.State) bool { return s.Screen == desk.ScreenSettings })
		if s.Settings.Trying.Inputs.Looking || things.opened("webcam") {
			t.Error("the camera was opened before the settings were")
		}
		o.do(desk.DoTryInput{Kind: "camera", On: true})
		o.do(desk.DoTryInput{Kind: "microphone", On: true})
		o.until("seen and heard", func(s desk.State) bool {
			in := s.Settings.Trying.Inputs
			return in.Picture != nil && in.Level == -21 && things.opened("webcam") && things.opened("jabra")
		})
		o.do(desk.DoChooseDevice{Kind: "microphone", ID: "laptop"})
		o.until("another microphone is heard", func(desk.State) bool { return things.opened("laptop") && !things.opened("jabra") })

		things.fails <- errors.New("gone")
		o.until("the camera is lost", func(s desk.State) bool {
			in := s.Settings.Trying.Inputs
			return !in.Looking && in.Problem != nil && in.Problem.Code == "cameraLost" && in.Listening
		})
		o.do(desk.DoTryInput{Kind: "camera", On: true})
		o.until("seen again", func(s desk.State) bool { return s.Settings.Trying.Inputs.Problem == nil && things.opened("webcam") })
		o.do(desk.DoCloseSettings{})
		o.until("all is closed", func(s desk.State) bool {
			return s.Settings.Trying.Inputs == (desk.Inputs{}) && !things.opened("webcam") && !things.opened("laptop")
		})
	})
}
