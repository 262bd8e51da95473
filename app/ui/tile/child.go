package tile

import (
	"errors"
	"fmt"
	"image"
	"math"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/core/media"
)

// Native is a child window of the system's own that lies over the program's window. Its methods return at once.
type Native interface {
	// Place moves it, in pixels of the parent.
	Place(x, y, width, height int)
	Show(bool)
	// SetOwn shows or hides the doctor's own picture and sets its label, an image in pixels or nil.
	SetOwn(shown bool, label image.Image)
	// SetWords sets what stands in the middle while nobody else's picture is there, an image in pixels or nil.
	SetWords(image.Image)
	Picture(n int) media.VideoSink
	SelfView() media.VideoSink
	Close()
}

// Child is the surface that shows pictures in a Native window while there is a picture, or one is waited for, and nothing
// lies over it. It falls back to Raster otherwise: for words in place of the picture, and behind a dialog. The first
// picture of a call does not wait for the window to be drawn.
type Child struct {
	*Raster
	skin    *part.Skin
	open    func(fyne.Window) (Native, error) // called once for each window, when it exists
	host    fyne.Window
	native  Native
	tried   bool
	showing atomic.Bool // pictures go to the native window
	to      atomic.Pointer[Native]
	message string
	waiting bool // for a picture, with message
	visible bool
	covered bool
	own     bool
	label   string
	painted string // the label and scale that were handed over
	written string // the same of the words
	place   image.Rectangle

	settling bool // settle is queued
}

// ErrTooEarly is what open returns while the program's window does not exist yet.
var ErrTooEarly = errors.New("the window is not there yet")

// NewChild makes a surface; open makes the native window over another as soon as the call is shown there for the first
// time. When it cannot be made everything is drawn by Raster.
func NewChild(p Paint, skin *part.Skin, open func(fyne.Window) (Native, error)) *Child {
	c := &Child{Raster: NewRaster(p, skin), skin: skin, open: open}
	c.Raster.moved = c.Moved
	return c
}

// Picture implements Surface.
func (c *Child) Picture(n int) media.VideoSink {
	return tee{c, c.Raster.big[n], func(w Native) media.VideoSink { return w.Picture(n) }}
}

// SelfView implements Surface.
func (c *Child) SelfView() media.VideoSink {
	return tee{c, c.Raster.own, func(n Native) media.VideoSink { return n.SelfView() }}
}

// tee hands pictures to whichever of the two is seen, and clears both.
type tee struct {
	c      *Child
	raster *pane
	native func(Native) media.VideoSink
}

// Show implements media.VideoSink.
func (t tee) Show(f *media.Frame) {
	if n := t.c.to.Load(); n != nil && t.c.showing.Load() {
		t.raster.saw(f)
		t.native(*n).Show(f)
		return
	}
	t.raster.Show(f)
}

// Clear implements media.VideoSink.
func (t tee) Clear() {
	if n := t.c.to.Load(); n != nil {
		t.native(*n).Clear()
	}
	t.raster.Clear()
}

// Host implements Surface. The native window of the one before goes.
func (c *Child) Host(w fyne.Window) {
	if w == c.host {
		return
	}
	c.drop()
	c.host, c.tried, c.painted, c.written, c.place = w, false, "", "", image.Rectangle{}
	c.settle()
}

// Thrifty implements Surface.
func (c *Child) Thrifty() bool { return c.showing.Load() }

// SetMessage implements Surface.
func (c *Child) SetMessage(words string, waiting bool) {
	c.message, c.waiting = words, waiting
	c.Raster.SetMessage(words, waiting)
	c.settle()
}

// SetOwn implements Surface.
func (c *Child) SetOwn(shown bool, label string) {
	c.own, c.label = shown, label
	c.Raster.SetOwn(shown, label)
	c.settle()
}

// SetVisible implements Surface.
func (c *Child) SetVisible(on bool) {
	c.visible = on
	c.Raster.SetVisible(on)
	c.settle()
}

// Cover implements Surface.
func (c *Child) Cover(yes bool) {
	c.covered = yes
	c.settle()
}

// Moved implements Surface. The place is read after the layout that is under way has ended.
func (c *Child) Moved() {
	if c.visible && !c.settling {
		c.settling = true
		c.paint.Do(func() {
			c.settling = false
			c.settle()
		})
	}
}

// Close implements Surface.
func (c *Child) Close() {
	c.Raster.Close()
	c.drop()
}

