package desk

import (
	"context"
	"image"
	"math"

	"legekonsultasjon/core/mediadevice"
)

// DoTryInput begins or ends a try of what is chosen, while the settings are open: Kind "microphone" is listened to, for a
// meter, and Kind "camera" is looked through. Leaving the settings, or a call, ends both.
type DoTryInput struct {
	Kind string
	On   bool
}

func (DoTryInput) command() {}

// Inputs is what is seen of the two.
type Inputs struct {
	Listening, Looking bool
	Level              float64     // of the microphone, in dBFS, in steps of 3; 0 before the first
	Picture            *image.RGBA // what the camera sees, mirrored and small; never changed; nil before the first
	Problem            *Problem
}

// TestInputs are Devices that can be tried. Both methods tell what they find a few times a second, from one goroutine, until
// ctx ends (nil) or the device fails.
type TestInputs interface {
	Listen(ctx context.Context, microphone mediadevice.Device, level func(dBFS float64)) error
	Look(ctx context.Context, camera mediadevice.Device, picture func(*image.RGBA)) error
}

// inputTrial is a device that is open for a try.
type inputTrial struct {
	device string
	cancel context.CancelFunc
	ended  bool // asked to end; it is gone when its goroutine says so
}

// doTryInput notes what is wanted; pump does it.
func (l *loop) doTryInput(kind string, on bool) {
	if on && (!l.settingsOpen || l.call != nil) {
		return
	}
	in := &l.trying.Inputs
	in.Problem = nil
	switch kind {
	case "microphone":
		in.Listening, in.Level = on, 0
	case "camera":
		in.Looking, in.Picture = on, nil
	}
}

// tryInputs opens and closes devices as is wanted. One is closed before another is opened.
func (l *loop) tryInputs() {
	in := &l.trying.Inputs
	if !l.settingsOpen || l.call != nil {
		*in = Inputs{}
	}
	l.tryInput(mediadevice.Microphone, &in.Listening)
	l.tryInput(mediadevice.Camera, &in.Looking)
}

func (l *loop) tryInput(kind mediadevice.Kind, wanted *bool) {
	tester, ok := l.Devices.(TestInputs)
	on, now := l.selected(kind), l.inputs[kind]
	switch {
	case now != nil && (!*wanted || !on.Found() || on.Device.ID != now.device):
		now.ended = true
		now.cancel()
	case now == nil && *wanted && (!ok || !on.Found()):
		*wanted = false
		l.trying.Inputs.Problem = &Problem{Code: map[mediadevice.Kind]string{mediadevice.Microphone: "noMicrophone", mediadevice.Camera: "noCamera"}[kind]}
	case now == nil && *wanted:
		l.openInput(tester, kind, on.Device, wanted)
	}
}

func (l *loop) openInput(tester TestInputs, kind mediadevice.Kind, d mediadevice.Device, wanted *bool) {
	ctx, cancel := context.WithCancel(l.ctx)
	t := &inputTrial{device: d.ID, cancel: cancel}
	l.inputs[kind] = t
	tell := func(change func(*Inputs)) {
		l.post(func() {
			if !t.ended && *wanted {
				change(&l.trying.Inputs)
			}
		})
	}
	l.start(func(context.Context) func() {
		defer cancel()
		var err error
		lost := "cameraLost"
		if kind == mediadevice.Microphone {
			lost = "microphoneLost"
			err = tester.Listen(ctx, d, func(level float64) { tell(func(in *Inputs) { in.Level = 3 * math.Round(level/3) }) })
		} else {
			err = tester.Look(ctx, d, func(p *image.RGBA) { tell(func(in *Inputs) { in.Picture = p }) })
		}
		return func() {
			delete(l.inputs, kind)
			if err == nil || t.ended {
				return
			}
			l.Log.Info("a device failed when it was tried", "kind", deviceNames[kind])
			*wanted = false
			l.trying.Inputs.Problem = &Problem{Code: lost}
		}
	})
}
