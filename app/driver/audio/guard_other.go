//go:build !linux

package audio

import "github.com/gen2brain/malgo"

// guard has nothing to do where there is no PulseAudio.
func guard(*malgo.AllocatedContext) bool { return true }
