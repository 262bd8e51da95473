package camera

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/y4m"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func cameras() *System {
	start := time.Now()
	return New(func() time.Duration { return time.Since(start) })
}

// clip writes a file of n pictures whose luma is their number.
func clip(t *testing.T, n, fps int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.y4m")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := y4m.NewWriter(out, y4m.Header{Width: 32, Height: 18, Num: fps, Den: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := media.NewFrame(32, 18)
	for i := range n {
		for j := range f.Y {
			f.Y[j] = byte(16 + i)
		}
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileLoopsAtItsOwnRate(t *testing.T) {
	s := cameras()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var numbers []int
	var stamps []time.Duration
	err := s.Source(FilePrefix+clip(t, 5, 50)).Run(ctx, media.VideoFormat{Width: 1280, Height: 720, FPS: 30}, func(f *media.Frame) {
		numbers = append(numbers, int(f.Y[0])-16)
		stamps = append(stamps, f.At)
		if len(numbers) == 23 {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range numbers {
		if n != i%5 {
			t.Fatalf("picture %d is number %d", i, n)
		}
		if i > 0 && stamps[i] <= stamps[i-1] {
			t.Fatal("time stood still")
		}
	}
	if took := stamps[22] - stamps[0]; took < 400*time.Millisecond {
		t.Errorf("22 intervals of 20 ms took %v", took)
	}
}

func TestTestPicture(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	err := cameras().Source(Pattern).Run(ctx, media.VideoFormat{Width: 320, Height: 180, FPS: 60}, func(f *media.Frame) {
		if !f.Valid() || f.Width != 320 || f.Height != 180 {
			t.Errorf("%dx%d", f.Width, f.Height)
		}
		if seen++; seen == 5 {
			cancel()
		}
	})
	if err != nil || seen < 5 {
		t.Errorf("%d pictures, %v", seen, err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := cameras()
	if s.Source(None) != nil {
		t.Error("no camera is a camera")
	}
	want := media.VideoFormat{Width: 640, Height: 480, FPS: 30}
	for _, id := range []string{"no-such-camera", FilePrefix + "/nonexistent.y4m"} {
		if err := s.Source(id).Run(t.Context(), want, nil); !errors.Is(err, media.ErrNoDevice) {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, d := range s.Devices() {
		if d.ID == "" || d.Name == "" {
			t.Errorf("a camera without id or name: %+v", d)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.y4m")
	if err := os.WriteFile(empty, []byte("YUV4MPEG2 W8 H8 F25:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Source(FilePrefix+empty).Run(t.Context(), want, nil); err == nil {
		t.Error("a clip without pictures plays")
	}
	if err := s.Source(Pattern).Run(t.Context(), media.VideoFormat{}, nil); err == nil {
		t.Error("a test picture without size")
	}
}
