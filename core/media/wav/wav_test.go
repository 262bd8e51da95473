package wav_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"legekonsultasjon/core/media/wav"
)

func TestRoundTrip(t *testing.T) {
	want := wav.Clip{Rate: 16000, Channels: 2, PCM: []int16{1, -1, 32767, -32768, 5, 6}}
	var file bytes.Buffer
	if err := wav.Write(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := wav.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rate != want.Rate || got.Channels != want.Channels || !slices.Equal(got.PCM, want.PCM) {
		t.Fatalf("got %+v", got)
	}
	if mono := got.Mono(); len(mono) != 9 || mono[0] != 0 {
		t.Fatalf("mono at 48 kHz: %v", mono)
	}
}

// A tone keeps its pitch when its rate is changed.
func TestResample(t *testing.T) {
	c := wav.Clip{Rate: 22050, Channels: 1, PCM: make([]int16, 22050)}
	for i := range c.PCM {
		c.PCM[i] = int16(10000 * math.Sin(2*math.Pi*440*float64(i)/22050))
	}
	crossings, mono := 0, c.Mono()
	for i := 1; i < len(mono); i++ {
		if mono[i-1] < 0 && mono[i] >= 0 {
			crossings++
		}
	}
	if len(mono) != 48000 || crossings < 438 || crossings > 441 {
		t.Fatalf("%d samples, %d periods", len(mono), crossings)
	}
}

func TestRefused(t *testing.T) {
	var file bytes.Buffer
	if err := wav.Write(&file, wav.Clip{Rate: 48000, Channels: 1, PCM: []int16{1, 2}}); err != nil {
		t.Fatal(err)
	}
	good := file.Bytes()
	for name, damage := range map[string]func([]byte) []byte{
		"empty":            func(b []byte) []byte { return nil },
		"no riff":          func(b []byte) []byte { b[0] = 'X'; return b },
		"float":            func(b []byte) []byte { b[20] = 3; return b },
		"no channels":      func(b []byte) []byte { b[22] = 0; return b },
		"24 bits":          func(b []byte) []byte { b[34] = 24; return b },
		"ends in format":   func(b []byte) []byte { return b[:30] },
		"ends before data": func(b []byte) []byte { return b[:36] },
	} {
		if _, err := wav.Read(bytes.NewReader(damage(slices.Clone(good)))); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
	if c, err := wav.Read(bytes.NewReader(good[:46])); err != nil || len(c.PCM) != 1 {
		t.Errorf("cut short: %v, %v", c, err)
	}
}

func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	_ = wav.Write(&file, wav.Clip{Rate: 8000, Channels: 2, PCM: []int16{1, 2, 3, 4}})
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := wav.Read(bytes.NewReader(data))
		if err == nil && len(c.PCM)%c.Channels != 0 {
			t.Fatal("half a sample")
		}
		if err == nil {
			c.Mono()
		}
	})
}
