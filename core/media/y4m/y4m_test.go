package y4m_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/y4m"
)

func TestRoundTrip(t *testing.T) {
	for _, size := range [][2]int{{64, 48}, {1, 1}, {17, 9}} {
		var file bytes.Buffer
		h := y4m.Header{Width: size[0], Height: size[1], Num: 30000, Den: 1001}
		w, err := y4m.NewWriter(&file, h)
		if err != nil {
			t.Fatal(err)
		}
		want := media.NewFrame(h.Width, h.Height)
		for n := range 3 {
			for i := range want.Y {
				want.Y[i] = byte(i*7 + n)
			}
			if err := w.Write(want); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		r, err := y4m.NewReader(&file)
		if err != nil {
			t.Fatal(err)
		}
		if r.Header != h || r.Header.Interval().Round(time.Microsecond) != 33367*time.Microsecond {
			t.Fatalf("header %+v, interval %v", r.Header, r.Header.Interval())
		}
		var got media.Frame
		for range 3 {
			if err := r.Read(&got); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got.Y, want.Y) || !bytes.Equal(got.U, want.U) || !bytes.Equal(got.V, want.V) {
			t.Fatalf("%v: the last frame came back changed", size)
		}
		if err := r.Read(&got); err != io.EOF {
			t.Fatalf("after the last frame: %v", err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{
		"", "RIFF\n", "YUV4MPEG2\n", "YUV4MPEG2 W0 H1\n", "YUV4MPEG2 W99999 H9\n", "YUV4MPEG2 W8 H8 F0:1\n",
		"YUV4MPEG2 W8 H8 C444\n", "YUV4MPEG2 W8 H8 C420p10\n", "YUV4MPEG2 W8 H8 F1\n", strings.Repeat("Y", 1000),
	} {
		if _, err := y4m.NewReader(strings.NewReader(s)); err == nil {
			t.Errorf("%.20q was read", s)
		}
	}
	r, err := y4m.NewReader(strings.NewReader("YUV4MPEG2 W8 H8\nFRAME\nshort"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(new(media.Frame)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a frame cut short: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("YUV4MPEG2 W2 H2 F25:1 Ip A1:1 C420jpeg\nFRAME\nyyyyuvFRAME x\nyyyyuv"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := y4m.NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		if r.Header.Interval() <= 0 || r.Header.Width*r.Header.Height > 1<<20 {
			return
		}
		var frame media.Frame
		for r.Read(&frame) == nil {
			if !frame.Valid() {
				t.Fatal("a frame out of bounds")
			}
		}
	})
}
