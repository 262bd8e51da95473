package pattern_test

import (
	"bytes"
	"testing"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/pattern"
)

func TestItMovesAndIsValid(t *testing.T) {
	for _, size := range [][2]int{{1280, 720}, {321, 181}, {16, 16}} {
		p := pattern.New(size[0], size[1])
		var a, b media.Frame
		p.Draw(&a, 0)
		p.Draw(&b, 2*time.Second)
		if !a.Valid() || a.Width != size[0] || a.Height != size[1] {
			t.Fatalf("%v: %dx%d", size, a.Width, a.Height)
		}
		if bytes.Equal(a.Y, b.Y) {
			t.Errorf("%v: two seconds later it is the same", size)
		}
		for i := range a.Y {
			if a.Y[i] < 16 || a.Y[i] > 235 {
				t.Fatalf("%v: luma %d", size, a.Y[i])
			}
		}
	}
}

func BenchmarkDraw720p(b *testing.B) {
	p, f := pattern.New(1280, 720), new(media.Frame)
	for i := 0; b.Loop(); i++ {
		p.Draw(f, time.Duration(i)*33*time.Millisecond)
	}
}
