package media

import (
	"math"
	"testing"
)

func TestLevel(t *testing.T) {
	sine, square := make([]int16, 4800), make([]int16, 4800)
	for i := range sine {
		sine[i] = int16(32767 * math.Sin(2*math.Pi*float64(i)/48))
		square[i] = 32767
	}
	for _, c := range []struct {
		pcm  []int16
		want float64
	}{{nil, Silence}, {make([]int16, 10), Silence}, {sine, -3.01}, {square, 0}} {
		if got := Level(c.pcm); math.Abs(got-c.want) > 0.02 {
			t.Errorf("got %.2f dBFS, want %.2f", got, c.want)
		}
	}
	var m Meter
	if m.Level() != Silence {
		t.Error("a new meter is not silent")
	}
	m.Add(square)
	for range 100 {
		m.Add(make([]int16, Quantum))
	}
	if l := m.Level(); l < -26 || l > -22 {
		t.Errorf("a second after full scale it shows %.1f dBFS", l)
	}
	m.Reset()
	if m.Level() != Silence {
		t.Error("reset")
	}
}

func TestFrame(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 3}, {641, 359}} {
		f := NewFrame(size[0], size[1])
		if !f.Valid() {
			t.Errorf("%v is not valid", size)
		}
		f.V = f.V[:len(f.V)-1]
		if f.Valid() {
			t.Errorf("%v with a short plane is valid", size)
		}
	}
	var none *Frame
	for _, f := range []*Frame{none, {}, NewFrame(MaxSide+1, 1), {Width: 2, Height: 2, YStride: 1, CStride: 1, Y: make([]byte, 9), U: make([]byte, 9), V: make([]byte, 9)}} {
		if f.Valid() {
			t.Errorf("%+v is valid", f)
		}
	}
	// Rows with padding are copied without it.
	src := &Frame{Width: 3, Height: 2, YStride: 5, CStride: 4, Y: []byte{1, 2, 3, 0, 0, 4, 5, 6}, U: []byte{7, 8}, V: []byte{9, 10}, At: 7}
	dst := NewFrame(100, 100)
	dst.CopyFrom(src)
	if string(dst.Y) != "\x01\x02\x03\x04\x05\x06" || string(dst.V) != "\x09\x0a" || dst.At != 7 || !dst.Valid() {
		t.Errorf("%+v", dst)
	}
}

// A Frame keeps its memory from picture to picture, and not what a much larger one has left.
func TestFrameKeepsWhatItNeeds(t *testing.T) {
	f := NewFrame(1280, 720)
	if n := testing.AllocsPerRun(10, func() { f.Resize(960, 540); f.Resize(1280, 720) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if f.Resize(160, 90); cap(f.Y) > 2*160*90 || cap(f.U) > 2*80*45 {
		t.Errorf("%d octets are kept for a small picture", cap(f.Y))
	}
}

func TestMailbox(t *testing.T) {
	m := NewMailbox()
	if m.Take(nil) != nil {
		t.Error("an empty mailbox holds a picture")
	}
	f := NewFrame(4, 4)
	for n := range 3 {
		f.Y[0] = byte(n)
		m.Put(f)
	}
	<-m.Ready()
	got := m.Take(nil)
	if got == nil || got.Y[0] != 2 || m.Dropped() != 2 {
		t.Fatalf("not the newest: %+v", got)
	}
	if m.Take(got) != nil {
		t.Error("taken twice")
	}
	if n := testing.AllocsPerRun(100, func() {
		m.Put(f)
		got = m.Take(got)
	}); n > 0 {
		t.Errorf("%v allocations per picture", n)
	}
	m.Put(f)
	m.Empty()
	if m.Take(nil) != nil {
		t.Error("not emptied")
	}
}

func TestLadder(t *testing.T) {
	step := stepFor(1_500_000, -1)
	if w, h := fit(1280, 720, step); w != 1280 || h != 720 {
		t.Errorf("%dx%d at 1.5 Mbit/s", w, h)
	}
	if w, h := fit(1920, 1080, step); w != 960 || h != 540 {
		t.Errorf("1080p: %dx%d", w, h)
	}
	if w, h := fit(641, 359, step); w != 641 || h != 359 {
		t.Errorf("odd: %dx%d", w, h)
	}
	// Around a limit it does not flutter.
	low := stepFor(940_000, step)
	if low >= step || stepFor(960_000, low) != low || stepFor(1_200_000, low) != step {
		t.Error("no hysteresis")
	}
}

// A voice that is hurried or slowed stays one: no click, the same loudness.
func TestStretch(t *testing.T) {
	const n = 960
	for _, hz := range []float64{110, 150, 220, 300} {
		for _, change := range []func([]int16) []int16{shorten, lengthen} {
			pcm := make([]int16, n, n+maxLag)
			steepest := 0.0
			for i := range pcm {
				pcm[i] = int16(8000*math.Sin(2*math.Pi*hz*float64(i)/SampleRate) + 3000*math.Sin(4*math.Pi*hz*float64(i)/SampleRate))
				if i > 0 {
					steepest = max(steepest, math.Abs(float64(pcm[i])-float64(pcm[i-1])))
				}
			}
			before := Level(pcm)
			got := change(pcm)
			if len(got) == n {
				t.Errorf("%v Hz: unchanged", hz)
			}
			if d := Level(got) - before; math.Abs(d) > 1.5 {
				t.Errorf("%v Hz: %+.1f dB", hz, d)
			}
			for i := 1; i < len(got); i++ {
				if d := math.Abs(float64(got[i]) - float64(got[i-1])); d > 1.3*steepest {
					t.Fatalf("%v Hz: a click of %.0f at %d of %d", hz, d, i, len(got))
				}
			}
		}
	}
	if got := shorten(make([]int16, 480)); len(got) != 480 {
		t.Error("too little sound was shortened")
	}
	if got := shorten(make([]int16, n)); len(got) != n-maxLag {
		t.Error("silence was not shortened")
	}
}
