package screen

import (
	"image"
	"image/color"
	"math"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mosaic"
)

// composer paints all pictures into one B, G, R, X buffer. It is used by one goroutine and allocates only when something
// grows.
type composer struct {
	pixels        []byte
	stride        int
	width, height int
	look          Look
	own           bool // the doctor's own picture is shown
	label         tag
	words         tag // in the middle, while no participant has a picture

	tiles  [mosaic.Most]shown
	self   shown
	turned media.Frame // the doctor's, mirrored
	corner []uint8     // coverage of the place's rounding, radius x radius
}

// shown is one picture and where it stands.
type shown struct {
	has    bool
	native image.Point  // the size it came in: its shape
	frame  *media.Frame // the newest, in any size
	scaled media.Frame  // in the size of at, where frame has another
	cell   image.Rectangle
	at     image.Rectangle // empty while there is no picture
}

// resize begins with a new buffer.
func (c *composer) resize(pixels []byte, stride, width, height int) {
	c.pixels, c.stride, c.width, c.height = pixels, stride, width, height
	c.arrange()
}

// bounds are those of the buffer.
func (c *composer) bounds() image.Rectangle { return image.Rect(0, 0, c.width, c.height) }

// arrange gives every participant who has a picture a cell, and paints the ground anew.
func (c *composer) arrange() {
	n := 0
	for i := range c.tiles {
		if c.tiles[i].has {
			n++
		}
	}
	cells := mosaic.Cells(n, float32(c.width), float32(c.height), 8*c.look.Unit)
	for i := range c.tiles {
		t := &c.tiles[i]
		if t.cell = (image.Rectangle{}); t.has && len(cells) > 0 {
			x, y, w, h := cells[0].Even()
			t.cell, cells = image.Rect(x, y, x+w, y+h), cells[1:]
		}
		t.place()
	}
	c.placeSelf()
	c.fill(c.bounds(), c.look.Stage)
}

// place fits the picture into its cell.
func (t *shown) place() {
	t.at = image.Rectangle{}
	if t.has {
		t.at = contain(t.native, t.cell)
	}
}

// fitted is the picture in the size of its place.
func (t *shown) fitted() *media.Frame {
	if t.frame.Width == t.at.Dx() && t.frame.Height == t.at.Dy() {
		return t.frame
	}
	t.scaled.Resize(t.at.Dx(), t.at.Dy())
	yuv.Scale(&t.scaled, t.frame)
	return &t.scaled
}

// room is how large pictures of participant n need to be at most: his cell, or the whole place before he has one.
func (c *composer) room(n int) image.Point {
	if !c.tiles[n].cell.Empty() {
		return c.tiles[n].cell.Size()
	}
	return c.bounds().Size()
}

// picture takes the newest picture of participant n, which came in a size, nil for none any more. It returns what it changes on the
// screen.
func (c *composer) picture(n int, f *media.Frame, native image.Point) image.Rectangle {
	t := &c.tiles[n]
	had, before := t.has, t.at
	t.frame, t.has, t.native = f, f != nil, native
	if t.has != had {
		c.arrange()
		return c.bounds()
	}
	if t.place(); t.at != before {
		c.fill(before, c.look.Stage)
		return t.at.Union(before)
	}
	return t.at
}

// selfView takes the doctor's newest picture, nil for none any more. It returns what it changes.
func (c *composer) selfView(f *media.Frame, native image.Point) image.Rectangle {
	before := c.outer()
	c.self.native = native
	if c.self.has = f != nil; c.self.has {
		c.turned.Resize(f.Width, f.Height)
		yuv.Mirror(&c.turned, f)
		c.self.frame = &c.turned
	}
	c.placeSelf()
	if after := c.outer(); after != before {
		return c.bounds() // what it covered has to come forth
	}
	return before
}

func (c *composer) placeSelf() {
	w, h := float32(0), float32(0)
	if c.self.has {
		w, h = float32(c.self.native.X), float32(c.self.native.Y)
	}
	x, y, dx, dy := mosaic.Own(w, h, float32(c.width), float32(c.height), c.look.Unit).Even()
	c.self.at = image.Rect(x, y, x+dx, y+dy)
}

// edge is how thick the line around the own picture is.
func (c *composer) edge() int { return max(1, int(2*c.look.Unit)) }

// outer is the own picture with its edge, empty when it is not shown.
func (c *composer) outer() image.Rectangle {
	if !c.own || c.self.at.Empty() {
		return image.Rectangle{}
	}
	return c.self.at.Inset(-c.edge()).Intersect(c.bounds())
}

// paint puts into the buffer what lies within changed, and returns what has to be put on the screen: that and all that
// shares its ground.
func (c *composer) paint(changed image.Rectangle) image.Rectangle {
	changed = changed.Intersect(c.bounds())
	if changed.Empty() {
		return changed
	}
	if outer := c.outer(); changed.In(outer) {
		c.paintOwn(outer)
		return outer
	}
	changed = c.widened(changed)
	if changed == c.bounds() {
		c.fill(changed, c.look.Stage)
		c.paintWords()
	}
	for _, at := range c.roundings() {
		if at.Overlaps(changed) {
			c.fill(at, c.look.Stage)
		}
	}
	for i := range c.tiles {
		if t := &c.tiles[i]; t.at.Overlaps(changed) {
			c.blit(t.fitted(), t.at)
		}
	}
	c.corners(changed)
	if outer := c.outer(); outer.Overlaps(changed) {
		c.paintOwn(outer)
		changed = changed.Union(outer)
	}
	return changed
}

