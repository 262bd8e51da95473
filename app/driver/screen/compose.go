package screen

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
)

// composer paints both pictures into one B, G, R, X buffer. It is used by one goroutine and allocates only when
// something grows.
type composer struct {
	pixels        []byte
	stride        int
	width, height int
	look          Look
	own           Own

	big, mirrored, small media.Frame
	hasBig, hasSmall     bool
	bigAt, smallAt       image.Rectangle
	corner               []uint8 // coverage of the picture in a corner, radius x radius
}

// resize begins with a new buffer.
func (c *composer) resize(pixels []byte, stride, width, height int) {
	c.pixels, c.stride, c.width, c.height = pixels, stride, width, height
	c.fill(image.Rect(0, 0, width, height), c.look.Stage)
	c.bigAt, c.smallAt = image.Rectangle{}, image.Rectangle{}
}

// picture takes the patient's newest picture, scaled to where it stands.
func (c *composer) picture(f *media.Frame) {
	w, h := contain(f.Width, f.Height, c.width, c.height)
	if w < 2 || h < 2 {
		return
	}
	at := image.Rect(0, 0, w, h).Add(image.Pt((c.width-w)/2, (c.height-h)/2))
	if at != c.bigAt {
		c.fill(image.Rect(0, 0, c.width, c.height), c.look.Stage)
		c.bigAt = at
	}
	c.big.Resize(w, h)
	yuv.Scale(&c.big, f)
	c.hasBig = true
}

// selfView takes the doctor's newest picture, mirrored and scaled.
func (c *composer) selfView(f *media.Frame) {
	w, h := c.ownSize(f.Width, f.Height)
	if w < 2 || h < 2 {
		return
	}
	c.mirrored.Resize(f.Width, f.Height)
	yuv.Mirror(&c.mirrored, f)
	c.small.Resize(w, h)
	yuv.Scale(&c.small, &c.mirrored)
	gap := int(16 * c.look.Unit)
	c.smallAt = image.Rect(c.width-w-gap, c.height-h-gap, c.width-gap, c.height-gap)
	c.hasSmall = true
}

// ownSize is how large the own picture is: at most 216 x 162 units and a quarter of the place.
func (c *composer) ownSize(width, height int) (w, h int) {
	most := min(216*c.look.Unit, float32(c.width)*0.24)
	scale := min(most/float32(width), min(162*c.look.Unit, float32(c.height)*0.3)/float32(height))
	return int(float32(width)*scale) &^ 1, int(float32(height)*scale) &^ 1
}

// paint puts everything into the buffer, and returns what has to be shown anew.
func (c *composer) paint(bigChanged bool) image.Rectangle {
	changed := image.Rectangle{}
	if bigChanged {
		changed = image.Rect(0, 0, c.width, c.height)
		if c.hasBig {
			c.blit(&c.big, c.bigAt)
		} else {
			c.fill(changed, c.look.Stage)
		}
		c.corners()
	}
	if c.own.Shown {
		changed = changed.Union(c.paintOwn())
	}
	return changed.Intersect(image.Rect(0, 0, c.width, c.height))
}

// paintOwn paints frame, own picture and label.
func (c *composer) paintOwn() image.Rectangle {
	if c.smallAt.Empty() {
		w, h := c.ownSize(16, 9)
		gap := int(16 * c.look.Unit)
		c.smallAt = image.Rect(c.width-w-gap, c.height-h-gap, c.width-gap, c.height-gap)
	}
	edge := max(1, int(2*c.look.Unit))
	outer := c.smallAt.Inset(-edge)
	c.fill(outer, color.NRGBA{R: 0x8A, G: 0x97, B: 0x94, A: 0xFF})
	if c.hasSmall && c.small.Width == c.smallAt.Dx() && c.small.Height == c.smallAt.Dy() {
		c.blit(&c.small, c.smallAt)
	} else {
		c.fill(c.smallAt, c.look.Ground)
	}
	if c.own.Label != nil {
		size := c.own.Label.Bounds().Size()
		gap := int(6 * c.look.Unit)
		at := image.Pt(c.smallAt.Min.X+gap, c.smallAt.Max.Y-size.Y-gap)
		draw.Draw(bgrx{c}, image.Rectangle{at, at.Add(size)}.Intersect(c.smallAt), c.own.Label, c.own.Label.Bounds().Min, draw.Over)
	}
	return outer
}

