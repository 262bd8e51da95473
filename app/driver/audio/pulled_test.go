package audio

import (
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// pactl asks the private sound server.
func pactl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("pactl", args...).Output()
	if err != nil {
		t.Fatal("pactl ", args, ": ", err)
	}
	return strings.TrimSpace(string(out))
}

// A sound server takes 64 connections, and a device that was pulled out must give its own back.
func TestPulledDevicesLeaveNothingBehind(t *testing.T) {
	soundServer(t)
	start := time.Now()
	s := New(func() time.Duration { return time.Since(start) }, slog.New(slog.NewTextHandler(t.Output(), nil)))
	for range 3 {
		for kind, name := range map[mediadevice.Kind]string{mediadevice.Speaker: "Pulled", mediadevice.Microphone: "Monitor of Pulled"} {
			module := pactl(t, "load-module", "module-null-sink", "sink_name=pulled", "rate=48000", "channels=1", "norewinds=1", "sink_properties=device.description=Pulled")
			inv, err := s.Devices(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			id := find(t, inv, kind, name).ID
			beating, done := make(chan struct{}, 1), make(chan error, 1)
			beat := func() {
				select {
				case beating <- struct{}{}:
				default:
				}
			}
			go func() {
				if kind == mediadevice.Speaker {
					done <- s.Sink(id).Run(t.Context(), func([]int16) { beat() })
					return
				}
				done <- s.Source(id).Run(t.Context(), func([]int16, time.Duration) { beat() })
			}()
			for range 10 { // it is open
				<-beating
			}
			pactl(t, "unload-module", module)
			if err := <-done; !errors.Is(err, media.ErrStalled) {
				t.Fatal("the device was pulled out, and it said ", err)
			}
		}
	}
	eventually(t, "only pactl is connected", func() bool { return strings.Count(pactl(t, "list", "short", "clients"), "\n") == 0 })
}
