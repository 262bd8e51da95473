package rig

import (
	"errors"
	"image"
	"io"
	"math"
	"os"
	"testing"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/y4m"
)

// A numbered clip carries its frame number as a row of black and white cells along its upper edge: twelve bits of the
// number, then four bits of checksum. It survives VP8, scaling and a screenshot.
const (
	cells     = 16
	cellShare = 12        // a cell is 1/12 of the picture's height
	maxFrames = 1<<12 - 1 // what twelve bits count
	ssimW     = 320       // both pictures are compared at this size
	ssimH     = 240
)

// Clip is a numbered y4m file and its pictures' luma at 320x240, to compare with.
type Clip struct {
	File   string
	Header y4m.Header
	Luma   [][]byte // by frame number
}

// NumberClip writes a copy of a y4m file with a number in every frame.
func NumberClip(t testing.TB, from, to string) *Clip {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := y4m.NewReader(in)
	if err != nil {
		t.Fatalf("%s: %v", from, err)
	}
	return writeClip(t, to, r.Header, func(_ int, f *media.Frame) bool {
		err := r.Read(f)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return err == nil
	})
}

// PaintClip writes a numbered clip of soft moving shapes over a fine pattern: something to see at every frequency that
// a camera would deliver. seed makes clips that differ.
func PaintClip(t testing.TB, to string, width, height, fps, frames, seed int) *Clip {
	t.Helper()
	h := y4m.Header{Width: width, Height: height, Num: fps, Den: 1}
	return writeClip(t, to, h, func(n int, f *media.Frame) bool {
		if n >= frames {
			return false
		}
		f.Resize(width, height)
		paint(f, float64(n)/float64(fps), float64(seed))
		return true
	})
}

func paint(f *media.Frame, at, seed float64) {
	w, h := float64(f.Width), float64(f.Height)
	x1, y1 := w*(.5+.3*math.Sin(at*.9+seed)), h*(.55+.2*math.Cos(at*.7))
	x2, y2 := w*(.5+.35*math.Cos(at*.6+seed)), h*(.5+.3*math.Sin(at*.8+seed))
	for y := range f.Height {
		for x := range f.Width {
			fx, fy := float64(x), float64(y)
			v := 110 + 40*math.Sin(fx/w*5+at*.4+seed) + 20*math.Sin(fy/h*9-at*.3)
			v += 60*math.Exp(-((fx-x1)*(fx-x1)+(fy-y1)*(fy-y1))/(w*w*.012)) - 55*math.Exp(-((fx-x2)*(fx-x2)+(fy-y2)*(fy-y2))/(w*w*.008))
			if (x/16+y/16)%2 == 0 {
				v += 6
			}
			f.Y[y*f.YStride+x] = byte(max(16, min(235, v)))
		}
	}
	for y := range (f.Height + 1) / 2 {
		for x := range (f.Width + 1) / 2 {
			f.U[y*f.CStride+x] = byte(128 + 30*math.Sin(float64(x)/w*6+at*.5+seed))
			f.V[y*f.CStride+x] = byte(128 + 30*math.Cos(float64(y)/h*6+at*.4))
		}
	}
}