// blit writes a frame of exactly the rectangle's size.
func (c *composer) blit(f *media.Frame, at image.Rectangle) {
	if !at.In(image.Rect(0, 0, c.width, c.height)) {
		return
	}
	offset := at.Min.Y*c.stride + at.Min.X*4
	_ = yuv.BGRA(c.pixels[offset:], c.stride, f) // sizes were made to fit just before
}

func (c *composer) fill(r image.Rectangle, to color.NRGBA) {
	r = r.Intersect(image.Rect(0, 0, c.width, c.height))
	if r.Empty() {
		return
	}
	first := c.pixels[r.Min.Y*c.stride+r.Min.X*4:][:r.Dx()*4]
	for x := 0; x < len(first); x += 4 {
		first[x], first[x+1], first[x+2], first[x+3] = to.B, to.G, to.R, 0xFF
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.pixels[y*c.stride+r.Min.X*4:][:r.Dx()*4], first)
	}
}

// corners rounds the place with the ground behind it.
func (c *composer) corners() {
	radius := int(16 * c.look.Unit)
	if 2*radius > c.width || 2*radius > c.height {
		return
	}
	if len(c.corner) != radius*radius {
		c.corner = coverage(radius)
	}
	for y := range radius {
		for x := range radius {
			inside := c.corner[y*radius+x]
			if inside == 255 {
				continue
			}
			for _, p := range [4]image.Point{{x, y}, {c.width - 1 - x, y}, {x, c.height - 1 - y}, {c.width - 1 - x, c.height - 1 - y}} {
				c.mix(p, inside)
			}
		}
	}
}

func (c *composer) mix(p image.Point, inside uint8) {
	px := c.pixels[p.Y*c.stride+p.X*4:][:3]
	for i, ground := range [3]uint8{c.look.Ground.B, c.look.Ground.G, c.look.Ground.R} {
		px[i] = uint8((int(px[i])*int(inside) + int(ground)*(255-int(inside))) / 255)
	}
}

// coverage is how much of each pixel of the top left corner lies inside the rounding.
func coverage(radius int) []uint8 {
	out := make([]uint8, radius*radius)
	r := float64(radius)
	for y := range radius {
		for x := range radius {
			d := math.Hypot(r-float64(x)-0.5, r-float64(y)-0.5)
			out[y*radius+x] = uint8(255 * math.Min(1, math.Max(0, r-d+0.5)))
		}
	}
	return out
}

// contain is the largest even size of a picture's shape within a place.
func contain(width, height, placeWidth, placeHeight int) (w, h int) {
	if width <= 0 || height <= 0 {
		return 0, 0
	}
	scale := math.Min(float64(placeWidth)/float64(width), float64(placeHeight)/float64(height))
	return int(float64(width)*scale) &^ 1, int(float64(height)*scale) &^ 1
}

// bgrx lets image/draw write into the buffer.
type bgrx struct{ c *composer }

func (b bgrx) ColorModel() color.Model { return color.NRGBAModel }
func (b bgrx) Bounds() image.Rectangle { return image.Rect(0, 0, b.c.width, b.c.height) }

func (b bgrx) At(x, y int) color.Color {
	px := b.c.pixels[y*b.c.stride+x*4:]
	return color.NRGBA{R: px[2], G: px[1], B: px[0], A: 0xFF}
}

func (b bgrx) Set(x, y int, to color.Color) {
	n := color.NRGBAModel.Convert(to).(color.NRGBA)
	px := b.c.pixels[y*b.c.stride+x*4:][:4]
	px[0], px[1], px[2], px[3] = n.B, n.G, n.R, 0xFF
}
