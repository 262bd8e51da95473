// Command gen makes the assets that are computed rather than drawn: the chime that rings when a patient comes and the
// icons of the program and of the patient's page as PNG. Run it from the repository's root: go run ./assets/gen
package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"
	"os"
)

func main() {
	made := pageIcons()
	made["assets/sounds/chime.wav"] = wav(chime())
	made["assets/icons/app.png"] = icon(256)
	for name, data := range made {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

const rate = 48000

// chime is two soft bells, a major third apart, the second 180 ms after the first: 1.2 s, peak -9 dBFS.
func chime() []int16 {
	out := make([]float64, rate*12/10)
	bell(out, 0, 523.25)
	bell(out, rate*180/1000, 659.26)
	pcm := make([]int16, len(out))
	for i, v := range out {
		fade := math.Min(1, float64(len(out)-i)/(0.05*rate))
		pcm[i] = int16(math.Tanh(v*0.8) * fade * 0.35 * math.MaxInt16)
	}
	return pcm
}

// bell adds a tone with two quiet overtones; the attack of 8 ms keeps it from clicking.
func bell(out []float64, at int, hz float64) {
	for i := at; i < len(out); i++ {
		t := float64(i-at) / rate
		attack := math.Min(1, t/0.008)
		v := math.Sin(2*math.Pi*hz*t)*math.Exp(-t*4) +
			0.22*math.Sin(2*math.Pi*hz*2*t)*math.Exp(-t*7) +
			0.07*math.Sin(2*math.Pi*hz*3*t)*math.Exp(-t*11)
		out[i] += attack * v
	}
}

// wav wraps mono 16-bit samples in a RIFF header.
func wav(pcm []int16) []byte {
	var b bytes.Buffer
	size := uint32(len(pcm) * 2)
	b.WriteString("RIFF")
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	put(36 + size)
	b.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{1, 1})
	put([]uint32{rate, rate * 2})
	put([]uint16{2, 16})
	b.WriteString("data")
	put(size)
	put(pcm)
	return b.Bytes()
}

// icon draws assets/icons/app.svg: a white plus on a green square with round corners, 4 x 4 samples a pixel.
func icon(size int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, pixel(float64(x), float64(y), 256/float64(size)))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}

func pixel(x, y, unit float64) color.NRGBA {
	var inside, white float64
	for i := range 16 {
		px, py := (x+(float64(i%4)+0.5)/4)*unit-128, (y+(float64(i/4)+0.5)/4)*unit-128
		if rounded(px, py, 120, 68) {
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

func rounded(x, y, half, radius float64) bool {
	dx, dy := math.Max(0, math.Abs(x)-(half-radius)), math.Max(0, math.Abs(y)-(half-radius))
	return math.Hypot(dx, dy) <= radius
}

func capsule(x, y float64) bool {
	return math.Hypot(math.Max(0, math.Abs(x)-52), y) <= 11
}
