//go:build cgo

package camera

import (
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/prop"

	"legekonsultasjon/core/media"
)

// best picks the format that serves want: enough pictures per second first, then a size as near as possible and rather
// larger, then raw rather than JPEG.
func best(offers []prop.Media, want media.VideoFormat) (prop.Media, bool) {
	var chosen prop.Media
	found, least := false, 0.0
	for _, p := range offers {
		cost, ok := price(p, want)
		if ok && (!found || cost < least) {
			chosen, least, found = p, cost, true
		}
	}
	return chosen, found
}

// price of an offer: pixels too few cost more than pixels too many, missing pictures per second most.
func price(p prop.Media, want media.VideoFormat) (float64, bool) {
	if p.Width <= 0 || p.Height <= 0 || p.Width > media.MaxSide || p.Height > media.MaxSide {
		return 0, false
	}
	have, need := float64(p.Width*p.Height), float64(want.Width*want.Height)
	cost := max(need/have, have/need) - 1
	if have < need {
		cost *= 2
	}
	if p.FrameRate > 0 {
		cost += 8 * max(0, 1-float64(p.FrameRate)/float64(want.FPS))
		cost += 0.02 * max(0, float64(p.FrameRate)/float64(want.FPS)-1)
	}
	// The picture's proportions: a camera that crops 16:9 out of 4:3 shows less of the room.
	if p.Width*want.Height != p.Height*want.Width {
		cost += 0.3
	}
	switch p.FrameFormat {
	case frame.FormatI420, frame.FormatNV12, frame.FormatNV21, frame.FormatYUYV, frame.FormatYUY2, frame.FormatUYVY:
		return cost, true
	case frame.FormatMJPEG:
		return cost + 0.2, true
	}
	return 0, false
}
