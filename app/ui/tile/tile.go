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
	// Host says in which window the object stands. It may be moved to another one, and is told so before.
	Host(fyne.Window)
	// Picture shows participant n, the patient being the first, 0; SelfView the doctor, mirrored. Whoever has a picture has
	// a place, up to mosaic.Most of them.
	Picture(n int) media.VideoSink
	SelfView() media.VideoSink
	// SetMessage shows words where the patient's picture would be; "" shows the picture. Where waiting is true they may
	// give way by themselves as soon as there is a picture.
	SetMessage(words string, waiting bool)
	// SetOwn shows or hides the doctor's own picture and names it.
	SetOwn(shown bool, label string)
	// SetVisible says whether the call is on the screen.
	SetVisible(bool)
	// Cover says whether a dialog lies over it: then nothing native may be there.
	Cover(bool)
	// Moved is called when the object's place in the window may have changed.
	Moved()
	// Thrifty says whether repainting the window is dear while pictures are shown: then nothing in it should change often.
	Thrifty() bool
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

// Picture is where one of the pictures stands in the object of a Surface, for tests that look at it: Name is "patient" or
// "self".
type Picture struct {
	Name       string
	X, Y, W, H float32
}

// Pictured is an object that tells where its pictures stand.
type Pictured interface{ Pictures() []Picture }
