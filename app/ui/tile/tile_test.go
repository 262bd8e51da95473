package tile

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mosaic"
)

// queue stands in for Fyne's goroutine: what is asked for is done when run is called.
type queue struct{ waiting []func() }

func (q *queue) do(f func()) { q.waiting = append(q.waiting, f) }

func (q *queue) run() {
	for len(q.waiting) > 0 {
		f := q.waiting[0]
		q.waiting = q.waiting[1:]
		f()
	}
}

func paint(q *queue) Paint { return Paint{Do: q.do, RGBA: yuv.RGBA, Mirror: yuv.Mirror} }

func skin() *part.Skin { return part.NewSkin(theme.Dark(), theme.NewFonts()) }

// half is a picture whose left half is white.
func half(width, height int) *media.Frame {
	f := media.NewFrame(width, height)
	for y := range height {
		for x := range width / 2 {
			f.Y[y*f.YStride+x] = 235
		}
	}
	return f
}

func shown(s Surface) image.Image {
	w := test.NewWindow(s.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(640, 360))
	return w.Canvas().Capture()
}

func bright(c color.Color) bool { r, _, _, _ := c.RGBA(); return r > 0xC000 }

func TestManyPicturesAreOneRepaint(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	r := NewRaster(paint(q), skin())
	r.SetVisible(true)
	q.run()
	for range 100 {
		r.Picture(0).Show(half(64, 36))
		r.SelfView().Show(half(64, 36))
	}
	if len(q.waiting) != 1 {
		t.Fatalf("%d repaints are queued", len(q.waiting))
	}
}

func TestThePatientIsShownAsIsAndTheDoctorMirrored(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	r := NewRaster(paint(q), skin())
	r.SetVisible(true)
	r.SetOwn(true, "")
	r.Picture(0).Show(half(640, 360))
	r.SelfView().Show(half(640, 360))
	q.run()
	img := shown(r)
	if !bright(img.At(100, 100)) || bright(img.At(500, 100)) {
		t.Error("the patient's left half is not white")
	}
	at := mosaic.Own(640, 360, 640, 360, 1)
	x, y, w, h := at.X, at.Y, at.W, at.H
	if bright(img.At(int(x+w/4), int(y+h/3))) || !bright(img.At(int(x+3*w/4), int(y+h/3))) {
		t.Error("the own picture is not mirrored")
	}
}

func TestClearTakesThePictureAway(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	r := NewRaster(paint(q), skin())
	r.SetVisible(true)
	r.Picture(0).Show(half(640, 360))
	q.run()
	r.Picture(0).Clear()
	q.run()
	if bright(shown(r).At(100, 100)) {
		t.Fatal("the picture is still there")
	}
}

// fakeNative remembers what it was told.
type fakeNative struct {
	place  image.Rectangle
	shown  bool
	frames int
	label  image.Image
	words  image.Image
	closed bool
}

func (n *fakeNative) Place(x, y, w, h int)             { n.place = image.Rect(x, y, x+w, y+h) }
func (n *fakeNative) Show(on bool)                     { n.shown = on }
func (n *fakeNative) SetOwn(_ bool, label image.Image) { n.label = label }
func (n *fakeNative) SetWords(words image.Image)       { n.words = words }
func (n *fakeNative) Picture(int) media.VideoSink      { return fakeSink{n} }
func (n *fakeNative) SelfView() media.VideoSink        { return fakeSink{n} }
func (n *fakeNative) Close()                           { n.closed = true }

type fakeSink struct{ n *fakeNative }

func (s fakeSink) Show(*media.Frame) { s.n.frames++ }
func (s fakeSink) Clear()            {}

func TestTheNativeWindowIsThereOnlyWhenNothingLiesOverIt(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	n := &fakeNative{}
	early := true
	c := NewChild(paint(q), skin(), func(fyne.Window) (Native, error) {
		if early {
			return nil, ErrTooEarly
		}
		return n, nil
	})
	w := test.NewWindow(c.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(640, 360))
	c.Host(w)
	c.SetVisible(true)
	if n.shown {
		t.Fatal("shown before there is a window")
	}
	early = false
	c.SetOwn(true, "Du")
	c.Moved()
	q.run()
	if !n.shown || n.place != image.Rect(0, 0, 640, 360) || n.label == nil {
		t.Fatalf("%+v", n)
	}
	c.Picture(0).Show(half(64, 36))
	if n.frames != 1 {
		t.Fatal("the picture went elsewhere")
	}
	for name, hide := range map[string][2]func(){
		"a dialog":       {func() { c.Cover(true) }, func() { c.Cover(false) }},
		"words":          {func() { c.SetMessage("Pasientens kamera er av", false) }, func() { c.SetMessage("", false) }},
		"another screen": {func() { c.SetVisible(false) }, func() { c.SetVisible(true) }},
	} {
		hide[0]()
		if n.shown {
			t.Errorf("%s: still shown", name)
		}
		hide[1]()
		if !n.shown {
			t.Errorf("%s: not shown again", name)
		}
	}
}

