// Package pattern paints the moving test picture that stands in for a camera: a calm figure that sways a little, over a
// row of dots that count quarter seconds.
package pattern

import (
	"math"
	"time"

	"legekonsultasjon/core/media"
)

// Pattern paints pictures of one size. It is used by one goroutine.
type Pattern struct {
	width, height int
	sway          int          // how far the figure moves to each side, in pixels, even
	wide          *media.Frame // the still picture, sway wider on each side
}

// New prepares pictures of the given size, which must be at least 16 x 16 and within media.MaxSide.
func New(width, height int) *Pattern {
	p := &Pattern{width: width, height: height, sway: max(2, width/32) &^ 1}
	p.wide = media.NewFrame(width+2*p.sway, height)
	p.paint()
	return p
}

// colour in limited-range BT.601.
type colour struct{ y, u, v float64 }

var (
	top    = colour{70, 134, 122} // a wall in evening light, blue-green
	bottom = colour{46, 134, 122}
	figure = colour{128, 132, 124}
	lit    = colour{200, 126, 130}
	unlit  = colour{88, 132, 124}
)

func mix(a, b colour, t float64) colour {
	return colour{a.y + (b.y-a.y)*t, a.u + (b.u-a.u)*t, a.v + (b.v-a.v)*t}
}

// paint draws wall and figure once.
func (p *Pattern) paint() {
	f := p.wide
	for y := range f.Height {
		for x := range f.Width {
			c := p.at(float64(x)+0.5, float64(y)+0.5)
			f.Y[y*f.YStride+x] = byte(c.y + 0.5)
			if x&1 == 0 && y&1 == 0 {
				i := y/2*f.CStride + x/2
				f.U[i], f.V[i] = byte(c.u+0.5), byte(c.v+0.5)
			}
		}
	}
}

func (p *Pattern) at(x, y float64) colour {
	h := float64(p.height)
	wall := mix(top, bottom, y/h)
	cx := float64(p.wide.Width) / 2
	head := ellipse(x-cx, y-0.38*h, 0.135*h, 0.17*h)
	shoulders := ellipse(x-cx, y-1.0*h, 0.34*h, 0.38*h)
	return mix(wall, figure, max(head, shoulders))
}

// ellipse is 1 inside, 0 outside, and smooth over about a pixel and a half at the edge.
func ellipse(x, y, a, b float64) float64 {
	d := (math.Hypot(x/a, y/b) - 1) * min(a, b)
	return min(max(0.5-d/1.5, 0), 1)
}

// Draw paints the picture of time at into f and stamps it.
func (p *Pattern) Draw(f *media.Frame, at time.Duration) {
	f.Resize(p.width, p.height)
	f.At = at
	phase := 2 * math.Pi * at.Seconds() / 8
	left := (p.sway + int(math.Round(float64(p.sway)*math.Sin(phase)))) &^ 1
	w := p.wide
	for y := range f.Height {
		copy(f.Y[y*f.YStride:][:f.Width], w.Y[y*w.YStride+left:])
	}
	cw := (f.Width + 1) / 2
	for y := range (f.Height + 1) / 2 {
		copy(f.U[y*f.CStride:][:cw], w.U[y*w.CStride+left/2:])
		copy(f.V[y*f.CStride:][:cw], w.V[y*w.CStride+left/2:])
	}
	p.dots(f, at)
}

const dotCount = 12

func (p *Pattern) dots(f *media.Frame, at time.Duration) {
	size := max(2, p.height/36) &^ 1
	step := 2 * size
	x0 := (p.width - (dotCount*step - size)) / 2 &^ 1
	y0 := (p.height - 3*size) &^ 1
	now := int(at/(250*time.Millisecond)) % dotCount
	for i := range dotCount {
		c := unlit
		if i == now {
			c = lit
		}
		square(f, x0+i*step, y0, size, c)
	}
}

func square(f *media.Frame, x0, y0, size int, c colour) {
	if x0 < 0 || y0 < 0 || x0+size > f.Width || y0+size > f.Height {
		return
	}
	for y := y0; y < y0+size; y++ {
		row := f.Y[y*f.YStride+x0:][:size]
		for i := range row {
			row[i] = byte(c.y)
		}
	}
	for y := y0 / 2; y < (y0+size)/2; y++ {
		for i := y*f.CStride + x0/2; i < y*f.CStride+(x0+size)/2; i++ {
			f.U[i], f.V[i] = byte(c.u), byte(c.v)
		}
	}
}
