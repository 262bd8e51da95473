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
	c := &composer{look: Look{Ground: color.NRGBA{R: 200, A: 255}, Stage: color.NRGBA{G: 200, A: 255}, Unit: 1}, own: true}
	stride := width*4 + 16 // X may pad its rows
	c.resize(make([]byte, stride*height), stride, width, height)
	return c
}

func (c *composer) at(x, y int) color.NRGBA {
	px := c.pixels[y*c.stride+x*4:]
	return color.NRGBA{R: px[2], G: px[1], B: px[0], A: 0xFF}
}

func (c *composer) give(n int, f *media.Frame) image.Rectangle {
	return c.paint(c.picture(n, f, image.Pt(f.Width, f.Height)))
}

func (c *composer) giveOwn(f *media.Frame) image.Rectangle {
	return c.paint(c.selfView(f, image.Pt(f.Width, f.Height)))
}

var stage = color.NRGBA{G: 200, A: 255}

func TestPictureFillsTheMiddleAndCornersAreRound(t *testing.T) {
	c := newComposer(800, 300)
	if r := c.give(0, grey(640, 360, 235)); r != image.Rect(0, 0, 800, 300) {
		t.Fatalf("the first picture shows %v", r)
	}
	c.giveOwn(grey(640, 360, 16))
	if p := c.at(400, 100); p.R < 250 || p.G < 250 {
		t.Errorf("the picture is %v", p)
	}
	if p := c.at(30, 150); p != stage {
		t.Errorf("beside the picture is %v", p)
	}
	if p := c.at(0, 0); p != (color.NRGBA{R: 200, A: 255}) {
		t.Errorf("the corner is %v", p)
	}
	if p := c.at(c.self.at.Min.X+20, c.self.at.Min.Y+20); p.R > 5 {
		t.Errorf("the own picture is %v", p)
	}
	if r := c.giveOwn(grey(640, 360, 16)); r != c.outer() || r.Empty() {
		t.Errorf("a new own picture shows %v", r)
	}
	if r := c.give(0, grey(640, 360, 200)); !r.In(c.tiles[0].at.Union(c.outer())) {
		t.Errorf("a new picture shows %v", r)
	}
}

// However often it is painted, the screen looks as after the first time.
func TestWordsStandInTheMiddleUntilThereIsAPicture(t *testing.T) {
	c := newComposer(800, 300)
	words := image.NewNRGBA(image.Rect(0, 0, 100, 20))
	for i := range words.Pix {
		words.Pix[i] = 0xFF
	}
	c.words = newTag(words)
	c.paint(c.bounds())
	if p := c.at(400, 150); p.R != 255 {
		t.Errorf("in the middle is %v", p)
	}
	c.giveOwn(grey(640, 360, 16))
	if p := c.at(360, 145); p.R != 255 {
		t.Errorf("with an own picture in the middle is %v", p)
	}
	c.give(0, grey(640, 360, 16))
	if p := c.at(400, 150); p.R > 5 {
		t.Errorf("over a picture stands %v", p)
	}
}

func TestPaintedAgainItLooksTheSame(t *testing.T) {
	for _, size := range []image.Point{{800, 300}, {640, 360}, {300, 700}, {48, 40}} {
		c := newComposer(size.X, size.Y)
		c.label = newTag(image.NewNRGBA(image.Rect(0, 0, 60, 20)))
		c.give(0, grey(640, 360, 180))
		c.giveOwn(grey(640, 480, 90))
		before := append([]byte(nil), c.pixels...)
		for range 3 {
			c.give(0, grey(640, 360, 180))
			c.giveOwn(grey(640, 480, 90))
			c.paint(c.bounds())
		}
		for i := range before {
			if before[i] != c.pixels[i] {
				t.Fatalf("%v: pixel %d, %d changed", size, i%c.stride/4, i/c.stride)
			}
		}
	}
}