// drop ends the native window.
func (c *Child) drop() {
	c.showing.Store(false)
	c.to.Store(nil)
	if c.native != nil {
		c.native.Close()
		c.native = nil
	}
}

// settle makes the native window what it should be just now.
func (c *Child) settle() {
	want := c.visible && !c.covered && (c.message == "" || c.waiting)
	if want && !c.tried && c.host != nil {
		n, err := c.open(c.host)
		c.tried = !errors.Is(err, ErrTooEarly)
		if err == nil {
			c.native = n
			c.to.Store(&n)
		}
	}
	if c.native == nil {
		return
	}
	place, scale, ok := c.pixels()
	want = want && ok
	if want && place != c.place {
		c.place = place
		c.native.Place(place.Min.X, place.Min.Y, place.Dx(), place.Dy())
	}
	if want {
		c.handLabel(scale)
		c.handWords(scale, place.Dx())
	}
	if want != c.showing.Load() {
		c.showing.Store(want)
		c.native.Show(want)
		if want {
			c.Raster.release()
		}
	}
}

// pixels is where the object stands in the window.
func (c *Child) pixels() (image.Rectangle, float32, bool) {
	d := fyne.CurrentApp().Driver()
	canvas := d.CanvasForObject(c.view)
	size := c.view.Size()
	if size.Width < 8 || size.Height < 8 {
		return image.Rectangle{}, 1, false
	}
	pos := d.AbsolutePositionForObject(c.view)
	if canvas == nil {
		// Fyne knows it only when it has been painted, which can take half a second where the processor paints a whole
		// new screen: the first picture does not wait for that.
		if c.host == nil || c.host.Canvas() == nil {
			return image.Rectangle{}, 1, false
		}
		canvas = c.host.Canvas()
		var found bool
		if pos, found = offset(canvas.Content(), c.view); !found {
			return image.Rectangle{}, 1, false
		}
	}
	scale := canvas.Scale()
	px := func(v float32) int { return int(math.Round(float64(v * scale))) }
	return image.Rect(px(pos.X), px(pos.Y), px(pos.X+size.Width), px(pos.Y+size.Height)), scale, true
}

// offset is where an object stands in a tree of containers and of our own widgets, if it is there and to be seen.
func offset(root, o fyne.CanvasObject) (fyne.Position, bool) {
	if root == nil || !root.Visible() {
		return fyne.Position{}, false
	}
	if root == o {
		return root.Position(), true
	}
	var children []fyne.CanvasObject
	switch root := root.(type) {
	case *fyne.Container:
		children = root.Objects
	case part.Parent:
		children = root.Children()
	}
	for _, child := range children {
		if at, found := offset(child, o); found {
			return at.Add(root.Position()), true
		}
	}
	return fyne.Position{}, false
}

// handLabel draws the label once for every text and scale.
func (c *Child) handLabel(scale float32) {
	key := c.label
	if !c.own {
		key = ""
	}
	key += "|" + theme.Hex(c.skin.Palette.Text) + string(rune(int(scale*100)))
	if key == c.painted {
		return
	}
	c.painted = key
	c.native.SetOwn(c.own, c.drawLabel(scale))
}

// handWords draws what is said while a picture is waited for, once for every text, scale and width of the place.
func (c *Child) handWords(scale float32, pixels int) {
	key := ""
	if c.message != "" {
		key = fmt.Sprint(c.message, "|", theme.Hex(c.skin.Palette.Text), scale, pixels)
	}
	if key == c.written {
		return
	}
	c.written = key
	if key == "" {
		c.native.SetWords(nil)
		return
	}
	words := c.skin.NewProse(messageStyle(), c.message)
	width := messageWidth(float32(pixels) / scale)
	c.native.SetWords(drawn(words, fyne.NewSize(width, words.HeightFor(width)), scale))
}

func (c *Child) drawLabel(scale float32) image.Image {
	if c.label == "" || !c.own {
		return nil
	}
	words := c.skin.NewLine(part.SmallStyle().With(part.Text), c.label, 0)
	ground := canvas.NewRectangle(c.skin.Palette.Ground)
	ground.CornerRadius = 9
	box := container.NewStack(ground, part.Inset(0, 8, 0, 8, words))
	return drawn(box, box.MinSize(), scale)
}

// drawn is an object as an image without a ground.
func drawn(o fyne.CanvasObject, size fyne.Size, scale float32) image.Image {
	canvas := software.NewTransparentCanvas()
	canvas.SetPadded(false)
	canvas.SetScale(scale)
	canvas.SetContent(o)
	canvas.Resize(size)
	return canvas.Capture()
}
