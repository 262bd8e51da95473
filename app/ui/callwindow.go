package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// callKey takes F11 in a call: the window fills the screen, or no longer does. Escape leaves full screen too.
func (w *Window) callKey(name fyne.KeyName) bool {
	if w.state.Screen != desk.ScreenCall || w.window == nil {
		return false
	}
	if name == fyne.KeyF11 || name == fyne.KeyEscape && w.window.FullScreen() {
		w.toggleFullScreen()
		return true
	}
	return false
}

func (w *Window) toggleFullScreen() {
	if w.window != nil {
		w.window.SetFullScreen(!w.window.FullScreen())
		w.options.Surface.Moved()
	}
}

// smallWindow shows the patient in a window of his own that stays above all others, while the doctor reads in another
// program. The pictures move there; in their place in the call stands what has become of them. The microphone can be
// switched off there too.
type smallWindow struct {
	v          *callView
	window     fyne.Window // nil while it is closed
	instead    fyne.CanvasObject
	microphone *part.Toggle
	bar        fyne.CanvasObject
}

// What the small window measures at first, in device-independent pixels: a picture of 16:9 and the line below it.
const smallWidth, smallHeight, smallBar = 384, 216 + smallBar, 76

func newSmallWindow(v *callView) *smallWindow {
	k, w := v.w.night, v.w
	s := &smallWindow{v: v}
	words := k.NewProse(part.Style{Size: 17, Tone: part.Soft, Align: fyne.TextAlignCenter}, w.t("call.smallIsOpen"))
	back := func() *part.Button { return k.NewButton(part.Lined, w.t("call.smallBack"), s.back).Sized(42, 10, 18) }
	s.instead = part.Layers(k.NewPlate(part.RaisedTone, nil, 16), part.CentreBoth(part.Column(16, part.Wide(420, words), part.CentreBoth(back()))))
	s.microphone = k.NewToggle(part.ToggleFace{Icon: "microphone", Words: w.t("call.microphone")},
		part.ToggleFace{Icon: "microphone-off", Words: w.t("call.microphoneOff")}, v.pressMicrophone)
	s.bar = part.Layers(k.NewPlate(part.GroundTone, nil, 0), part.CentreBoth(part.Row(8, s.microphone, back())))
	return s
}

func (s *smallWindow) isOpen() bool { return s.window != nil }

// open moves the pictures into the small window.
func (s *smallWindow) open() {
	w := s.v.w
	if s.window != nil || w.window == nil {
		return
	}
	if w.window.FullScreen() {
		w.toggleFullScreen()
	}
	s.window = fyne.CurrentApp().NewWindow(w.t("app.name"))
	s.window.SetIcon(fyne.CurrentApp().Icon())
	s.window.SetPadded(false)
	if d, ok := s.window.(desktop.Window); ok {
		d.RequestAlwaysOnTop()
	}
	s.window.SetCloseIntercept(s.back)
	s.put(s.instead)
	w.options.Surface.Host(s.window)
	s.window.SetContent(container.New(&overBar{}, s.v.stage, s.bar))
	s.window.Resize(fyne.NewSize(smallWidth, smallHeight))
	s.window.Show()
	s.redraw()
}

// back moves them into the call again and brings that to the front.
func (s *smallWindow) back() {
	if s.window == nil {
		return
	}
	s.close()
	s.v.w.window.Show()
	s.v.w.window.RequestFocus()
}

// close is back without a word: the call has ended.
func (s *smallWindow) close() {
	if s.window == nil {
		return
	}
	w, gone := s.v.w, s.window
	s.window = nil
	gone.SetContent(s.instead)
	w.options.Surface.Host(w.window)
	s.put(s.v.stage)
	gone.SetCloseIntercept(nil)
	gone.Close()
	s.redraw()
}

// put sets an object where the pictures stand in the call.
func (s *smallWindow) put(o fyne.CanvasObject) {
	s.v.place.Objects = []fyne.CanvasObject{o}
	s.v.place.Refresh()
}

func (s *smallWindow) redraw() {
	s.v.drawn = nil
	s.v.Render(s.v.w.state)
}

// Render follows the microphone.
func (s *smallWindow) Render(c *desk.Call) { s.microphone.Set(c.Microphone) }

// left is told that the window shows another screen.
func (s *smallWindow) left() {
	s.close()
	if w := s.v.w; w.window != nil && w.window.FullScreen() {
		w.window.SetFullScreen(false)
	}
}

// overBar gives the second object its line at the bottom and the first the rest.
type overBar struct{}

func (overBar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rest := max(0, size.Height-smallBar)
	objects[0].Resize(fyne.NewSize(size.Width, rest))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(size.Width, smallBar))
	objects[1].Move(fyne.NewPos(0, rest))
}

func (overBar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 160) }