func TestThreeParticipantsShareThePlaceAndOneLeaves(t *testing.T) {
	c := newComposer(800, 450)
	c.own = false
	for n, luma := range []byte{60, 120, 235} {
		c.give(n, grey(640, 360, luma))
	}
	seen := map[uint8]bool{}
	for n := range 3 {
		at := c.tiles[n].at
		seen[c.at(at.Min.X+at.Dx()/2, at.Min.Y+at.Dy()/2).G] = true
		if at.Dx() < 300 {
			t.Errorf("participant %d has only %v", n, at)
		}
	}
	if len(seen) != 3 {
		t.Errorf("three participants look like %d", len(seen))
	}
	c.paint(c.picture(1, nil, image.Point{}))
	if !c.tiles[1].at.Empty() || c.tiles[0].at == c.tiles[2].at {
		t.Errorf("one has left: %v, %v, %v", c.tiles[0].at, c.tiles[1].at, c.tiles[2].at)
	}
	c.paint(c.picture(0, nil, image.Point{}))
	c.paint(c.picture(2, nil, image.Point{}))
	if p := c.at(400, 225); p != stage {
		t.Errorf("all have left: %v", p)
	}
}

func TestNoSizeGoesOutside(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {7, 3}, {33, 500}, {500, 33}, {1281, 721}} {
		c := newComposer(size.X, size.Y)
		c.label = newTag(image.NewNRGBA(image.Rect(0, 0, 60, 20)))
		for _, f := range []*media.Frame{grey(1, 1, 9), grey(3, 641, 9), grey(641, 3, 9), grey(640, 480, 9)} {
			for n := range c.tiles {
				c.give(n, f)
			}
			c.giveOwn(f)
			c.paint(c.bounds())
		}
	}
}

// Thirty pictures a second for an hour would be much garbage.
func TestAPictureCostsNoMemory(t *testing.T) {
	c := newComposer(1252, 646)
	c.label = newTag(image.NewNRGBA(image.Rect(0, 0, 60, 20)))
	big, own := grey(1280, 720, 100), grey(640, 360, 50)
	n := testing.AllocsPerRun(20, func() {
		c.give(0, big)
		c.giveOwn(own)
	})
	if n > 0 {
		t.Errorf("%v allocations for a picture", n)
	}
}

func TestAPictureThatIsShownSmallIsFirstMadeCoarser(t *testing.T) {
	var buffer media.Frame
	for _, c := range []struct{ w, h, sizeW, sizeH, want int }{
		{1280, 720, 216, 120, 320}, {640, 480, 216, 162, 320}, {640, 480, 860, 646, 640}, {1280, 720, 384, 216, 640}, {642, 362, 100, 50, 642}, {3, 3, 1, 1, 3},
	} {
		f := grey(c.w, c.h, 77)
		got := coarser(&buffer, f, image.Pt(c.sizeW, c.sizeH))
		if got.Width != c.want || got.Y[0] != 77 || !got.Valid() {
			t.Errorf("%+v: %d wide, luma %d", c, got.Width, got.Y[0])
		}
	}
}

func TestTheLabelIsMixedByItsCoverage(t *testing.T) {
	c := newComposer(800, 450)
	img := image.NewNRGBA(image.Rect(0, 0, 40, 20))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+3] = 255, 128 // red, half
	}
	c.label = newTag(img)
	c.giveOwn(grey(640, 360, 235))
	p := c.at(c.self.at.Min.X+10, c.self.at.Max.Y-10)
	if p.R < 250 || p.G < 120 || p.G > 135 {
		t.Errorf("half a red label over white is %v", p)
	}
}

func TestSoftwareRenderersAreKnown(t *testing.T) {
	for name, want := range map[string]bool{"llvmpipe (LLVM 15.0.6, 256 bits)": true, "softpipe": true, "Mesa Intel(R) UHD Graphics 620": false, "NVIDIA GeForce": false, "Google SwiftShader": true} {
		if IsSoftware(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func BenchmarkPicture720p(b *testing.B) {
	c := newComposer(1252, 646)
	scaled := grey(1148, 646, 100)
	for b.Loop() {
		c.paint(c.picture(0, scaled, image.Pt(1280, 720)))
	}
}
