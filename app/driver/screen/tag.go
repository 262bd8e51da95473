package screen

import "image"

// tag is a small image made ready to be laid over a picture again and again: B, G, R times coverage, and coverage.
type tag struct {
	pixels        []byte
	width, height int
}

// newTag prepares an image; nil is none.
func newTag(img image.Image) tag {
	if img == nil {
		return tag{}
	}
	b := img.Bounds()
	t := tag{make([]byte, 0, 4*b.Dx()*b.Dy()), b.Dx(), b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			red, green, blue, alpha := img.At(x, y).RGBA() // already times coverage
			t.pixels = append(t.pixels, byte(blue>>8), byte(green>>8), byte(red>>8), byte(alpha>>8))
		}
	}
	return t
}

// draw lays the tag over the buffer at a point, within a rectangle.
func (t tag) draw(c *composer, at image.Point, within image.Rectangle) {
	r := image.Rect(at.X, at.Y, at.X+t.width, at.Y+t.height).Intersect(within).Intersect(c.bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		from := t.pixels[4*((y-at.Y)*t.width+r.Min.X-at.X):][:4*r.Dx()]
		to := c.pixels[y*c.stride+4*r.Min.X:][:len(from)]
		for i := 0; i < len(from); i += 4 {
			rest := 255 - int(from[i+3])
			for j := i; j < i+3; j++ {
				to[j] = from[j] + byte(int(to[j])*rest/255)
			}
		}
	}
}
