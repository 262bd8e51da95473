//go:build !linux || !cgo

package screen

import (
	"image"

	"legekonsultasjon/core/media"
)

// Renderer is not asked here: the window itself says when there is no OpenGL.
func Renderer() (string, error) { return "", nil }

// Window is never made here.
type Window struct{}

// Open returns ErrUnsupported.
func Open(uintptr, Look) (*Window, error) { return nil, ErrUnsupported }

// Place does nothing.
func (*Window) Place(x, y, width, height int) {}

// Show does nothing.
func (*Window) Show(bool) {}

// SetOwn does nothing.
func (*Window) SetOwn(Own) {}

// SetWords does nothing.
func (*Window) SetWords(image.Image) {}

// SetLook does nothing.
func (*Window) SetLook(Look) {}

// Frames is always 0.
func (*Window) Frames() uint64 { return 0 }

// Picture is nil.
func (*Window) Picture(int) media.VideoSink { return nil }

// SelfView is nil.
func (*Window) SelfView() media.VideoSink { return nil }

// Close does nothing.
func (*Window) Close() {}
