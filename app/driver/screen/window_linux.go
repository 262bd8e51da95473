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

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mosaic"
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
	boxes   [mosaic.Most]*place // the participants
	ownBox  *place
	wake    chan struct{} // capacity 1: something below changed, or a picture has come
	done    chan struct{} // closed by Close
	gone    chan struct{} // closed when the goroutine has ended
	once    sync.Once
	mu      sync.Mutex
	wanted  wanted
	changed bool // wanted was
	frames  atomic.Uint64
}

// wanted is what the owner should bring about; only the newest counts.
type wanted struct {
	place image.Rectangle
	shown bool
	look  Look
	own   Own
	words image.Image
}

// place is one picture's way from the goroutine that has it to the one that paints: it is scaled before it is handed over,
// so that nothing larger than what is seen is copied.
type place struct {
	box     *media.Mailbox
	room    atomic.Uint64 // size of the cell, 0 while it is not known
	native  atomic.Uint64 // size that the newest picture came in
	cleared atomic.Bool
	wake    func()
	coarse  media.Frame  // of whoever shows
	mine    *media.Frame // of the painter
}

// Show implements media.VideoSink.
func (p *place) Show(f *media.Frame) {
	p.cleared.Store(false)
	p.native.Store(packed(image.Pt(f.Width, f.Height)))
	p.box.PutWith(func(into *media.Frame) { p.copy(into, f) })
	p.wake()
}

func (p *place) copy(into, f *media.Frame) {
	at := contain(image.Pt(f.Width, f.Height), image.Rectangle{Max: unpacked(p.room.Load())})
	if at.Empty() {
		into.CopyFrom(f)
		return
	}
	into.Resize(at.Dx(), at.Dy())
	into.At = f.At
	yuv.Scale(into, coarser(&p.coarse, f, at.Size()))
}

// Clear implements media.VideoSink.
func (p *place) Clear() {
	p.cleared.Store(true)
	p.box.Empty()
	p.wake()
}

func packed(p image.Point) uint64   { return uint64(p.X)<<32 | uint64(p.Y) }
func unpacked(v uint64) image.Point { return image.Pt(int(v>>32), int(v&0xFFFFFFFF)) }

// take is the newest picture, the size it came in, and whether there is news: nil with news means that the picture has gone.
func (p *place) take() (f *media.Frame, native image.Point, news bool) {
	if f := p.box.Take(p.mine); f != nil {
		p.mine = f
		return f, unpacked(p.native.Load()), true
	}
	return nil, image.Point{}, p.cleared.Swap(false)
}

// Open makes a hidden child of an X11 window and starts its goroutine, which ends at Close or when the parent is gone.
func Open(parent uintptr, look Look) (*Window, error) {
	w := &Window{wake: make(chan struct{}, 1), done: make(chan struct{}), gone: make(chan struct{})}
	for i := range w.boxes {
		w.boxes[i] = &place{box: media.NewMailbox(), wake: w.poke}
	}
	w.ownBox = &place{box: media.NewMailbox(), wake: w.poke}
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

// SetWords sets what stands in the middle while no participant has a picture, an image in pixels or nil.
func (w *Window) SetWords(words image.Image) { w.change(func(t *wanted) { t.words = words }) }

// SetLook changes colours and scale.
func (w *Window) SetLook(l Look) { w.change(func(t *wanted) { t.look = l }) }

// Frames counts the pictures of participants that were put on the screen.
func (w *Window) Frames() uint64 { return w.frames.Load() }

// Close ends the child and waits for its goroutine; a second call does nothing.
func (w *Window) Close() {
	w.once.Do(func() { close(w.done) })
	<-w.gone
}

func (w *Window) change(f func(*wanted)) {
	w.mu.Lock()
	f(&w.wanted)
	w.changed = true
	w.mu.Unlock()
	w.poke()
}

func (w *Window) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Picture is where participant n is shown, n from 0 to mosaic.Most-1. He has a place as soon as he has a picture.
func (w *Window) Picture(n int) media.VideoSink { return w.boxes[n] }

// SelfView is where the doctor is shown.
func (w *Window) SelfView() media.VideoSink { return w.ownBox }

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
	w     *Window
	x     *C.screen
	c     composer
	place image.Rectangle
	shown bool
}

// turn waits for something and brings the screen up to date; false ends the goroutine.
func (o *owner) turn() bool {
	select {
	case <-o.w.done:
		return false
	case <-o.w.wake:
	}
	changed, ok := o.obey()
	if !ok {
		return false
	}
	for n, p := range o.w.boxes {
		f, native, news := p.take()
		if news {
			changed = changed.Union(o.c.picture(n, f, native))
		}
		if f != nil {
			o.w.frames.Add(1)
		}
	}
	if f, native, news := o.w.ownBox.take(); news {
		changed = changed.Union(o.c.selfView(f, native))
	}
	o.tellRoom()
	return o.show(changed)
}

// obey brings about what is wanted, and returns what has to be painted for it.
func (o *owner) obey() (image.Rectangle, bool) {
	o.w.mu.Lock()
	t, changed := o.w.wanted, o.w.changed
	o.w.changed = false
	o.w.mu.Unlock()
	if !changed {
		return image.Rectangle{}, true
	}
	again := o.c.look != t.look
	o.c.look, o.c.own, o.c.label, o.c.words = t.look, t.own.Shown, newTag(t.own.Label), newTag(t.words)
	if !o.fit(t.place, again) {
		return image.Rectangle{}, false
	}
	if t.shown != o.shown && o.c.pixels != nil {
		o.shown = t.shown
		C.screen_show(o.x, C.int(b2i(t.shown)))
	}
	return o.c.bounds(), true
}

// tellRoom says to those who have the pictures how large they are seen.
func (o *owner) tellRoom() {
	if o.c.pixels == nil {
		return
	}
	for n, p := range o.w.boxes {
		p.room.Store(packed(o.c.room(n)))
	}
	o.w.ownBox.room.Store(packed(o.c.self.at.Size()))
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
	return true
}

func (o *owner) show(changed image.Rectangle) bool {
	if o.c.pixels == nil || !o.shown {
		return true
	}
	r := o.c.paint(changed)
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
