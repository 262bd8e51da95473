// Package drawn draws the program's icon in any size: assets/icons/app.svg in points instead of curves.
package drawn

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// Sizes are the widths in pixels that a Linux desktop looks for.
var Sizes = [...]int{16, 22, 24, 32, 48, 64, 128, 256, 512}

// Icon is the icon as PNG, size x size: a white plus on a green square with round corners, 4 x 4 samples a pixel.
func Icon(size int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, pixel(float64(x), float64(y), 256/float64(size)))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // it is written to memory
	}
	return b.Bytes()
}

func pixel(x, y, unit float64) color.NRGBA {
	var inside, white float64
	for i := range 16 {
		px, py := (x+(float64(i%4)+0.5)/4)*unit-128, (y+(float64(i/4)+0.5)/4)*unit-128
		if Rounded(px, py, 120, 68) {
			inside++
			if capsule(px, py) || capsule(py, px) {
				white++
			}
		}
	}
	if inside == 0 {
		return color.NRGBA{}
	}
	mix := func(ground float64) uint8 { return uint8(ground + (255-ground)*white/inside) }
	return color.NRGBA{mix(0x0B), mix(0x6B), mix(0x63), uint8(inside * 255 / 16)}
}

// Rounded says whether a point lies in the square around 0, 0 of two halves and round corners.
func Rounded(x, y, half, radius float64) bool {
	dx, dy := math.Max(0, math.Abs(x)-(half-radius)), math.Max(0, math.Abs(y)-(half-radius))
	return math.Hypot(dx, dy) <= radius
}

func capsule(x, y float64) bool {
	return math.Hypot(math.Max(0, math.Abs(x)-52), y) <= 11
}
