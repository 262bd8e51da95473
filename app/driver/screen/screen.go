// Package screen shows a call's pictures in a native child window over the program's own, where drawing them with the
// rest of the window would be dear: under a software renderer every change of one pixel repaints all of it. On X11 the
// child is filled from memory shared with the server. It also asks OpenGL who draws, and waits for the system's events.
//
// Nothing of the program's window can be drawn over the child: the doctor's own picture and its label are drawn into it
// here.
package screen

import (
	"errors"
	"image"
	"image/color"
	"strings"
)

// ErrUnsupported says that there is no native child window on this system; pictures are drawn with the window then.
var ErrUnsupported = errors.New("no native child window here")

// Look is how the child is painted around the pictures.
type Look struct {
	Ground color.NRGBA // of the window behind it: the rounded corners are painted with it
	Stage  color.NRGBA // beside a picture that does not fill the place
	Unit   float32     // pixels of one device-independent pixel
}

// Own is the doctor's own picture: whether it is shown, and its label as an image of its own size, or nil.
type Own struct {
	Shown bool
	Label image.Image
}

// IsSoftware reports whether an OpenGL renderer draws with the processor.
func IsSoftware(renderer string) bool {
	r := strings.ToLower(renderer)
	for _, name := range []string{"llvmpipe", "softpipe", "swrast", "software", "swiftshader", "lavapipe"} {
		if strings.Contains(r, name) {
			return true
		}
	}
	return false
}