// paintWords says why there is no picture.
func (c *composer) paintWords() {
	for i := range c.tiles {
		if c.tiles[i].has {
			return
		}
	}
	c.words.draw(c, image.Pt((c.width-c.words.width)/2, (c.height-c.words.height)/2), c.bounds())
}

// widened is changed with every picture and rounding that it touches: they are painted whole. Each may touch another.
func (c *composer) widened(changed image.Rectangle) image.Rectangle {
	for before := (image.Rectangle{}); changed != before; {
		before = changed
		for i := range c.tiles {
			if c.tiles[i].at.Overlaps(changed) {
				changed = changed.Union(c.tiles[i].at)
			}
		}
		for _, at := range c.roundings() {
			if at.Overlaps(changed) {
				changed = changed.Union(at)
			}
		}
	}
	return changed
}

// paintOwn paints edge, own picture and label.
func (c *composer) paintOwn(outer image.Rectangle) {
	at, line := c.self.at, color.NRGBA{R: 0x8A, G: 0x97, B: 0x94, A: 0xFF}
	c.fill(image.Rect(outer.Min.X, outer.Min.Y, outer.Max.X, at.Min.Y), line)
	c.fill(image.Rect(outer.Min.X, at.Max.Y, outer.Max.X, outer.Max.Y), line)
	c.fill(image.Rect(outer.Min.X, at.Min.Y, at.Min.X, at.Max.Y), line)
	c.fill(image.Rect(at.Max.X, at.Min.Y, outer.Max.X, at.Max.Y), line)
	if c.self.has && at.In(c.bounds()) {
		c.blit(c.self.fitted(), at)
	} else {
		c.fill(at, c.look.Ground)
	}
	gap := int(6 * c.look.Unit)
	c.label.draw(c, image.Pt(at.Min.X+gap, at.Max.Y-c.label.height-gap), at)
}

// blit writes a frame of exactly the rectangle's size.
func (c *composer) blit(f *media.Frame, at image.Rectangle) {
	if !at.In(c.bounds()) {
		return
	}
	offset := at.Min.Y*c.stride + at.Min.X*4
	_ = yuv.BGRA(c.pixels[offset:], c.stride, f) // sizes were made to fit just before
}

func (c *composer) fill(r image.Rectangle, to color.NRGBA) {
	r = r.Intersect(c.bounds())
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

// roundings are the four corners of the place, empty where it is too small for them: top left, top right, bottom left,
// bottom right.
func (c *composer) roundings() (at [4]image.Rectangle) {
	radius := int(16 * c.look.Unit)
	if 2*radius > c.width || 2*radius > c.height {
		return at
	}
	for i := range at {
		corner := image.Pt(i&1*(c.width-radius), i>>1*(c.height-radius))
		at[i] = image.Rectangle{corner, corner.Add(image.Pt(radius, radius))}
	}
	return at
}

// corners mixes the ground into those corners that lie within changed. What is there was painted just before: mixed twice
// it would have a dark rim.
func (c *composer) corners(changed image.Rectangle) {
	for i, at := range c.roundings() {
		if at.Overlaps(changed) {
			c.round(at, i&1 != 0, i>>1 != 0)
		}
	}
}

func (c *composer) round(at image.Rectangle, right, low bool) {
	radius := at.Dx()
	if len(c.corner) != radius*radius {
		c.corner = coverage(radius)
	}
	for y := range radius {
		for x := range radius {
			px, py := x, y
			if right {
				px = radius - 1 - x
			}
			if low {
				py = radius - 1 - y
			}
			if inside := c.corner[py*radius+px]; inside != 255 {
				c.mix(at.Min.X+x, at.Min.Y+y, inside)
			}
		}
	}
}

func (c *composer) mix(x, y int, inside uint8) {
	px := c.pixels[y*c.stride+x*4:][:3]
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

// contain is the largest even place of a picture's shape within a cell.
func contain(size image.Point, cell image.Rectangle) image.Rectangle {
	in := mosaic.Rect{X: float32(cell.Min.X), Y: float32(cell.Min.Y), W: float32(cell.Dx()), H: float32(cell.Dy())}
	x, y, w, h := mosaic.Contain(float32(size.X), float32(size.Y), in).Even()
	if w < 2 || h < 2 {
		return image.Rectangle{}
	}
	return image.Rect(x, y, x+w, y+h)
}

// coarser is a picture that is to be shown in a size, brought to a quarter or a half of its own in buffer when that is
// still large enough: libyuv does these five times faster than others, and the rest is small.
func coarser(buffer, f *media.Frame, size image.Point) *media.Frame {
	for _, by := range [2]int{4, 2} {
		if f.Width >= by*size.X && f.Height >= by*size.Y && f.Width%(2*by) == 0 && f.Height%(2*by) == 0 {
			buffer.Resize(f.Width/by, f.Height/by)
			yuv.Scale(buffer, f)
			return buffer
		}
	}
	return f
}
