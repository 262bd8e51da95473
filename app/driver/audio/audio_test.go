package audio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// Only a device whose sound server died or hung is left behind, and only by the tests that do that to it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("legekonsultasjon/app/driver/audio.(*stream).close"))
}

// leavesNothing checks at the test's end, after all other clean-up, that no goroutine is left.
func leavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

func system() *System {
	start := time.Now()
	return New(func() time.Duration { return time.Since(start) }, slog.New(slog.DiscardHandler))
}

// soundServer runs a private PulseAudio with a microphone that hears what is played into it, and returns its process.
func soundServer(t *testing.T) *os.Process {
	t.Helper()
	dir := t.TempDir()
	socket := filepath.Join(dir, "native")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("PULSE_SERVER", "unix:"+socket)
	t.Setenv("HOME", dir)
	cmd := exec.Command("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit",
		"-L", "module-native-protocol-unix auth-anonymous=1 socket="+socket,
		"-L", "module-null-sink sink_name=mic rate=48000 channels=1 norewinds=1 sink_properties=device.description=Prove",
		"-L", "module-null-sink sink_name=ear rate=48000 channels=1 norewinds=1 sink_properties=device.description=Ore")
	if err := cmd.Start(); err != nil {
		t.Fatal("pulseaudio is needed for this test: ", err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-exited })
	eventually(t, "the sound server listens", func() bool { _, err := os.Stat(socket); return err == nil })
	eventually(t, "it answers", func() bool { _, err := system().Devices(t.Context()); return err == nil })
	return cmd.Process
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal("never: ", what)
		case <-tick.C:
		}
	}
}

func find(t *testing.T, inv mediadevice.Inventory, kind mediadevice.Kind, name string) mediadevice.Device {
	t.Helper()
	for _, d := range inv.Of(kind) {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no %q among %+v", name, inv)
	return mediadevice.Device{}
}

// A tone goes out of a speaker chosen by its id, and comes in by the microphone beside it.
func TestThroughARealSoundServer(t *testing.T) {
	leavesNothing(t)
	soundServer(t)
	s := system()
	inv, err := s.Devices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	speaker := find(t, inv, mediadevice.Speaker, "Prove")
	microphone := find(t, inv, mediadevice.Microphone, "Monitor of Prove")
	if !microphone.Monitor {
		t.Error("a monitor is not known as one")
	}
	heard := listen(t, s, microphone.ID)
	tone := make([]int16, 0, 2*media.SampleRate)
	for i := range cap(tone) {
		tone = append(tone, int16(8000*math.Sin(2*math.Pi*440*float64(i)/media.SampleRate)))
	}
	began := time.Now()
	if err := s.PlayPCM(t.Context(), speaker.ID, tone); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 1900*time.Millisecond || took > 3500*time.Millisecond {
		t.Errorf("two seconds of sound took %v", took)
	}
	pcm, stamps := heard()
	level, heardFor, holes := whole(pcm)
	t.Logf("heard %.2f s at %.1f dBFS with %d holes; stamps stray by %v", heardFor, level, holes, stamps)
	// The null sink has no real time of its own: on a busy machine it leaves holes that no real card would.
	if heardFor < 1.7 || math.Abs(level - -15.2) > 2 {
		t.Errorf("the tone is broken: %.2f of 2 s at %.1f dBFS", heardFor, level)
	}
	if stamps > 150*time.Millisecond {
		t.Errorf("capture times stray by %v", stamps)
	}
}

// listen records until the returned function is called, which gives the sound and how far its stamps stray.
func listen(t *testing.T, s *System, id string) func() ([]int16, time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var pcm []int16
	var first, stray time.Duration
	ctx, cancel := context.WithCancel(t.Context())
	started, done := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		done <- s.Source(id).Run(ctx, func(in []int16, at time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			if len(pcm) == 0 {
				first = at
			}
			if len(pcm) > media.SampleRate/2 {
				stray = max(stray, (at - first - duration(len(pcm))).Abs())
			}
			pcm = append(pcm, in...)
			once.Do(func() { close(started) })
		})
	}()
	select {
	case <-started:
	case err := <-done:
		t.Fatal("the microphone: ", err)
	case <-time.After(10 * time.Second):
		t.Fatal("the microphone says nothing")
	}
	return func() ([]int16, time.Duration) {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		return pcm, stray
	}
}