func writeClip(t testing.TB, to string, h y4m.Header, next func(n int, f *media.Frame) bool) *Clip {
	t.Helper()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := y4m.NewWriter(out, h)
	if err != nil {
		t.Fatal(err)
	}
	c := &Clip{File: to, Header: h}
	f := media.NewFrame(h.Width, h.Height)
	for n := 0; n < maxFrames && next(n, f); n++ {
		stamp(f, n)
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
		c.Luma = append(c.Luma, shrink(f.Width, f.Height, func(x, y int) byte { return f.Y[y*f.YStride+x] }))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if len(c.Luma) == 0 {
		t.Fatalf("%s: no frames", to)
	}
	return c
}

// bits of a frame number, the checksum behind it.
func bits(n int) (b [cells]bool) {
	sum := 0
	for i := range 12 {
		b[i] = n>>(11-i)&1 == 1
		if b[i] {
			sum += i + 1
		}
	}
	for i := range 4 {
		b[12+i] = (sum^0b1010)>>(3-i)&1 == 1
	}
	return b
}

func stamp(f *media.Frame, n int) {
	high := f.Height / cellShare
	for i, on := range bits(n) {
		v := byte(16)
		if on {
			v = 235
		}
		for y := range high {
			row := f.Y[y*f.YStride:]
			for x := i * f.Width / cells; x < (i+1)*f.Width/cells; x++ {
				row[x] = v
			}
		}
	}
	for y := range high / 2 {
		for x := range (f.Width + 1) / 2 {
			f.U[y*f.CStride+x], f.V[y*f.CStride+x] = 128, 128
		}
	}
}

// Number reads the frame number from a 320x240 luma picture.
func Number(luma []byte) (int, bool) {
	if len(luma) != ssimW*ssimH {
		return 0, false
	}
	var got [cells]bool
	const high, wide = ssimH / cellShare, ssimW / cells
	for i := range got {
		sum, count := 0, 0
		for y := high / 4; y < high*3/4; y++ {
			for x := i*wide + wide/4; x < i*wide+wide*3/4; x++ {
				sum += int(luma[y*ssimW+x])
				count++
			}
		}
		mean := sum / count
		if mean > 100 && mean < 150 {
			return 0, false
		}
		got[i] = mean >= 150
	}
	n := 0
	for i := range 12 {
		n <<= 1
		if got[i] {
			n |= 1
		}
	}
	return n, bits(n) == got
}

// shrink averages a picture to 320x240.
func shrink(width, height int, at func(x, y int) byte) []byte {
	out := make([]byte, ssimW*ssimH)
	for y := range ssimH {
		y0, y1 := y*height/ssimH, max((y+1)*height/ssimH, y*height/ssimH+1)
		for x := range ssimW {
			x0, x1 := x*width/ssimW, max((x+1)*width/ssimW, x*width/ssimW+1)
			sum := 0
			for yy := y0; yy < y1; yy++ {
				for xx := x0; xx < x1; xx++ {
					sum += int(at(xx, yy))
				}
			}
			out[y*ssimW+x] = byte(sum / ((y1 - y0) * (x1 - x0)))
		}
	}
	return out
}

// Luma is a screenshot's luma at 320x240 on the scale that video uses (16 to 235).
func Luma(img *image.RGBA) []byte {
	return shrink(img.Rect.Dx(), img.Rect.Dy(), func(x, y int) byte {
		p := img.Pix[y*img.Stride+4*x:]
		return byte(16 + (66*int(p[0])+129*int(p[1])+25*int(p[2]))/256)
	})
}

// SSIM is the structural similarity of two 320x240 luma pictures over 8x8 windows, without the number's cells and
// without the windows that touch one of the masks (in 320x240 coordinates).
func SSIM(a, b []byte, masks ...image.Rectangle) float64 {
	sum, count := 0.0, 0
	for y := ssimH/cellShare + 4; y+8 <= ssimH; y += 4 {
	window:
		for x := 0; x+8 <= ssimW; x += 4 {
			for _, m := range masks {
				if image.Rect(x, y, x+8, y+8).Overlaps(m) {
					continue window
				}
			}
			sum += windowSSIM(a, b, x, y)
			count++
		}
	}
	return sum / float64(max(count, 1))
}

func windowSSIM(a, b []byte, x, y int) float64 {
	var sa, sb, saa, sbb, sab float64
	for yy := y; yy < y+8; yy++ {
		for xx := x; xx < x+8; xx++ {
			p, q := float64(a[yy*ssimW+xx]), float64(b[yy*ssimW+xx])
			sa, sb, saa, sbb, sab = sa+p, sb+q, saa+p*p, sbb+q*q, sab+p*q
		}
	}
	const n, c1, c2 = 64, 6.5025, 58.5225
	ma, mb := sa/n, sb/n
	va, vb, cov := saa/n-ma*ma, sbb/n-mb*mb, sab/n-ma*mb
	return (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
}
