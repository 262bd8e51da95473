// Command gen makes the assets that are computed rather than drawn: the chime that rings when a patient comes and the
// icons of the program and of the patient's page as PNG. Run it from the repository's root: go run ./assets/gen
package main

import (
	"bytes"
	"encoding/binary"
	"log"
	"math"
	"os"

	"legekonsultasjon/assets/drawn"
)

func main() {
	made := pageIcons()
	made["assets/sounds/chime.wav"] = wav(chime())
	made["assets/icons/app.png"] = drawn.Icon(256)
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
