// Package tile shows the pictures of a call in the window: the patient's large, the doctor's own small in a corner. A
// picture goes through a newest-wins mailbox; the window is asked to repaint at most once at a time, however fast
// pictures come. Two surfaces exist: Raster draws with Fyne and works everywhere; Child puts a native window over the
// same place where the software renderer of a remote desktop would make every repaint dear.
package tile

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/core/media"
)

// Surface is where a call's pictures are shown. Its methods are called on Fyne's goroutine; the sinks from any.
type Surface interface {
	// Object is laid out by the call view. It keeps its own dark ground.
	Object() fyne.CanvasObject
	// Picture shows the patient, SelfView the doctor, mirrored.
	Picture() media.VideoSink
	SelfView() media.VideoSink
	// SetMessage shows words where the patient's picture would be; "" shows the picture.
	SetMessage(words string)
	// SetOwn shows or hides the doctor's own picture and names it.
	SetOwn(shown bool, label string)
	// SetVisible says whether the call is on the screen.
	SetVisible(bool)
	// Cover says whether a dialog lies over it: then nothing native may be there.
	Cover(bool)
	// Moved is called when the object's place in the window may have changed.
	Moved()
	// Close ends it; the sinks then do nothing.
	Close()
}

// Paint is what a surface needs of the outside: all three may be called from any goroutine.
type Paint struct {
	// Do runs f on Fyne's goroutine, later.
	Do func(f func())
	// RGBA writes a frame as R, G, B, 255.
	RGBA func(dst []byte, stride int, src *media.Frame) error
	// Mirror exchanges left and right.
	Mirror func(dst, src *media.Frame)
}

// Picture is where one of the two pictures stands in the object of a Surface, for tests that look at it: Name is
// "patient" or "self".
type Picture struct {
	Name       string
	X, Y, W, H float32
}

// Pictured is an object that tells where its pictures stand.
type Pictured interface{ Pictures() []Picture }

// Contain is the largest rectangle of the picture's shape in the middle of a place.
func Contain(width, height, placeWidth, placeHeight float32) (x, y, w, h float32) {
	if width <= 0 || height <= 0 {
		return 0, 0, 0, 0
	}
	scale := min(placeWidth/width, placeHeight/height)
	w, h = width*scale, height*scale
	return (placeWidth - w) / 2, (placeHeight - h) / 2, w, h
}

// Own is where the doctor's own picture stands in a place, all in the same unit; unit is the size of one
// device-independent pixel. It shrinks with the place and keeps the shape of its picture.
func Own(width, height, placeWidth, placeHeight, unit float32) (x, y, w, h float32) {
	if width <= 0 || height <= 0 {
		width, height = 16, 9
	}
	most := min(216*unit, placeWidth*0.24)
	scale := min(most/width, min(162*unit, placeHeight*0.3)/height)
	w, h = width*scale, height*scale
	return placeWidth - w - 16*unit, placeHeight - h - 16*unit, w, h
}
