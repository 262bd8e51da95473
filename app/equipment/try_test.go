package equipment_test

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"testing"

	"legekonsultasjon/app/equipment"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// cameras are one that shows a picture whose left half is white, for ever, and one that hangs.
type cameras struct{}

func (cameras) Devices() mediadevice.Inventory     { return nil }
func (cameras) Source(id string) media.VideoSource { return source(id) }

type source string

var errHangs = errors.New("hangs")

// Run implements media.VideoSource.
func (s source) Run(ctx context.Context, _ media.VideoFormat, deliver func(*media.Frame)) error {
	if s == "hangs" {
		return errHangs
	}
	f := media.NewFrame(1280, 720)
	for y := range f.Height {
		for x := range f.Width / 2 {
			f.Y[y*f.YStride+x] = 235
		}
	}
	for ctx.Err() == nil {
		deliver(f)
	}
	return nil
}

// One sees oneself as in a mirror, small, and not more often than the window can bear.
func TestLook(t *testing.T) {
	var m desk.TestInputs = equipment.New(equipment.Config{Cameras: cameras{}, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	var seen []*image.RGBA
	err := m.Look(ctx, mediadevice.Device{ID: "works"}, func(p *image.RGBA) {
		if seen = append(seen, p); len(seen) == 2 {
			cancel()
		}
	})
	if err != nil || len(seen) != 2 || seen[0] == seen[1] {
		t.Fatal(err, len(seen))
	}
	if b := seen[0].Bounds(); b != image.Rect(0, 0, 320, 180) {
		t.Error(b)
	}
	if left, right := seen[0].RGBAAt(20, 90).R, seen[0].RGBAAt(300, 90).R; left > 20 || right < 235 {
		t.Errorf("not mirrored: %d on the left, %d on the right", left, right)
	}
	if err := m.Look(t.Context(), mediadevice.Device{ID: "hangs"}, func(*image.RGBA) {}); !errors.Is(err, errHangs) {
		t.Error(err)
	}
}