// whole measures the tone: its level, how many seconds of it there are, and the holes in it.
func whole(pcm []int16) (level, seconds float64, holes int) {
	sum, n, inside := 0.0, 0, false
	for i := 0; i+media.Quantum <= len(pcm); i += media.Quantum {
		l := media.Level(pcm[i : i+media.Quantum])
		tone := l > -17 && l < -13
		if tone {
			sum += l
			n++
		} else if inside {
			holes++
		}
		inside = tone
	}
	if n == 0 {
		return media.Silence, 0, 0
	}
	return sum / float64(n), float64(n) / 100, max(0, holes-1)
}

// A sound server that dies, or hangs, ends a running device with an error in good time.
func TestTheServerGoesAway(t *testing.T) {
	for name, hurt := range map[string]func(*os.Process) error{
		"dies":  func(p *os.Process) error { return p.Kill() },
		"hangs": freeze,
	} {
		t.Run(name, func(t *testing.T) {
			server := soundServer(t)
			s := system()
			beating := make(chan struct{}, 1)
			done := make(chan error, 1)
			go func() {
				done <- s.Source("").Run(t.Context(), func([]int16, time.Duration) {
					select {
					case beating <- struct{}{}:
					default:
					}
				})
			}()
			<-beating
			began := time.Now()
			if err := hurt(server); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-done:
				if !errors.Is(err, media.ErrStalled) {
					t.Errorf("got %v", err)
				}
				t.Logf("said so after %v", time.Since(began))
			case <-time.After(6 * time.Second):
				t.Fatal("nobody noticed")
			}
			_ = server.Kill() // what was left behind can go on now
		})
	}
}

func TestNoSoundServer(t *testing.T) {
	leavesNothing(t)
	t.Setenv("PULSE_SERVER", "unix:/nonexistent/native")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	s := system()
	if err := s.PlayPCM(t.Context(), "", make([]int16, 480)); !errors.Is(err, media.ErrNoDevice) {
		t.Errorf("a speaker where there is none: %v", err)
	}
	for _, id := range []string{"pulse", "pulse:xyz", "other:00", "pulse:" + fmt.Sprintf("%0600d", 0)} {
		if err := s.Source(id).Run(t.Context(), nil); !errors.Is(err, media.ErrNoDevice) {
			t.Errorf("id %.20q: %v", id, err)
		}
	}
}

// A device that is gone by its id is said to be gone.
func TestUnknownDevice(t *testing.T) {
	leavesNothing(t)
	soundServer(t)
	id := fmt.Sprintf("pulse:%x", "no-such-speaker")
	if err := system().PlayPCM(t.Context(), id, make([]int16, 480)); !errors.Is(err, media.ErrNoDevice) {
		t.Errorf("got %v", err)
	}
}

func TestCallbacksDoNotAllocate(t *testing.T) {
	q := newQueue(captureQueue)
	r := &recorder{queue: q, clock: func() time.Duration { return 0 }}
	starved := 0
	p := &player{queue: q, starved: func() { starved++ }}
	buf := make([]int16, 333)
	if n := testing.AllocsPerRun(1000, func() { r.take(nil, buf); p.give(buf, nil) }); n > 0 {
		t.Errorf("%v allocations per callback", n)
	}
	for range 100 { // nobody reads: the oldest go
		r.take(nil, buf)
	}
	if q.lost.Load() == 0 || len(q.full) > captureQueue {
		t.Error("a full queue did not drop")
	}
}
