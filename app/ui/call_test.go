package ui_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

// counting is a Fyne app whose canvases count what makes a real window paint itself anew.
type counting struct {
	fyne.App
	dirty *int
}

func (a counting) Driver() fyne.Driver { return countingDriver{a.App.Driver(), a.dirty} }

type countingDriver struct {
	fyne.Driver
	dirty *int
}

func (d countingDriver) CanvasForObject(o fyne.CanvasObject) fyne.Canvas {
	return countingCanvas{d.Driver.CanvasForObject(o), d.dirty}
}

type countingCanvas struct {
	fyne.Canvas
	dirty *int
}

func (c countingCanvas) Refresh(o fyne.CanvasObject) { *c.dirty++ }
func (c countingCanvas) SetDirty()                   { *c.dirty++ }

// thrifty is a surface as over a software renderer, where a repaint of the window is dear.
type thrifty struct{ tile.Surface }

func (thrifty) Thrifty() bool { return true }

// openCall is a window with a running call whose pictures are drawn outside of Fyne.
func openCall(t *testing.T) (w *ui.Window, window fyne.Window, s desk.State, dirty *int) {
	t.Helper()
	app := test.NewTempApp(t)
	surface := tile.NewRaster(tile.Paint{Do: func(f func()) { f() }, RGBA: uitest.RGBA, Mirror: uitest.Mirror}, part.NewSkin(theme.Dark(), theme.NewFonts()))
	s = uitest.Call()
	w = ui.New(ui.Options{Surface: thrifty{surface}, Post: func(desk.Command) {}}, s)
	window = test.NewWindow(nil)
	window.Resize(fyne.NewSize(1180, 760))
	w.Attach(window)
	dirty = new(int)
	fyne.SetCurrentApp(counting{App: app, dirty: dirty})
	t.Cleanup(func() { fyne.SetCurrentApp(app) })
	return w, window, s, dirty
}

// A minute of a call with nothing new but the time repaints the window once: for the minute.
func TestACallRepaintsTheWindowOnlyForNews(t *testing.T) {
	w, _, s, dirty := openCall(t)
	*dirty = 0
	repaints := 0
	for second := range 60 {
		s.Now = s.Now.Add(time.Second)
		before := *dirty
		w.Render(s)
		w.Tick()
		if *dirty > before {
			repaints++
			t.Logf("second %d: %d objects", second, *dirty-before)
		}
	}
	if repaints > 1 {
		t.Errorf("%d repaints in a minute", repaints)
	}
	call := *s.Call
	call.PatientMicrophone = !call.PatientMicrophone
	s.Call = &call
	before := *dirty
	if w.Render(s); *dirty == before {
		t.Error("news repaint nothing")
	}
}

func TestF11FillsTheScreenAndEscapeLeaves(t *testing.T) {
	_, window, _, _ := openCall(t)
	for _, step := range []struct {
		key  fyne.KeyName
		full bool
	}{{fyne.KeyEscape, false}, {fyne.KeyF11, true}, {fyne.KeyF11, false}, {fyne.KeyF11, true}, {fyne.KeyEscape, false}} {
		window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: step.key})
		if window.FullScreen() != step.full {
			t.Fatalf("after %s: full screen %v", step.key, window.FullScreen())
		}
	}
}

func pressIn(t *testing.T, w fyne.Window, about string) {
	t.Helper()
	done := false
	part.Walk(w.Canvas().Content(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok && !done && (told.Facts().Text == about || told.Facts().Label == about) {
			if b, ok := o.(fyne.Tappable); ok {
				done = true
				test.Tap(b)
			}
		}
	})
	if !done {
		t.Fatalf("nothing to press %q", about)
	}
}

func TestThePatientMovesIntoTheSmallWindowAndBack(t *testing.T) {
	w, window, s, _ := openCall(t)
	windows := func() int { return len(fyne.CurrentApp().Driver().AllWindows()) }
	before := windows()
	for range 2 {
		pressIn(t, window, "Lite vindu som ligger øverst")
		if windows() != before+1 {
			t.Fatal("no small window")
		}
		small := fyne.CurrentApp().Driver().AllWindows()[before]
		w.Render(s)
		pressIn(t, small, "Tilbake til samtalen")
		if windows() != before {
			t.Fatal("the small window stays")
		}
	}
	pressIn(t, window, "Lite vindu som ligger øverst")
	home := uitest.Home()
	if w.Render(home); windows() != before {
		t.Fatal("the small window stays after the call")
	}
	w.Render(s)
	pressIn(t, window, "Lite vindu som ligger øverst")
}
