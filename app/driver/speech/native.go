//go:build linux && cgo && !nospeech

package speech

/*
#cgo CXXFLAGS: -std=c++17 -O2 -DNDEBUG -DWEBRTC_POSIX -DWEBRTC_LINUX -DWEBRTC_APM_DEBUG_DUMP=0 -DWEBRTC_AUDIO_PROCESSING_ONLY_BUILD
#cgo CXXFLAGS: -I/usr/include/tg_owt -I/usr/include/webrtc_audio_processing -Wno-deprecated-declarations
#cgo LDFLAGS: -ltg_owt -l:libabsl_strings.a -l:libabsl_throw_delegate.a -l:libabsl_bad_optional_access.a -l:libabsl_raw_logging_internal.a -ldl
#include "engine.h"
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"

	"legekonsultasjon/core/media"
)

// Native says whether sound is processed at all.
const Native = true

type native struct {
	c *C.speech_engine
}

func open(e Engine, m media.SpeechMode) (media.Speech, error) {
	kind := C.int(C.SPEECH_AEC3)
	if e == AEC2 {
		kind = C.SPEECH_AEC2
	}
	c := C.speech_open(kind, flag(m.Echo), flag(m.Noise), flag(m.Gain))
	if c == nil {
		return nil, fmt.Errorf("%w: %s", ErrUnavailable, e)
	}
	return &native{c}, nil
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

func pointer(pcm []int16) *C.int16_t { return (*C.int16_t)(unsafe.Pointer(unsafe.SliceData(pcm))) }

// Set implements media.Speech.
func (n *native) Set(m media.SpeechMode) error {
	return explained("set", C.speech_set(n.c, flag(m.Echo), flag(m.Noise), flag(m.Gain)))
}

// Far implements media.Speech.
func (n *native) Far(pcm []int16) error {
	if len(pcm) != media.Quantum {
		return errLength
	}
	return explained("far", C.speech_far(n.c, pointer(pcm)))
}

// Near implements media.Speech.
func (n *native) Near(pcm []int16, delay time.Duration) error {
	if len(pcm) != media.Quantum {
		return errLength
	}
	ms := min(max(delay.Milliseconds(), 0), maxDelay.Milliseconds())
	return explained("near", C.speech_near(n.c, pointer(pcm), C.int(ms)))
}

// Close implements media.Speech.
func (n *native) Close() {
	if n.c != nil {
		C.speech_close(n.c)
		n.c = nil
	}
}

// explained gives the library's code. Minus 13 is its warning that a hint was out of range, and was heeded in part.
func explained(what string, code C.int) error {
	if code == 0 || code == -13 {
		return nil
	}
	return fmt.Errorf("speech: %s: code %d", what, int(code))
}
