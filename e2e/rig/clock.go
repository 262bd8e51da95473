package rig

import (
	"image"
	"os"
)

// Number reads the number of a numbered picture (Clip) that stands at r on the screen. It looks at the middle of each cell
// only, in microseconds, so that it can be asked a thousand times a second.
func (d *Display) Number(r image.Rectangle) (int, bool) {
	if r.Empty() || !r.In(image.Rect(0, 0, d.Width, d.Height)) {
		return 0, false
	}
	y := r.Min.Y + r.Dy()/cellShare/2
	n := 0
	var got [cells]bool
	for i := range got {
		x := r.Min.X + (2*i+1)*r.Dx()/(2*cells)
		switch v := d.brightness(x, y); {
		case v > 170:
			got[i] = true
		case v > 85:
			return 0, false
		}
		if i < 12 {
			n <<= 1
			if got[i] {
				n |= 1
			}
		}
	}
	return n, bits(n) == got
}

// brightness is the mean of green, the most of luma, around a point.
func (d *Display) brightness(x, y int) int {
	sum := 0
	for dx := -1; dx <= 1; dx++ {
		sum += int(d.pixels[d.header+y*d.stride+4*(x+dx)+1])
	}
	return sum / 3
}

// Fitted is the middle of r that has the shape of width x height: where a picture of that shape stands in its place.
func Fitted(r image.Rectangle, width, height int) image.Rectangle { return fitted(r, width, height) }

// PID is the X server's process id.
func (d *Display) PID() int { return d.process.PID() }

// Pause stops the window map, which costs the program a look at all its widgets ten times a second, and lets it go on.
func (d *Desktop) Pause(yes bool) {
	d.t.Helper()
	mark := d.file + ".pause"
	if !yes {
		_ = os.Remove(mark)
		return
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// Sample is the green of every nth pixel of every nth row of the screen.
func (d *Display) Sample(n int) []byte {
	out := make([]byte, 0, (d.Width/n+1)*(d.Height/n+1))
	for y := 0; y < d.Height; y += n {
		row := d.pixels[d.header+y*d.stride:]
		for x := 0; x < d.Width; x += n {
			out = append(out, row[4*x+1])
		}
	}
	return out
}