// While a picture is waited for the native window is there with the words: the first one is seen as soon as it comes.
func TestTheNativeWindowWaitsForThePicture(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	n := &fakeNative{}
	c := NewChild(paint(q), skin(), func(fyne.Window) (Native, error) { return n, nil })
	w := test.NewWindow(c.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(640, 360))
	c.SelfView().Show(half(64, 48))
	c.Host(w)
	c.SetMessage("Venter på bildet", true)
	c.SetVisible(true)
	q.run()
	if !n.shown || n.words == nil {
		t.Fatalf("%+v", n)
	}
	c.Picture(0).Show(half(64, 36))
	if n.frames != 1 {
		t.Error("the first picture went elsewhere")
	}
	c.SetMessage("", false)
	if n.words != nil {
		t.Error("the words stay")
	}
	if at := c.view.Pictures()[1]; at.W*3 != at.H*4 {
		t.Errorf("the own picture has lost its shape: %+v", at)
	}
}

func TestWithoutNativeWindowEverythingIsDrawn(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	tries := 0
	c := NewChild(paint(q), skin(), func(fyne.Window) (Native, error) { tries++; return nil, errors.New("none here") })
	c.Host(test.NewWindow(c.Object()))
	c.SetVisible(true)
	c.SetVisible(false)
	c.SetVisible(true)
	c.Picture(0).Show(half(640, 360))
	q.run()
	if tries != 1 || !bright(shown(c).At(100, 100)) {
		t.Fatalf("%d tries", tries)
	}
}

func TestTheNativeWindowFollowsTheObjectIntoAnotherWindow(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	var made []*fakeNative
	var over []fyne.Window
	c := NewChild(paint(q), skin(), func(w fyne.Window) (Native, error) {
		made, over = append(made, &fakeNative{}), append(over, w)
		return made[len(made)-1], nil
	})
	large := test.NewWindow(c.Object())
	large.Resize(fyne.NewSize(640, 360))
	c.Host(large)
	c.SetVisible(true)
	if len(made) != 1 || !made[0].shown || !c.Thrifty() {
		t.Fatalf("in the large window: %+v", made)
	}
	large.SetContent(canvas.NewRectangle(nil))
	small := test.NewWindow(c.Object())
	small.Resize(fyne.NewSize(320, 180))
	c.Host(small)
	q.run()
	if len(made) != 2 || !made[0].closed || !made[1].shown || over[1] != small {
		t.Fatalf("in the small window: %d made", len(made))
	}
	c.Picture(0).Show(half(64, 36))
	if made[0].frames != 0 || made[1].frames != 1 {
		t.Fatal("the picture did not follow")
	}
	c.Close()
	if !made[1].closed || c.Thrifty() {
		t.Fatal("still there after the end")
	}
}

func TestThreeParticipantsStandSideBySide(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	r := NewRaster(paint(q), skin())
	r.SetVisible(true)
	r.SetOwn(false, "")
	for n := range 3 {
		r.Picture(n).Show(half(640, 360))
	}
	q.run()
	img := shown(r)
	for n, at := range mosaic.Cells(3, 640, 360, 8) {
		at = mosaic.Contain(640, 360, at)
		if !bright(img.At(int(at.X+at.W/4), int(at.Y+at.H/2))) || bright(img.At(int(at.X+3*at.W/4), int(at.Y+at.H/2))) {
			t.Errorf("participant %d is not at %v", n, at)
		}
	}
	r.Picture(1).Clear()
	r.Picture(2).Clear()
	q.run()
	if img := shown(r); !bright(img.At(100, 100)) || bright(img.At(500, 100)) {
		t.Error("the last one has not the whole place")
	}
}

// Where the picture stands is known before anything is painted.
func TestThePlaceIsFoundWithoutFyne(t *testing.T) {
	test.NewTempApp(t)
	o := canvas.NewRectangle(nil)
	inner := container.NewWithoutLayout(o)
	root := container.NewWithoutLayout(canvas.NewRectangle(nil), inner)
	inner.Move(fyne.NewPos(10, 20))
	o.Move(fyne.NewPos(3, 4))
	if at, ok := offset(root, o); !ok || at != fyne.NewPos(13, 24) {
		t.Errorf("%v, %v", at, ok)
	}
	inner.Hide()
	if _, ok := offset(root, o); ok {
		t.Error("what is hidden was found")
	}
}
