package uitest

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
)

// Face is a window without a display: what it posts is kept, what it draws can be looked at.
type Face struct {
	Window  *ui.Window
	Canvas  software.WindowlessCanvas
	Surface *tile.Raster
	Posted  []desk.Command
}

// Open draws a state in a window of a size in device-independent pixels, at a scale. It begins a Fyne test app: what was
// opened before must not be used any more.
func Open(s desk.State, width, height, scale float32) *Face {
	test.NewApp()
	f := &Face{Canvas: test.NewWindow(nil).Canvas().(software.WindowlessCanvas)}
	skin := part.NewSkin(theme.Dark(), theme.NewFonts())
	f.Surface = tile.NewRaster(tile.Paint{Do: func(do func()) { do() }, RGBA: RGBA, Mirror: Mirror}, skin)
	if s.Screen == desk.ScreenCall {
		f.Surface.Picture(0).Show(person(1280, 720))
		f.Surface.SelfView().Show(person(640, 360))
	}
	options := ui.Options{Surface: f.Surface, Post: func(c desk.Command) { f.Posted = append(f.Posted, c) }}
	f.Window = ui.New(options, s)
	f.Canvas.SetScale(scale)
	f.Canvas.Resize(fyne.NewSize(width, height))
	f.Window.AttachCanvas(f.Canvas)
	f.Canvas.Resize(fyne.NewSize(width, height))
	return f
}

// Picture is what the window shows.
func (f *Face) Picture() image.Image { return f.Canvas.Capture() }

// Top is the topmost layer: a dialog or menu when one is open, else the content.
func (f *Face) Top() fyne.CanvasObject {
	if o := f.Canvas.Overlays().Top(); o != nil {
		return o
	}
	return f.Canvas.Content()
}

// Press presses the first thing that says or is labelled with these words; of a choice between segments the one of that
// word, after those before it. It does nothing when there is none.
func (f *Face) Press(words string) {
	done := false
	part.Walk(f.Top(), func(o fyne.CanvasObject) {
		if done {
			return
		}
		if s, ok := o.(*part.Segments); ok {
			done = pressSegment(s, words)
			return
		}
		told, isTold := o.(part.Told)
		if t, ok := o.(fyne.Tappable); ok && isTold && told.Facts().Text == words {
			test.Tap(t)
			done = true
		}
	})
}

func pressSegment(s *part.Segments, words string) bool {
	labels, widths := s.Parts()
	x := float32(0)
	for i, label := range labels {
		if label == words {
			test.TapAt(s, fyne.NewPos(x+widths[i]/2, 10))
			return true
		}
		x += widths[i]
	}
	return false
}

// Last is the command posted last, nil when there was none.
func (f *Face) Last() desk.Command {
	if len(f.Posted) == 0 {
		return nil
	}
	return f.Posted[len(f.Posted)-1]
}

// person draws a head and shoulders against a soft ground.
func person(width, height int) *media.Frame {
	f := media.NewFrame(width, height)
	w, h := float64(width), float64(height)
	paint := func(x, y int) color.YCbCr {
		dx, dy := (float64(x)-w/2)/h, (float64(y)-h*0.45)/h
		if math.Hypot(dx, dy) < 0.16 {
			return color.YCbCr{Y: 176, Cb: 118, Cr: 138}
		}
		if sx := dx / 0.34; float64(y) > h*0.66 && sx*sx+math.Pow((float64(y)-h)/(h*0.34), 2) < 1 {
			return color.YCbCr{Y: 88, Cb: 128, Cr: 118}
		}
		return color.YCbCr{Y: uint8(60 + 60*math.Exp(-4*(dx*dx+dy*dy))), Cb: 128, Cr: 118}
	}
	for y := range height {
		for x := range width {
			c := paint(x, y)
			f.Y[y*f.YStride+x] = c.Y
			f.U[y/2*f.CStride+x/2], f.V[y/2*f.CStride+x/2] = c.Cb, c.Cr
		}
	}
	return f
}
