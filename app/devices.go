package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"legekonsultasjon/app/driver/audio"
	"legekonsultasjon/app/driver/camera"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// devices are the machine's cameras, microphones and speakers as the desk wants them.
type devices struct {
	cameras           *camera.System
	sound             *audio.System
	camera            string // from the command line: replaces every camera
	picture, selfView media.VideoSink
	treatment         *treatment
	speaker           func(id string) // told which speaker the chime should ring on
	log               *slog.Logger
	seen              string // the camera files of the last look
	found             mediadevice.Inventory
}

var _ desk.Devices = (*devices)(nil)

// look is how often the inventory is taken: no system tells reliably of what is plugged in.
const look = 3 * time.Second

// Watch implements desk.Devices.
func (d *devices) Watch(ctx context.Context, changed func(mediadevice.Inventory)) {
	every := time.NewTicker(look)
	defer every.Stop()
	var last mediadevice.Inventory
	for first := true; ; first = false {
		now := d.inventory(ctx)
		if first || !slices.Equal(last, now) {
			last = now
			changed(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (d *devices) inventory(ctx context.Context) mediadevice.Inventory {
	out := d.standIn()
	if d.camera == "" {
		out = slices.Clone(d.plugged())
	}
	sound, err := d.sound.Devices(ctx)
	if err != nil && ctx.Err() == nil {
		d.log.Debug("no sound", "err", err)
	}
	return append(out, sound...)
}

// plugged lists the cameras. Asking for their names opens each of them for a moment, so it is done only when one came or
// went, as far as the system shows that as files; elsewhere once.
func (d *devices) plugged() mediadevice.Inventory {
	files, _ := filepath.Glob("/dev/video*")
	if now := strings.Join(files, " ") + "."; now != d.seen {
		d.seen, d.found = now, d.cameras.Devices()
	}
	return d.found
}

// standIn is the camera that the command line asks for.
func (d *devices) standIn() mediadevice.Inventory {
	if d.camera == "" || d.camera == camera.None {
		return nil
	}
	id, name := d.camera, d.camera
	if id == "test" {
		id, name = camera.Pattern, "Test"
	}
	return mediadevice.Inventory{{Kind: mediadevice.Camera, ID: id, Name: name, Default: true}}
}

// Use implements desk.Devices.
func (d *devices) Use(cam, microphone, speaker mediadevice.Selection) call.Devices {
	out := call.Devices{Picture: d.picture, SelfView: d.selfView}
	if cam.Found() {
		out.Camera = d.cameras.Source(cam.Device.ID)
	}
	if microphone.Found() {
		out.Microphone = d.sound.Microphone(microphone.Device.ID, d.treatment.speech())
	}
	if speaker.Found() {
		out.Speaker = d.sound.Speaker(speaker.Device.ID)
		d.speaker(speaker.Device.ID)
	}
	return out
}
