//go:build cgo

package camera

import (
	"testing"

	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/prop"

	"legekonsultasjon/core/media"
)

func offer(w, h int, fps float32, f frame.Format) prop.Media {
	return prop.Media{Video: prop.Video{Width: w, Height: h, FrameRate: fps, FrameFormat: f}}
}

func TestBest(t *testing.T) {
	want := media.VideoFormat{Width: 1280, Height: 720, FPS: 30}
	usb2 := []prop.Media{
		offer(640, 480, 30, frame.FormatYUYV), offer(1280, 720, 10, frame.FormatYUYV),
		offer(1280, 720, 30, frame.FormatMJPEG), offer(1920, 1080, 30, frame.FormatMJPEG),
	}
	for _, c := range []struct {
		name   string
		offers []prop.Media
		want   int // index, -1: none
	}{
		{"JPEG when raw is too slow", usb2, 2},
		{"raw when it is quick enough", append(usb2, offer(1280, 720, 30, frame.FormatNV12)), 4},
		{"VGA when there is no more", usb2[:1], 0},
		{"rather large than small", []prop.Media{offer(640, 360, 30, frame.FormatYUYV), offer(1920, 1080, 30, frame.FormatYUYV)}, 1},
		{"an unknown rate is taken", []prop.Media{offer(1280, 720, 0, frame.FormatYUYV)}, 0},
		{"a depth camera is none", []prop.Media{offer(1280, 720, 30, frame.FormatZ16)}, -1},
		{"nothing", nil, -1},
	} {
		got, ok := best(c.offers, want)
		if ok != (c.want >= 0) || ok && got != c.offers[c.want] {
			t.Errorf("%s: got %+v, %v", c.name, got.Video, ok)
		}
	}
}
