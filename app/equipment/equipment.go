// Package equipment is the machine's cameras, microphones and speakers as the desk wants them: what is plugged in, and
// objects that stay the same as long as the devices work.
package equipment

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"legekonsultasjon/app/driver/audio"
	"legekonsultasjon/app/driver/camera"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/wav"
	"legekonsultasjon/core/mediadevice"
)

// Cameras are the machine's: camera.System.
type Cameras interface {
	Devices() mediadevice.Inventory
	Source(id string) media.VideoSource
}

// Config is what Machine needs.
type Config struct {
	Cameras           Cameras
	Sound             *audio.System
	Camera            string // a stand-in from the command line replaces every camera: see camera.System.Source; "" for none
	Picture, SelfView media.VideoSink
	Speech            audio.Speech // what the microphone goes through
	TestSound         []byte       // a WAV file
	Log               *slog.Logger
}

// Machine implements desk.Devices.
type Machine struct {
	Config
	again chan struct{} // capacity 1: full means that Watch will look at once anyway

	mu   sync.Mutex
	held held // what was handed out last
}

// New opens nothing yet.
func New(c Config) *Machine { return &Machine{Config: c, again: make(chan struct{}, 1)} }

// held are the objects of the devices in use: the same for the same device as long as it works, so that it is not opened
// anew when another one is plugged in.
type held struct {
	camera     *heldCamera
	microphone *heldMicrophone
	speaker    *heldSpeaker
}

// look is how often the inventory is taken: no system tells reliably of what is plugged in.
const look = time.Second

// Watch implements desk.Devices.
func (d *Machine) Watch(ctx context.Context, changed func(mediadevice.Inventory)) {
	every := time.NewTicker(look)
	defer every.Stop()
	lister := d.Sound.NewLister()
	defer lister.Close()
	var last mediadevice.Inventory
	for first := true; ; first = false {
		now := d.inventory(ctx, lister)
		if first || !slices.Equal(last, now) {
			last = now
			changed(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		case <-d.again:
		}
	}
}

func (d *Machine) inventory(ctx context.Context, lister *audio.Lister) mediadevice.Inventory {
	out := d.standIn()
	if d.Camera == "" {
		out = d.Cameras.Devices()
	}
	sound, err := lister.List(ctx)
	if err != nil && ctx.Err() == nil {
		d.Log.Debug("no sound", "err", err)
	}
	return append(out, sound...)
}

// standIn is the camera that the command line asks for.
func (d *Machine) standIn() mediadevice.Inventory {
	if d.Camera == "" || d.Camera == camera.None {
		return nil
	}
	id, name := d.Camera, d.Camera
	if id == "test" {
		id, name = camera.Pattern, "Test"
	}
	return mediadevice.Inventory{{Kind: mediadevice.Camera, ID: id, Name: name, Default: true}}
}

// Use implements desk.Devices. A device that failed is a new object; one that works stays the one it is.
func (d *Machine) Use(cam, microphone, speaker mediadevice.Selection) call.Devices {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := call.Devices{Picture: d.Picture, SelfView: d.SelfView}
	if cam.Found() {
		if h := d.held.camera; h == nil || !h.stillIs(cam.Device.ID) {
			d.held.camera = &heldCamera{VideoSource: d.Cameras.Source(cam.Device.ID), state: d.hold(cam.Device.ID)}
		}
		out.Camera = d.held.camera
	}
	if microphone.Found() {
		if h := d.held.microphone; h == nil || !h.stillIs(microphone.Device.ID) {
			d.held.microphone = &heldMicrophone{AudioSource: d.Sound.Microphone(microphone.Device.ID, d.Speech), state: d.hold(microphone.Device.ID)}
		}
		out.Microphone = d.held.microphone
	}
	if speaker.Found() {
		if h := d.held.speaker; h == nil || !h.stillIs(speaker.Device.ID) {
			d.held.speaker = &heldSpeaker{AudioSink: d.Sound.Speaker(speaker.Device.ID), state: d.hold(speaker.Device.ID)}
		}
		out.Speaker = d.held.speaker
	}
	return out
}

// PlayTest implements desk.TestSounds.
func (d *Machine) PlayTest(ctx context.Context, speaker mediadevice.Device) error {
	clip, err := wav.Read(bytes.NewReader(d.TestSound))
	if err != nil {
		return err
	}
	return d.Sound.PlayPCM(ctx, speaker.ID, clip.Mono())
}

// state is what is known of one object.
type state struct {
	id     string
	failed chan struct{}   // capacity 1: full means that it has failed
	again  chan<- struct{} // the inventory is worth a look
}

func (d *Machine) hold(id string) state {
	return state{id: id, failed: make(chan struct{}, 1), again: d.again}
}

func (s state) stillIs(id string) bool { return s.id == id && len(s.failed) == 0 }

// ended notes how a run ended.
func (s state) ended(err error) error {
	if err != nil {
		for _, c := range []chan<- struct{}{s.failed, s.again} {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	return err
}

type heldCamera struct {
	media.VideoSource
	state
}

// Run implements media.VideoSource.
func (h *heldCamera) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	return h.ended(h.VideoSource.Run(ctx, want, deliver))
}

type heldMicrophone struct {
	media.AudioSource
	state
}

// Run implements media.AudioSource.
func (h *heldMicrophone) Run(ctx context.Context, deliver func([]int16, time.Duration)) error {
	return h.ended(h.AudioSource.Run(ctx, deliver))
}

type heldSpeaker struct {
	media.AudioSink
	state
}

// Run implements media.AudioSink.
func (h *heldSpeaker) Run(ctx context.Context, fill func([]int16)) error {
	return h.ended(h.AudioSink.Run(ctx, fill))
}
