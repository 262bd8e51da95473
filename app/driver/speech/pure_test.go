//go:build !linux || !cgo || nospeech

package speech

import (
	"errors"
	"testing"

	"legekonsultasjon/core/media"
)

func TestNoEngineIsBuiltIn(t *testing.T) {
	for _, e := range []Engine{AEC3, AEC2} {
		if _, err := New(e, media.SpeechMode{Echo: true}); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", e, err)
		}
	}
}
