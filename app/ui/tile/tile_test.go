package tile

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/core/media"
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
		r.Picture().Show(half(64, 36))
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
	r.Picture().Show(half(640, 360))
	r.SelfView().Show(half(640, 360))
	q.run()
	img := shown(r)
	if !bright(img.At(100, 100)) || bright(img.At(500, 100)) {
		t.Error("the patient's left half is not white")
	}
	x, y, w, h := Own(640, 360, 640, 360, 1)
	if bright(img.At(int(x+w/4), int(y+h/3))) || !bright(img.At(int(x+3*w/4), int(y+h/3))) {
		t.Error("the own picture is not mirrored")
	}
}

func TestClearTakesThePictureAway(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	r := NewRaster(paint(q), skin())
	r.SetVisible(true)
	r.Picture().Show(half(640, 360))
	q.run()
	r.Picture().Clear()
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
}

func (n *fakeNative) Place(x, y, w, h int)             { n.place = image.Rect(x, y, x+w, y+h) }
func (n *fakeNative) Show(on bool)                     { n.shown = on }
func (n *fakeNative) SetOwn(_ bool, label image.Image) { n.label = label }
func (n *fakeNative) Picture() media.VideoSink         { return fakeSink{n} }
func (n *fakeNative) SelfView() media.VideoSink        { return fakeSink{n} }
func (n *fakeNative) Close()                           {}

type fakeSink struct{ n *fakeNative }

func (s fakeSink) Show(*media.Frame) { s.n.frames++ }
func (s fakeSink) Clear()            {}

func TestTheNativeWindowIsThereOnlyWhenNothingLiesOverIt(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	n := &fakeNative{}
	early := true
	c := NewChild(paint(q), skin(), func() (Native, error) {
		if early {
			return nil, ErrTooEarly
		}
		return n, nil
	})
	w := test.NewWindow(c.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(640, 360))
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
	c.Picture().Show(half(64, 36))
	if n.frames != 1 {
		t.Fatal("the picture went elsewhere")
	}
	for name, hide := range map[string][2]func(){
		"a dialog":       {func() { c.Cover(true) }, func() { c.Cover(false) }},
		"words":          {func() { c.SetMessage("Pasientens kamera er av") }, func() { c.SetMessage("") }},
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

func TestWithoutNativeWindowEverythingIsDrawn(t *testing.T) {
	test.NewTempApp(t)
	q := &queue{}
	tries := 0
	c := NewChild(paint(q), skin(), func() (Native, error) { tries++; return nil, errors.New("none here") })
	c.SetVisible(true)
	c.SetVisible(false)
	c.SetVisible(true)
	c.Picture().Show(half(640, 360))
	q.run()
	if tries != 1 || !bright(shown(c).At(100, 100)) {
		t.Fatalf("%d tries", tries)
	}
}
