package audio

import (
	"context"
	"testing"
	"time"

	"legekonsultasjon/core/mediadevice"
)

// A device that goes within milliseconds of being opened is said not to be there, or to have stalled; the program lives.
// Without the guard this ends in a segmentation fault.
func TestDevicesPulledWhileTheyAreOpened(t *testing.T) {
	leavesNothing(t)
	soundServer(t)
	conn, err := connect("pulse")
	if err != nil {
		t.Fatal(err)
	}
	if !conn.guarded {
		t.Error("miniaudio's questions are not where they were")
	}
	conn.close()
	s := system()
	const times = 60
	refused := 0
	for i := range times {
		module := pactl(t, "load-module", "module-null-sink", "sink_name=pulled", "rate=48000", "channels=1", "norewinds=1", "sink_properties=device.description=Pulled")
		inv, err := s.Devices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		after := time.Duration(i%12) * 2 * time.Millisecond // different moments of the opening, which takes about 15 ms here
		open := func() {
			if i%2 == 0 {
				done <- s.Sink(find(t, inv, mediadevice.Speaker, "Pulled").ID).Run(ctx, func([]int16) {})
			} else {
				done <- s.Source(find(t, inv, mediadevice.Microphone, "Monitor of Pulled").ID).Run(ctx, func([]int16, time.Duration) {})
			}
		}
		time.AfterFunc(after, open)
		pactl(t, "unload-module", module)
		if err := <-done; err != nil {
			refused++
		}
		cancel()
	}
	if refused != times {
		t.Errorf("%d of %d devices that were gone worked to the end", times-refused, times)
	}
}
