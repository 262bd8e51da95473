package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"

	"legekonsultasjon/assets/drawn"
)

// pageIcons are the patient's page's icons as PNG, by file: with round corners for where the system draws none of its
// own, and filled to the edges, with the sign inside the middle four fifths, for where it cuts its own shape.
func pageIcons() map[string][]byte {
	const folder = "signaling-server/web/icons/"
	return map[string][]byte{
		folder + "app-192.png":      pageIcon(192, false),
		folder + "app-512.png":      pageIcon(512, false),
		folder + "maskable-192.png": pageIcon(192, true),
		folder + "maskable-512.png": pageIcon(512, true),
		folder + "apple-180.png":    pageIcon(180, true),
	}
}

// pageIcon draws signaling-server/web/icon.svg, whose grid is 32 x 32, with 4 x 4 samples a pixel.
func pageIcon(size int, full bool) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	unit := 32 / float64(size)
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, pagePixel(float64(x), float64(y), unit, full))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}

// pagePixel mixes the samples of one pixel. A full icon's sign is a little smaller, inside the part that no shape cuts.
func pagePixel(x, y, unit float64, full bool) color.NRGBA {
	shrink := 1.0
	if full {
		shrink = 1.2
	}
	var inside, white float64
	for i := range 16 {
		px, py := (x+(float64(i%4)+0.5)/4)*unit-16, (y+(float64(i/4)+0.5)/4)*unit-16
		if full || drawn.Rounded(px, py, 16, 9) {
			inside++
			if sign(px*shrink+16, py*shrink+16) {
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

// sign says whether a point lies on the strokes: a camera with a plus.
func sign(x, y float64) bool {
	const half = 2.1 / 2
	dx, dy := math.Abs(x-13)-(7-3), math.Abs(y-16)-(6.5-3)
	box := math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - 3
	if math.Abs(box) <= half {
		return true
	}
	for _, s := range [][4]float64{{20, 14.5, 26, 11.5}, {26, 11.5, 26, 20.5}, {26, 20.5, 20, 17.5}, {13, 13, 13, 19}, {10, 16, 16, 16}} {
		if stroke(x, y, s) <= half {
			return true
		}
	}
	return false
}

// stroke is the distance of a point to the line between two others.
func stroke(x, y float64, s [4]float64) float64 {
	dx, dy := s[2]-s[0], s[3]-s[1]
	along := math.Max(0, math.Min(1, ((x-s[0])*dx+(y-s[1])*dy)/(dx*dx+dy*dy)))
	return math.Hypot(x-s[0]-along*dx, y-s[1]-along*dy)
}
