package yuv

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/pattern"
)

var _ media.Scale = Scale

func picture(width, height int) *media.Frame {
	f := new(media.Frame)
	pattern.New(width, height).Draw(f, 3*time.Second)
	return f
}

func meanDifference(a, b []byte) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(a[i]) - float64(b[i]))
	}
	return sum / float64(len(a))
}

func TestScaleKeepsThePicture(t *testing.T) {
	src := picture(1280, 720)
	for _, size := range [][2]int{{640, 360}, {321, 181}, {1919, 1079}, {160, 90}} {
		dst := media.NewFrame(size[0], size[1])
		Scale(dst, src)
		if d := meanDifference(dst.Y, picture(size[0], size[1]).Y); d > 4 {
			t.Errorf("%v: luma is off by %.1f on average", size, d)
		}
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct{ y, u, v, r, g, b int }{
		{16, 128, 128, 0, 0, 0}, {235, 128, 128, 255, 255, 255}, {81, 90, 240, 254, 0, 0}, {145, 54, 34, 0, 255, 1},
		{41, 240, 110, 0, 0, 255}, {126, 128, 128, 128, 128, 128},
	} {
		f := media.NewFrame(5, 3)
		for i := range f.Y {
			f.Y[i] = byte(c.y)
		}
		for i := range f.U {
			f.U[i], f.V[i] = byte(c.u), byte(c.v)
		}
		rgba, bgra := make([]byte, 5*3*4), make([]byte, 5*3*4)
		if err := RGBA(rgba, 20, f); err != nil {
			t.Fatal(err)
		}
		if err := BGRA(bgra, 20, f); err != nil {
			t.Fatal(err)
		}
		for p := 0; p < len(rgba); p += 4 {
			got := [3]int{int(rgba[p]), int(rgba[p+1]), int(rgba[p+2])}
			for i, want := range [3]int{c.r, c.g, c.b} {
				if d := got[i] - want; d < -3 || d > 3 || rgba[p+i] != bgra[p+2-i] && i != 1 || rgba[p+3] != 255 {
					t.Fatalf("%+v: got %v, BGRA % d", c, got, bgra[p:p+4])
				}
			}
		}
	}
}

func TestMirror(t *testing.T) {
	src, once, twice := picture(333, 99), new(media.Frame), new(media.Frame)
	Mirror(once, src)
	if once.Y[0] != src.Y[332] || bytes.Equal(once.Y, src.Y) {
		t.Error("not mirrored")
	}
	Mirror(twice, once)
	if !bytes.Equal(twice.Y, src.Y) || !bytes.Equal(twice.U, src.U) || twice.At != src.At {
		t.Error("mirrored twice is not the same")
	}
}

func TestCameraFormats(t *testing.T) {
	for _, size := range [][2]int{{64, 36}, {65, 37}, {2, 2}, {1, 1}} {
		w, h := size[0], size[1]
		want := media.NewFrame(w, h)
		row := (w + 1) / 2 * 4
		yuy, uyv := make([]byte, row*h), make([]byte, row*h)
		nv := make([]byte, w*h+2*len(want.U))
		for i := range want.Y {
			want.Y[i] = byte(16 + i%200)
			nv[i] = want.Y[i]
			p := i/w*row + i%w*2
			yuy[p], uyv[p+1] = want.Y[i], want.Y[i]
		}
		for i := range want.U {
			want.U[i], want.V[i] = byte(40+i%150), byte(200-i%150)
			nv[w*h+2*i], nv[w*h+2*i+1] = want.U[i], want.V[i]
			for _, y := range []int{i / want.CStride * 2, i/want.CStride*2 + 1} {
				if p := y*row + i%want.CStride*4; y < h {
					yuy[p+1], yuy[p+3], uyv[p], uyv[p+2] = want.U[i], want.V[i], want.U[i], want.V[i]
				}
			}
		}
		got := new(media.Frame)
		for name, err := range map[string]func() error{
			"YUY2": func() error { return FromYUY2(got, yuy, row, w, h) },
			"UYVY": func() error { return FromUYVY(got, uyv, row, w, h) },
			"NV12": func() error { return FromNV12(got, nv, w, h) },
		} {
			if err := err(); err != nil {
				t.Fatal(name, err)
			}
			if !bytes.Equal(got.Y, want.Y) || meanDifference(got.U, want.U) > 0.6 || meanDifference(got.V, want.V) > 0.6 {
				t.Errorf("%s %v came out wrong", name, size)
			}
		}
		if FromYUY2(got, yuy[:len(yuy)-1], row, w, h) == nil || FromNV12(got, nv[:len(nv)-1], w, h) == nil ||
			FromUYVY(got, uyv, row-1, w, h) == nil || FromNV12(got, nv, -w, h) == nil {
			t.Error("bytes too few were converted")
		}
	}
}

// White in a JPEG is white in a frame: 235, not 255.
func TestJPEG(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 65, 33))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y := range 33 {
		img.Set(0, y, color.RGBA{255, 255, 255, 255})
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	var f, g media.Frame
	if err := FromMJPEG(&f, file.Bytes()); err != nil {
		t.Fatal(err)
	}
	if f.Width != 65 || f.Height != 33 || f.Y[40] != 235 || f.U[3] != 128 {
		t.Errorf("%dx%d luma %d chroma %d", f.Width, f.Height, f.Y[40], f.U[3])
	}
	decoded, err := jpeg.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	if err := FromImage(&g, decoded, true); err != nil || !bytes.Equal(f.Y, g.Y) {
		t.Errorf("as an image it differs: %v", err)
	}
	for _, b := range [][]byte{nil, []byte("not a picture"), {0xff, 0xd8, 0xff}} {
		if FromMJPEG(&f, b) == nil {
			t.Errorf("% x was decoded", b)
		}
	}
}

func TestRefused(t *testing.T) {
	f := media.NewFrame(8, 8)
	if RGBA(make([]byte, 8*8*4-1), 32, f) == nil || RGBA(make([]byte, 8*8*4), 31, f) == nil {
		t.Error("a buffer too small was written")
	}
	if BGRA(make([]byte, 256), 32, &media.Frame{Width: 8, Height: 8}) == nil {
		t.Error("a frame without planes was read")
	}
	Scale(f, &media.Frame{})
	Mirror(f, &media.Frame{})
}

func FuzzFromMJPEG(f *testing.F) {
	var file bytes.Buffer
	_ = jpeg.Encode(&file, image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio422), nil)
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		var frame media.Frame
		if FromMJPEG(&frame, data) == nil && !frame.Valid() {
			t.Fatal("a frame out of bounds")
		}
	})
}

func BenchmarkRGBA720p(b *testing.B) {
	f, dst := picture(1280, 720), make([]byte, 1280*720*4)
	for b.Loop() {
		if err := RGBA(dst, 1280*4, f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScale720pTo540p(b *testing.B) {
	f, dst := picture(1280, 720), media.NewFrame(960, 540)
	for b.Loop() {
		Scale(dst, f)
	}
}
