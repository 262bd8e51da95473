package call_test

import (
	"context"
	"errors"
	"testing"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
)

func TestHoldAndAdmitAgain(t *testing.T) {
	s := newStage(t, props{})
	s.confirm()
	s.admit()
	s.seeAndHear()
	s.peer.Hold()
	_ = s.link.Send(access.Hold{})
	s.awaitPatient(func(p calltest.Status) bool { return p.Tracks != nil && *p.Tracks == call.RemoteTracks{} })
	s.eventually("the screen is cleared", func() bool { return s.screen.Last() == nil })
	s.stays("sending", s.sent.Sent)
	s.stays("showing", s.screen.Shown)
	doctor, patient := s.screen.Shown(), s.picture.Shown()
	s.admit()
	s.eventually("pictures both ways again", func() bool { return s.screen.Shown() > doctor+5 && s.picture.Shown() > patient+5 })
}

func TestAdmitBeforeConfirmation(t *testing.T) {
	s := newStage(t, props{})
	s.admit()
	s.confirm()
	s.seeAndHear()
}

func TestMuteAndCamera(t *testing.T) {
	s := newStage(t, props{})
	s.peer.SetCamera(false)
	s.confirm()
	s.admit()
	s.eventually("the patient hears the doctor", func() bool { return media.Level(s.heard.Played()) > -40 })
	s.awaitPatient(func(p calltest.Status) bool {
		return p.Tracks != nil && *p.Tracks == call.RemoteTracks{Microphone: true}
	})
	s.peer.SetMicrophone(false)
	s.awaitPatient(func(p calltest.Status) bool { return *p.Tracks == call.RemoteTracks{} })
	s.stays("packets of a mute doctor", s.sent.Sent)
	if s.picture.Shown() != 0 {
		t.Error("the patient saw a doctor whose camera is off")
	}
	s.peer.SetCamera(true)
	s.eventually("the patient sees the doctor", func() bool { return s.picture.Shown() > 5 })
	s.patient.Mute(false, true)
	s.await(0, "the patient's mute", func(e call.Event) bool { return e == call.RemoteTracks{Camera: true} })
}

// unplugged is a camera that fails.
type unplugged struct{}

var errUnplugged = errors.New("unplugged")

func (*unplugged) Run(context.Context, media.VideoFormat, func(*media.Frame)) error {
	return errUnplugged
}

func TestDeviceLostAndChanged(t *testing.T) {
	s := newStage(t, props{doctor: func(c *call.Config) { c.Devices.Camera = new(unplugged) }})
	s.confirm()
	s.admit()
	s.await(0, "the loss of the camera", func(e call.Event) bool {
		lost, ok := e.(call.DeviceLost)
		return ok && lost.Device == call.Camera && errors.Is(lost.Err, errUnplugged)
	})
	s.awaitPatient(func(p calltest.Status) bool {
		return p.Tracks != nil && *p.Tracks == call.RemoteTracks{Microphone: true}
	})
	devices, other := s.devices(), new(mediatest.Screen)
	devices.Picture = other
	s.peer.SetDevices(devices)
	s.eventually("the new camera's picture", func() bool { return s.picture.Shown() > 5 })
	s.eventually("the patient on the other screen", func() bool { return other.Shown() > 5 })
	s.awaitPatient(func(p calltest.Status) bool { return *p.Tracks == call.RemoteTracks{Microphone: true, Camera: true} })
}

func TestWithoutDevices(t *testing.T) {
	s := newStage(t, props{doctor: func(c *call.Config) { c.Devices = call.Devices{}; c.Codecs = media.Codecs{} }})
	s.confirm()
	s.admit()
	s.awaitPatient(func(p calltest.Status) bool { return p.Tracks != nil && *p.Tracks == call.RemoteTracks{} })
	s.await(0, "the patient's tracks", func(e call.Event) bool { return e == call.RemoteTracks{Microphone: true, Camera: true} })
}
