// Package speech cleans what the microphone hears: it takes the loudspeaker's echo out, damps the room's noise and
// evens the level. Two cancellers of WebRTC's stand behind media.Speech; docs/adr has what was measured of them. Where
// neither is built in (Windows and macOS so far, and builds without cgo) New says so, and sound goes through as it is.
package speech

import (
	"errors"
	"fmt"
	"time"

	"legekonsultasjon/core/media"
)

// Engine names a canceller, as settings remember it.
type Engine string

// The engines. AEC3 finds the echo's delay itself; AEC2 (webrtc-audio-processing 0.3, extended filter) relies on the
// hint and costs less.
const (
	AEC3 Engine = "aec3"
	AEC2 Engine = "aec2"
	// None leaves the sound as it is.
	None Engine = "none"
	// Default is the one that measured best.
	Default = AEC3
)

// ErrUnavailable is returned where an engine is not built in, or its library is missing.
var ErrUnavailable = errors.New("speech: no such engine here")

var errLength = fmt.Errorf("speech: not %d samples", media.Quantum)

// maxDelay is the longest hint that the engines take.
const maxDelay = 500 * time.Millisecond

// New makes an engine; "" is Default. Its methods are to be called by one goroutine.
func New(e Engine, m media.SpeechMode) (media.Speech, error) {
	switch e {
	case "":
		e = Default
	case AEC3, AEC2:
	default:
		return nil, fmt.Errorf("%w: %q", ErrUnavailable, string(e))
	}
	return open(e, m)
}
