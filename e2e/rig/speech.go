package rig

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// Speech writes a WAV file of spoken Norwegian, 48 kHz mono, and returns its samples.
func Speech(t testing.TB, file, text string, pitch string) []int16 {
	t.Helper()
	raw := file + ".22k.wav"
	if _, err := Run(context.Background(), os.Environ(), "", "espeak-ng", "-v", "nb", "-p", pitch, "-s", "150", "-w", raw, text); err != nil {
		t.Fatal(err)
	}
	samples, rate, err := readWAV(raw)
	if err != nil {
		t.Fatal(err)
	}
	out := resample(samples, rate, 48000)
	if err := writeWAV(file, out, 48000); err != nil {
		t.Fatal(err)
	}
	return out
}

// Samples reads a 48 kHz mono 16-bit WAV file.
func Samples(t testing.TB, file string) []int16 {
	t.Helper()
	s, rate, err := readWAV(file)
	if err != nil || rate != 48000 {
		t.Fatalf("%s: want 48 kHz mono 16-bit (%d, %v)", file, rate, err)
	}
	return s
}

// RecordedSamples is how many there are so far, without reading them.
func RecordedSamples(file string) int {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return int(info.Size() / 2)
}

// Recorded reads the raw samples of Sound.Record so far.
func Recorded(t testing.TB, file string) []int16 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%s: %v", filepath.Base(file), err)
	}
	return decode(b)
}

func decode(b []byte) []int16 {
	s := make([]int16, len(b)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return s
}

// readWAV reads a RIFF file of 16-bit mono PCM.
func readWAV(file string) ([]int16, int, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	if len(b) < 44 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, 0, errors.New("no WAV file")
	}
	rate := 0
	for at := 12; at+8 <= len(b); {
		id, size := string(b[at:at+4]), int(binary.LittleEndian.Uint32(b[at+4:]))
		body := b[at+8 : min(len(b), at+8+size)]
		switch {
		case id == "fmt " && len(body) >= 16:
			if binary.LittleEndian.Uint16(body[2:]) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return nil, 0, errors.New("not 16-bit mono")
			}
			rate = int(binary.LittleEndian.Uint32(body[4:]))
		case id == "data":
			return decode(body), rate, nil
		}
		at += 8 + size + size%2
	}
	return nil, 0, errors.New("no data chunk")
}

func writeWAV(file string, s []int16, rate int) error {
	b := make([]byte, 44, 44+2*len(s))
	copy(b, "RIFF")
	binary.LittleEndian.PutUint32(b[4:], uint32(36+2*len(s)))
	copy(b[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(b[16:], 16)
	binary.LittleEndian.PutUint16(b[20:], 1)
	binary.LittleEndian.PutUint16(b[22:], 1)
	binary.LittleEndian.PutUint32(b[24:], uint32(rate))
	binary.LittleEndian.PutUint32(b[28:], uint32(2*rate))
	binary.LittleEndian.PutUint16(b[32:], 2)
	binary.LittleEndian.PutUint16(b[34:], 16)
	copy(b[36:], "data")
	binary.LittleEndian.PutUint32(b[40:], uint32(2*len(s)))
	for _, v := range s {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return os.WriteFile(file, b, 0o600)
}

func resample(in []int16, from, to int) []int16 {
	out := make([]int16, len(in)*to/from)
	for i := range out {
		pos := float64(i) * float64(from) / float64(to)
		j := int(pos)
		k := min(j+1, len(in)-1)
		f := pos - float64(j)
		out[i] = int16(float64(in[j])*(1-f) + float64(in[k])*f)
	}
	return out
}

// Envelope is the loudness of sound: the RMS of every 20 ms.
func Envelope(pcm []int16) []float64 {
	const n = 960
	e := make([]float64, len(pcm)/n)
	for i := range e {
		sum := 0.0
		for _, v := range pcm[i*n : (i+1)*n] {
			sum += float64(v) * float64(v)
		}
		e[i] = math.Sqrt(sum / n)
	}
	return e
}

// BestCorrelation slides heard over said and returns the highest Pearson correlation with its lag in 20 ms steps. lags
// is the range to try, forward; said is taken as a loop when loop is set.
func BestCorrelation(said, heard []float64, lags int, loop bool) (best float64, lag int) {
	best = -1
	for l := range lags {
		x, y := make([]float64, 0, len(heard)), make([]float64, 0, len(heard))
		for i, h := range heard {
			j := i + l
			if loop {
				j %= len(said)
			}
			if j >= len(said) {
				break
			}
			x, y = append(x, said[j]), append(y, h)
		}
		if r := Pearson(x, y); len(x) >= min(400, len(heard)) && r > best {
			best, lag = r, l
		}
	}
	return best, lag
}

// Pearson is how alike two runs of equal length are: -1 to 1, and 0 where one of them does not change.
func Pearson(x, y []float64) float64 {
	var sx, sy, sxx, syy, sxy float64
	for i := range x {
		sx, sy, sxx, syy, sxy = sx+x[i], sy+y[i], sxx+x[i]*x[i], syy+y[i]*y[i], sxy+x[i]*y[i]
	}
	n := float64(len(x))
	d := math.Sqrt((n*sxx - sx*sx) * (n*syy - sy*sy))
	if d == 0 {
		return 0
	}
	return (n*sxy - sx*sy) / d
}

// Repeat writes a WAV file that says the same many times, and returns its name.
func Repeat(t testing.TB, wav string, times int) string {
	t.Helper()
	once := Samples(t, wav)
	all := make([]int16, 0, times*len(once))
	for range times {
		all = append(all, once...)
	}
	to := wav + ".again.wav"
	if err := writeWAV(to, all, 48000); err != nil {
		t.Fatal(err)
	}
	return to
}
