//go:build linux && cgo

package screen

/*
#cgo LDFLAGS: -lX11 -lXext -lGL
#include <stdlib.h>
#include "xshm_linux.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"legekonsultasjon/core/media"
)

// Renderer asks OpenGL on X11 who draws, such as "llvmpipe (LLVM 15.0.6, 256 bits)". The error says that there is no
// OpenGL that the window could use.
func Renderer() (string, error) {
	out := (*C.char)(C.calloc(1, 256))
	defer C.free(unsafe.Pointer(out))
	if C.screen_renderer(out, 256) == 0 {
		return "", errors.New(C.GoString(out))
	}
	return C.GoString(out), nil
}

// Window is the child. Its methods may be called from any goroutine and return at once; one goroutine owns the X
// connection and does the painting.
type Window struct {
	box, ownBox *media.Mailbox
	wake        chan struct{} // capacity 1: something below changed
	done        chan struct{} // closed by Close
	gone        chan struct{} // closed when the goroutine has ended
	once        sync.Once
	mu          sync.Mutex
	wanted      wanted
	frames      atomic.Uint64
}

// wanted is what the owner should bring about; only the newest counts.
type wanted struct {
	place               image.Rectangle
	shown               bool
	look                Look
	own                 Own
	clearBig, clearSelf bool
}

// Open makes a hidden child of an X11 window and starts its goroutine, which ends at Close or when the parent is gone.
func Open(parent uintptr, look Look) (*Window, error) {
	w := &Window{box: media.NewMailbox(), ownBox: media.NewMailbox(), wake: make(chan struct{}, 1),
		done: make(chan struct{}), gone: make(chan struct{})}
	w.wanted.look = look
	opened := make(chan error, 1)
	go w.run(parent, opened)
	if err := <-opened; err != nil {
		return nil, err
	}
	return w, nil
}

// Place moves the child to a rectangle of the parent, in pixels.
func (w *Window) Place(x, y, width, height int) {
	w.change(func(t *wanted) { t.place = image.Rect(x, y, x+width, y+height) })
}

// Show shows or hides it.
func (w *Window) Show(on bool) { w.change(func(t *wanted) { t.shown = on }) }

// SetOwn changes the doctor's own picture's label and whether it is there.
func (w *Window) SetOwn(own Own) { w.change(func(t *wanted) { t.own = own }) }

// SetLook changes colours and scale.
func (w *Window) SetLook(l Look) { w.change(func(t *wanted) { t.look = l }) }

// Frames counts the pictures of the patient that were put on the screen.
func (w *Window) Frames() uint64 { return w.frames.Load() }

// Close ends the child and waits for its goroutine; a second call does nothing.
func (w *Window) Close() {
	w.once.Do(func() { close(w.done) })
	<-w.gone
}

func (w *Window) change(f func(*wanted)) {
	w.mu.Lock()
	f(&w.wanted)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Picture is where the patient is shown.
func (w *Window) Picture() media.VideoSink {
	return sink{w.box, func() { w.change(func(t *wanted) { t.clearBig = true }) }}
}

// SelfView is where the doctor is shown.
func (w *Window) SelfView() media.VideoSink {
	return sink{w.ownBox, func() { w.change(func(t *wanted) { t.clearSelf = true }) }}
}

type sink struct {
	box   *media.Mailbox
	clear func()
}

// Show implements media.VideoSink.
func (s sink) Show(f *media.Frame) { s.box.Put(f) }

// Clear implements media.VideoSink.
func (s sink) Clear() {
	s.box.Empty()
	s.clear()
}

// run owns the X connection.
func (w *Window) run(parent uintptr, opened chan<- error) {
	defer close(w.gone)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var reason *C.char
	x := C.screen_open(C.ulong(parent), &reason)
	if x == nil {
		opened <- fmt.Errorf("child window: %s", C.GoString(reason))
		return
	}
	defer C.screen_close(x)
	opened <- nil
	o := &owner{w: w, x: x}
	for o.turn() {
	}
}

// owner is the state of the goroutine.
type owner struct {
	w         *Window
	x         *C.screen
	c         composer
	place     image.Rectangle
	shown     bool
	big, self *media.Frame
	lastBig   *media.Frame // for painting anew after a change of size
}

// turn waits for one thing and does it; false ends the goroutine.
func (o *owner) turn() bool {
	w := o.w
	select {
	case <-w.done:
		return false
	case <-w.wake:
		return o.obey()
	case <-w.box.Ready():
		if f := w.box.Take(o.big); f != nil {
			o.big, o.lastBig = f, f
			return o.take(true)
		}
	case <-w.ownBox.Ready():
		if f := w.ownBox.Take(o.self); f != nil {
			o.self = f
			return o.take(false)
		}
	}
	return true
}

// obey brings about what is wanted.
func (o *owner) obey() bool {
	o.w.mu.Lock()
	t := o.w.wanted
	o.w.wanted.clearBig, o.w.wanted.clearSelf = false, false
	o.w.mu.Unlock()
	changed := o.c.look != t.look
	o.c.look, o.c.own = t.look, t.own
	if t.clearBig {
		o.c.hasBig, o.lastBig = false, nil
	}
	if t.clearSelf {
		o.c.hasSmall = false
	}
	if !o.fit(t.place, changed) {
		return false
	}
	if t.shown != o.shown && o.c.pixels != nil {
		o.shown = t.shown
		C.screen_show(o.x, C.int(b2i(t.shown)))
	}
	return o.show(true)
}

// fit takes shared memory for a new size; a mere move only moves.
func (o *owner) fit(place image.Rectangle, again bool) bool {
	if place.Empty() || place == o.place && !again {
		return true
	}
	if place.Size() == o.place.Size() && !again {
		o.place = place
		C.screen_move(o.x, C.int(place.Min.X), C.int(place.Min.Y))
		return true
	}
	if place.Dx() > media.MaxSide || place.Dy() > media.MaxSide {
		return true
	}
	var stride C.int
	p := C.screen_size(o.x, C.int(place.Min.X), C.int(place.Min.Y), C.int(place.Dx()), C.int(place.Dy()), &stride)
	if p == nil {
		o.c.pixels = nil
		return false
	}
	o.place = place
	o.c.resize(unsafe.Slice((*byte)(unsafe.Pointer(p)), int(stride)*place.Dy()), int(stride), place.Dx(), place.Dy())
	if o.lastBig != nil {
		o.c.picture(o.lastBig)
	}
	if o.self != nil && o.c.hasSmall {
		o.c.selfView(o.self)
	}
	return true
}

// take puts a new picture on the screen.
func (o *owner) take(big bool) bool {
	if o.c.pixels == nil {
		return true
	}
	if big {
		o.c.picture(o.big)
		o.w.frames.Add(1)
	} else {
		o.c.selfView(o.self)
	}
	return o.show(big)
}

func (o *owner) show(big bool) bool {
	if o.c.pixels == nil || !o.shown {
		return true
	}
	r := o.c.paint(big)
	if r.Empty() {
		return true
	}
	return C.screen_put(o.x, C.int(r.Min.X), C.int(r.Min.Y), C.int(r.Dx()), C.int(r.Dy())) != 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
