package screen

import (
	"image"
	"image/color"
	"testing"

	"legekonsultasjon/core/media"
)

func grey(width, height int, luma byte) *media.Frame {
	f := media.NewFrame(width, height)
	for i := range f.Y {
		f.Y[i] = luma
	}
	return f
}

func newComposer(width, height int) *composer {
	c := &composer{look: Look{Ground: color.NRGBA{R: 200, A: 255}, Stage: color.NRGBA{G: 200, A: 255}, Unit: 1}}
	c.own.Shown = true
	stride := width*4 + 16 // X may pad its rows
	c.resize(make([]byte, stride*height), stride, width, height)
	return c
}

func TestPictureFillsTheMiddleAndCornersAreRound(t *testing.T) {
	c := newComposer(800, 300)
	c.picture(grey(640, 360, 235))
	c.selfView(grey(640, 360, 16))
	if r := c.paint(true); r != image.Rect(0, 0, 800, 300) {
		t.Fatalf("shows %v", r)
	}
	at := func(x, y int) color.NRGBA { return bgrx{c}.At(x, y).(color.NRGBA) }
	if p := at(400, 100); p.R < 250 || p.G < 250 {
		t.Errorf("the picture is %v", p)
	}
	if p := at(30, 150); p != (color.NRGBA{G: 200, A: 255}) {
		t.Errorf("beside the picture is %v", p)
	}
	if p := at(0, 0); p != (color.NRGBA{R: 200, A: 255}) {
		t.Errorf("the corner is %v", p)
	}
	if p := at(c.smallAt.Min.X+20, c.smallAt.Min.Y+20); p.R > 5 {
		t.Errorf("the own picture is %v", p)
	}
	if r := c.paint(false); !r.In(c.smallAt.Inset(-4)) || r.Empty() {
		t.Errorf("a new own picture shows %v", r)
	}
}

func TestNoSizeGoesOutside(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {7, 3}, {33, 500}, {500, 33}, {1281, 721}} {
		c := newComposer(size.X, size.Y)
		for _, f := range []*media.Frame{grey(1, 1, 9), grey(3, 641, 9), grey(641, 3, 9), grey(640, 480, 9)} {
			c.picture(f)
			c.selfView(f)
			c.paint(true)
			c.paint(false)
		}
	}
}

func TestSoftwareRenderersAreKnown(t *testing.T) {
	for name, want := range map[string]bool{"llvmpipe (LLVM 15.0.6, 256 bits)": true, "softpipe": true, "Mesa Intel(R) UHD Graphics 620": false, "NVIDIA GeForce": false, "Google SwiftShader": true} {
		if IsSoftware(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
