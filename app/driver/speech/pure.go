//go:build !linux || !cgo || nospeech

package speech

import "legekonsultasjon/core/media"

// Native says whether sound is processed at all.
const Native = false

func open(Engine, media.SpeechMode) (media.Speech, error) { return nil, ErrUnavailable }
