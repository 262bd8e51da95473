package vpx

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/pattern"
)

func pair(t testing.TB, fps, rate int) (media.VideoEncoder, media.VideoDecoder) {
	t.Helper()
	e, err := NewEncoder(media.VideoFormat{FPS: fps}, rate)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	t.Cleanup(d.Close)
	return e, d
}

func psnr(a, b *media.Frame) float64 {
	var sum float64
	for y := range a.Height {
		for x := range a.Width {
			d := float64(a.Y[y*a.YStride+x]) - float64(b.Y[y*b.YStride+x])
			sum += d * d
		}
	}
	if sum == 0 {
		return 99
	}
	return 10 * math.Log10(255*255*float64(a.Width*a.Height)/sum)
}

// A moving picture comes back like itself, at odd sizes too.
func TestRoundTrip(t *testing.T) {
	for _, size := range [][2]int{{640, 480}, {321, 241}, {177, 143}, {16, 16}} {
		e, d := pair(t, 30, 800_000)
		p, f := pattern.New(size[0], size[1]), new(media.Frame)
		worst, shown := 99.0, 0
		for n := range 60 {
			p.Draw(f, time.Duration(n)*time.Second/30)
			bits, key, err := e.Encode(f, false)
			if err != nil {
				t.Fatal(err)
			}
			if bits == nil {
				continue
			}
			if key != (n == 0) {
				t.Fatalf("%v: frame %d: key %v", size, n, key)
			}
			got, err := d.Decode(bits)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Valid() || got.Width != f.Width || got.Height != f.Height {
				t.Fatalf("%v: came back as %dx%d", size, got.Width, got.Height)
			}
			shown++
			worst = min(worst, psnr(f, got))
		}
		if shown < 50 || worst < 32 {
			t.Errorf("%v: %d of 60 frames, worst PSNR %.1f dB", size, shown, worst)
		}
	}
}

func TestSizeChangeAndKeyFrameOnDemand(t *testing.T) {
	e, d := pair(t, 30, 500_000)
	f := new(media.Frame)
	for n, size := range [][2]int{{640, 360}, {640, 360}, {320, 180}, {1280, 720}, {333, 77}} {
		pattern.New(size[0], size[1]).Draw(f, time.Duration(n)*33*time.Millisecond)
		bits, key, err := e.Encode(f, false)
		if err != nil {
			t.Fatal(err)
		}
		if want := n != 1; key != want {
			t.Fatalf("frame %d: key %v", n, key)
		}
		got, err := d.Decode(bits)
		if err != nil || got.Width != size[0] || got.Height != size[1] {
			t.Fatalf("frame %d: %v, %v", n, got, err)
		}
	}
	if _, key, err := e.Encode(f, true); err != nil || !key {
		t.Fatalf("asked for a key frame: %v, %v", key, err)
	}
}

// The rate follows what is asked for, within the second.
func TestBitrate(t *testing.T) {
	e, _ := pair(t, 30, 1_500_000)
	f := media.NewFrame(640, 480)
	noise := rand.New(rand.NewPCG(1, 2))
	for _, want := range []int{1_500_000, 300_000, 900_000} {
		if err := e.SetBitrate(want); err != nil {
			t.Fatal(err)
		}
		bytes := 0
		for n := range 150 {
			for i := range f.Y {
				f.Y[i] = byte(128 + 40*math.Sin(float64(i%640+n*3)/30) + noise.Float64()*12)
			}
			bits, _, err := e.Encode(f, false)
			if err != nil {
				t.Fatal(err)
			}
			if n >= 30 {
				bytes += len(bits)
			}
		}
		if got := bytes * 8 / 4; got > want*13/10 || got < want/3 {
			t.Errorf("asked for %d bit/s, got %d", want, got)
		}
	}
}

