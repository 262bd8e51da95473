package equipment

import (
	"context"
	"image"
	"time"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// showEvery is how often a device that is tried is told of: the window repaints all of itself for it, which costs a machine
// that draws with its processor dearly.
const showEvery = 300 * time.Millisecond

// previewWidth is that of the pictures of a camera that is tried.
const previewWidth = 320

// Listen implements desk.TestInputs: the sound as the microphone hears it, before anything is made of it.
func (d *Machine) Listen(ctx context.Context, microphone mediadevice.Device, level func(float64)) error {
	var meter media.Meter
	var told time.Duration
	return d.Sound.Source(microphone.ID).Run(ctx, func(pcm []int16, at time.Duration) {
		meter.Add(pcm)
		if told == 0 || at-told >= showEvery {
			told = at
			level(meter.Level())
		}
	})
}

// Look implements desk.TestInputs: mirrored, as people know themselves.
func (d *Machine) Look(ctx context.Context, camera mediadevice.Device, picture func(*image.RGBA)) error {
	var told time.Time
	var small, mirrored media.Frame
	return d.Cameras.Source(camera.ID).Run(ctx, media.VideoFormat{Width: 640, Height: 480, FPS: 15}, func(f *media.Frame) {
		if time.Since(told) < showEvery || !f.Valid() {
			return
		}
		told = time.Now()
		small.Resize(previewWidth, max(2, previewWidth*f.Height/f.Width))
		yuv.Scale(&small, f)
		yuv.Mirror(&mirrored, &small)
		out := image.NewRGBA(image.Rect(0, 0, mirrored.Width, mirrored.Height))
		if yuv.RGBA(out.Pix, out.Stride, &mirrored) == nil {
			picture(out)
		}
	})
}
