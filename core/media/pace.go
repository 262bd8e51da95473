package media

import (
	"context"
	"time"

	"github.com/pion/rtp"
)

const (
	// burst is how many packets of a key frame go out at once.
	burst = 8
	// paceStep is how often the others do, and paceOver their speed in terms of the bit rate.
	paceStep = 5 * time.Millisecond
	paceOver = 2.5
	// paceMost bounds how long a picture is drawn out: the ones behind it wait, or are left out.
	paceMost = 100 * time.Millisecond
)

// paced is Write for a picture of so many bytes. A large key frame is drawn out, so that it does not fill the queue in
// front of a narrow place, in which the voice would wait too; other pictures have the size that the line carries.
func (e *videoEncoding) paced(size int, key bool) func(*rtp.Packet) error {
	if !key || size <= burst*videoMTU {
		return e.s.cfg.Write
	}
	each := perStep(size, int(e.s.bitrate.Load()))
	sent := 0
	return func(p *rtp.Packet) error {
		if sent >= burst && (sent-burst)%each == 0 {
			e.wait(paceStep)
		}
		sent++
		return e.s.cfg.Write(p)
	}
}

// perStep is how many packets of a picture of size bytes go out in every paceStep.
func perStep(size, bitsPerSecond int) int {
	byRate := paceOver * float64(bitsPerSecond) * paceStep.Seconds() / (8 * videoMTU)
	byTime := float64(size) / videoMTU / float64(paceMost/paceStep)
	return max(1, int(max(byRate, byTime)+.999))
}

// waiter waits for a while, or until ctx ends.
func waiter(ctx context.Context) func(time.Duration) {
	return func(d time.Duration) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}