func TestRefused(t *testing.T) {
	e, d := pair(t, 30, 500_000)
	if _, _, err := e.Encode(&media.Frame{Width: 64, Height: 64, YStride: 64, CStride: 32, Y: make([]byte, 64)}, false); err == nil {
		t.Error("a frame with short planes was encoded")
	}
	huge := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0}
	for _, b := range [][]byte{nil, {0}, {1}, {0, 1, 2}, huge} {
		if f, err := d.Decode(b); err == nil && f != nil {
			t.Errorf("% x gave a picture", b)
		}
	}
}

// Damaged frames give errors or wrong pictures, never a crash, and the next key frame mends all.
func TestGarbage(t *testing.T) {
	e, d := pair(t, 30, 500_000)
	p, f := pattern.New(320, 240), new(media.Frame)
	chance := rand.New(rand.NewPCG(3, 4))
	for n := range 400 {
		p.Draw(f, time.Duration(n)*33*time.Millisecond)
		bits, _, err := e.Encode(f, n%40 == 0)
		if err != nil {
			t.Fatal(err)
		}
		b := append([]byte(nil), bits...)
		for range chance.IntN(20) {
			if len(b) > 0 {
				b[chance.IntN(len(b))] ^= byte(1 << chance.IntN(8))
			}
		}
		b = b[:chance.IntN(len(b)+1)]
		if got, err := d.Decode(b); err == nil && got != nil && !got.Valid() {
			t.Fatal("a frame out of bounds")
		}
	}
	bits, _, err := e.Encode(f, true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Decode(bits)
	if err != nil || psnr(f, got) < 28 {
		t.Fatalf("after a key frame: %v", err)
	}
}

func TestClosedTwice(t *testing.T) {
	e, d := pair(t, 30, 500_000)
	e.Close()
	e.Close()
	d.Close()
	d.Close()
	if _, _, err := e.Encode(media.NewFrame(16, 16), true); err == nil {
		t.Error("a closed encoder encodes")
	}
	if _, err := d.Decode([]byte{1}); err == nil {
		t.Error("a closed decoder decodes")
	}
}

func FuzzDecoder(f *testing.F) {
	e, err := NewEncoder(media.VideoFormat{FPS: 30}, 300_000)
	if err != nil {
		f.Fatal(err)
	}
	defer e.Close()
	p, frame := pattern.New(64, 48), new(media.Frame)
	for n := range 3 {
		p.Draw(frame, time.Duration(n)*time.Second)
		bits, _, err := e.Encode(frame, false)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte(nil), bits...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := NewDecoder()
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for range 2 {
			if got, err := d.Decode(data); err == nil && got != nil && !got.Valid() {
				t.Fatal("a frame out of bounds")
			}
		}
	})
}

// camera720 is a busier picture than the pattern: shaded, with grain, like a webcam's.
func camera720() []*media.Frame {
	noise := rand.New(rand.NewPCG(5, 6))
	frames := make([]*media.Frame, 30)
	p := pattern.New(1280, 720)
	for n := range frames {
		frames[n] = new(media.Frame)
		p.Draw(frames[n], time.Duration(n)*time.Second/10)
		for i := range frames[n].Y {
			frames[n].Y[i] += byte(noise.IntN(6))
		}
	}
	return frames
}

func BenchmarkEncode720p(b *testing.B) {
	frames := camera720()
	e, _ := pair(b, 30, 1_500_000)
	for i := 0; b.Loop(); i++ {
		if _, _, err := e.Encode(frames[i%len(frames)], false); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode720p(b *testing.B) {
	frames := camera720()
	e, d := pair(b, 30, 1_500_000)
	var bits [][]byte
	for _, f := range frames {
		got, _, err := e.Encode(f, false)
		if err != nil {
			b.Fatal(err)
		}
		if got != nil {
			bits = append(bits, append([]byte(nil), got...))
		}
	}
	for i := 0; b.Loop(); i++ {
		if _, err := d.Decode(bits[i%len(bits)]); err != nil {
			b.Fatal(err)
		}
	}
}
