package ui

import (
	"reflect"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// callView is the call: who it is and how the connection stands above, the pictures, the controls below. Nothing ever
// lies over the picture; what has to be said stands in lines of its own between picture and controls.
type callView struct {
	w       *Window
	content *fyne.Container
	name    *part.Line
	elapsed *part.Line
	state   *part.Chip
	muted   *part.Chip
	quality *part.Chip
	top     *fyne.Container

	stage   fyne.CanvasObject
	place   *fyne.Container // of the stage, or of what stands there while the stage is in the small window
	small   *smallWindow
	whole   *part.Button // full screen
	apart   *part.Button // the small window
	devices *deviceView
	panel   *panelView
	beside  besides // what stands beside the picture
	body    *fyne.Container
	drawn   *desk.State // what the view shows, but for the clock; nil: draw it anew

	troubles *fyne.Container
	trouble  *part.Prose
	next     *fyne.Container
	nextWho  *part.Line
	nextJoin *part.Button
	notice   *fyne.Container
	noticeIs *part.Line
	undo     *part.Button

	microphone, camera, heart, choose, why *part.Toggle
	leave                                  *part.Button
}

func newCallView(w *Window) *callView {
	k := w.night
	v := &callView{w: w, stage: w.options.Surface.Object(), devices: newDeviceView(w, w.night)}
	v.panel = newPanelView(w, k)
	v.buildTop(k)
	v.buildLines(k)
	v.place = part.Inset(14, 14, 0, 14, v.stage)
	v.body = container.New(&beside{}, v.place)
	v.small = newSmallWindow(v)
	// What comes and goes stands highest: a button must not move under the pointer when a line below it disappears.
	bottom := part.Column(0, v.notice, v.troubles, v.next, v.buildBar(k))
	page := container.New(&between{}, bar(k, 56, part.Inset(0, 24, 0, 24, v.top)), v.body, bottom)
	v.content = part.Layers(k.NewPlate(part.GroundTone, nil, 0), page)
	return v
}

func (v *callView) buildTop(k *part.Skin) {
	strong := part.Style{Size: theme.Strong, Weight: assets.SemiBold, Tone: part.Text}
	v.name = k.NewLine(strong, "", 420)
	v.elapsed = k.NewLine(part.Style{Size: theme.Body, Tone: part.Soft}, "", 0)
	v.state, v.muted = k.NewChip(part.Plain, "", true), k.NewChip(part.Late, "", false)
	v.quality = k.NewChip(part.Plain, "", false)
	v.apart = k.NewIconButton("window-small", v.w.t("call.smallWindow"), func() { v.small.open() }).Sized(36, 8, 8)
	v.whole = k.NewIconButton("full-screen", v.w.t("call.fullScreen"), v.w.toggleFullScreen).Sized(36, 8, 8)
	v.top = part.Row(12, v.name, v.elapsed, v.state, v.muted, part.Space(), v.quality, part.Row(2, v.apart, v.whole))
}

func (v *callView) buildLines(k *part.Skin) {
	w := v.w
	v.trouble = k.NewProse(part.BodyStyle().With(part.Wait), "")
	v.troubles = part.Inset(10, 24, 0, 24, part.Row(10, k.NewIcon("warning", part.Wait, 20), part.Grow(v.trouble)))
	v.nextWho = k.NewLine(part.BodyStyle(), "", 520)
	v.nextJoin = k.NewButton(part.Lined, w.t("call.nextJoin"), nil).Sized(36, theme.Radius, 14)
	v.next = part.Inset(10, 24, 0, 24, part.Row(14, part.Space(), v.nextWho, v.nextJoin, part.Space()))
	v.noticeIs = k.NewLine(part.SoftStyle(), "", 640)
	v.undo = k.NewButton(part.Quiet, w.t("notice.undo"), nil).Sized(36, 8, 10)
	v.notice = part.Inset(8, 24, 0, 24, part.Row(8, part.Space(), v.noticeIs, v.undo, part.Space()))
}

func (v *callView) buildBar(k *part.Skin) fyne.CanvasObject {
	w := v.w
	v.microphone = k.NewToggle(part.ToggleFace{Icon: "microphone", Words: w.t("call.microphone")},
		part.ToggleFace{Icon: "microphone-off", Words: w.t("call.microphoneOff")}, v.pressMicrophone)
	v.camera = k.NewToggle(part.ToggleFace{Icon: "camera", Words: w.t("call.camera")},
		part.ToggleFace{Icon: "camera-off", Words: w.t("call.cameraOff")}, v.pressCamera)
	v.heart = k.NewToggle(part.ToggleFace{Icon: "heart", Words: w.t("call.heartSoundOn")},
		part.ToggleFace{Icon: "heart", Words: w.t("call.heartSound")}, v.pressHeart).Calm()
	v.choose = k.NewToggle(part.ToggleFace{Icon: "devices", Words: w.t("call.devices")},
		part.ToggleFace{Icon: "devices", Words: w.t("call.devices")}, v.pressDevices).Calm()
	v.why = k.NewToggle(part.ToggleFace{Icon: "signal", Words: w.t("call.connection")},
		part.ToggleFace{Icon: "signal", Words: w.t("call.connection")}, v.pressPanel).Calm()
	v.leave = k.NewButton(part.StopKind, w.t("call.leave"), func() { w.post(desk.DoLeave{}) }).Sized(52, 16, 26)
	row := part.Row(8, v.microphone, v.camera, v.heart, v.choose, v.why, part.Inset(0, 0, 0, 16, v.leave))
	return part.Tall(84, part.CentreBoth(row))
}

// Render draws what has changed. The desk tells the time every second of a call; to draw the rest anew for that would
// repaint the whole window every time.
func (v *callView) Render(s desk.State) {
	c := s.Call
	if c == nil {
		v.drawn = nil
		v.show(besideNothing)
		v.w.options.Surface.SetVisible(false)
		return
	}
	v.panel.Render(c)
	if v.same(s) {
		v.tick()
		v.w.options.Surface.SetVisible(true)
		return
	}
	v.renderTop(c)
	v.renderLines(s, c)
	v.microphone.Set(c.Microphone)
	v.small.Render(c)
	v.camera.Set(c.Camera)
	v.heart.Set(s.Sound.HeartSound)
	v.devices.Render(s.Settings)
	surface := v.w.options.Surface
	surface.SetMessage(v.message(c))
	own := v.w.t("call.you")
	if !c.Camera {
		own = v.w.t("call.youCameraOff")
	}
	surface.SetOwn(!v.small.isOpen(), own)
	v.content.Refresh()
	surface.SetVisible(true)
	surface.Moved()
}

// same reports whether a state differs from the one that was drawn in the time only, and remembers it.
func (v *callView) same(s desk.State) bool {
	s.Now = time.Time{}
	if s.Call != nil { // the panel draws itself
		c := *s.Call
		c.Panel, s.Call = nil, &c
	}
	same := v.drawn != nil && reflect.DeepEqual(*v.drawn, s)
	v.drawn = &s
	return same
}

func (v *callView) renderTop(c *desk.Call) {
	w := v.w
	v.name.Set(joined(c.Label, c.Detail))
	v.tick()
	switch c.State {
	case desk.CallSecure:
		v.state.Set(part.Good, w.t("call.secure"))
	case desk.CallInterrupted, desk.CallPatientGone:
		v.state.Set(part.Late, w.t("call."+string(c.State)))
	case desk.CallNotGenuine, desk.CallFailed:
		v.state.Set(part.Bad, w.t("call.stopped"))
	default:
		v.state.Set(part.Plain, w.t("call.connecting"))
	}
	muted := c.State == desk.CallSecure && !c.Began.IsZero() && !c.PatientMicrophone
	v.muted.Set(part.Late, w.t("call.patientMicrophoneOff"))
	show(v.muted, muted)
	tone := part.Plain
	if c.Quality == "bad" {
		tone = part.Late
	}
	known := w.words.Has("call.quality." + c.Quality)
	if known {
		v.quality.Set(tone, w.t("call.quality."+c.Quality))
	}
	show(v.quality, known)
}

func (v *callView) renderLines(s desk.State, c *desk.Call) {
	w := v.w
	said := joined(w.problem(s.Problem), w.problem(c.MicrophoneProblem), w.problem(c.CameraProblem), w.problem(c.SpeakerProblem), v.network(c))
	v.trouble.Set(said)
	show(v.troubles, said != "")
	show(v.next, c.Next != nil)
	if c.Next != nil {
		id := c.Next.Invitation
		v.nextWho.Set(w.t("call.next", "label", c.Next.Label))
		v.nextJoin.SetPress(func() { w.post(desk.DoJoin{Invitation: id}) })
		v.nextJoin.SetEnabled(c.Next.CanJoin)
	}
	show(v.notice, s.Notice != nil)
	if n := s.Notice; n != nil {
		v.noticeIs.Set(w.words.Text("notice."+n.Code, n.Args))
		show(v.undo, n.Undo != nil)
		v.undo.SetPress(func() { w.post(n.Undo) })
	}
}

// network is what is said of a line that is slow: whose network it is, and what that does to the picture.
func (v *callView) network(c *desk.Call) string {
	if c.Network.Slow == "" || c.State != desk.CallSecure {
		return ""
	}
	key := "call.network." + string(c.Network.Slow)
	if c.Network.Picture != "" {
		key += "." + string(c.Network.Picture)
	}
	return v.w.t(key)
}

// message is what stands where the picture would be, "" when the picture is there, and whether it is on its way.
func (v *callView) message(c *desk.Call) (words string, waiting bool) {
	w := v.w
	switch c.State {
	case desk.CallNotGenuine, desk.CallFailed, desk.CallPatientGone, desk.CallConnecting:
		return w.t("call." + string(c.State)), false
	}
	switch {
	case !c.Began.IsZero() && !c.PatientCamera:
		return w.t("call.patientCameraOff"), false
	case !c.Picture:
		return w.t("call.waitingPicture"), true
	}
	return "", false
}

// tick counts the seconds of the call, or its minutes where a change in the window is dear.
func (v *callView) tick() {
	c := v.w.state.Call
	words := ""
	if c != nil && !c.Began.IsZero() {
		passed := v.w.now.Sub(c.Began).Round(100 * time.Millisecond)
		words = elapsed(passed)
		if v.w.options.Surface.Thrifty() {
			words = v.w.t("duration.minutes", "n", strconv.Itoa(max(0, int(passed/time.Minute))))
		}
	}
	if len(words) != len(v.elapsed.Words()) {
		defer v.top.Refresh()
	}
	v.elapsed.Set(words)
	v.w.options.Surface.Moved()
}

func (v *callView) pressMicrophone() {
	if c := v.w.state.Call; c != nil {
		v.w.post(desk.DoMicrophone{On: !c.Microphone})
	}
}

func (v *callView) pressCamera() {
	if c := v.w.state.Call; c != nil {
		v.w.post(desk.DoCamera{On: !c.Camera})
	}
}

// pressHeart sends all that the microphone hears, or cleans it again.
func (v *callView) pressHeart() {
	s := v.w.state.Sound
	s.HeartSound = !s.HeartSound
	v.w.post(desk.DoSound{Sound: s})
}

// pressDevices opens the choice of devices beside the picture, which makes room; pressPanel why the call is as it is.
func (v *callView) pressDevices() { v.toggle(besideDevices) }
func (v *callView) pressPanel()   { v.toggle(besidePanel) }

// besides is what stands beside the picture: one thing at a time.
type besides int

const (
	besideNothing besides = iota
	besideDevices
	besidePanel
)

func (v *callView) toggle(what besides) {
	if v.beside == what {
		what = besideNothing
	}
	v.show(what)
}

func (v *callView) show(what besides) {
	if v.beside == what {
		return
	}
	if v.beside == besidePanel || what == besidePanel {
		v.w.post(desk.DoPanel{Open: what == besidePanel})
	}
	v.beside = what
	v.body.Objects = v.body.Objects[:1]
	switch what {
	case besideDevices:
		v.body.Objects = append(v.body.Objects, part.Inset(14, 14, 0, 0, v.devices.panel()))
	case besidePanel:
		v.body.Objects = append(v.body.Objects, part.Inset(14, 14, 0, 0, v.panel.content))
	}
	v.choose.Set(what == besideDevices)
	v.why.Set(what == besidePanel)
	v.content.Refresh()
	v.w.options.Surface.Moved()
}

// addKeys adds Ctrl+D, Ctrl+E, Ctrl+I and F11. Hanging up has no key of its own.
func (w *Window) addKeys() {
	keys := map[fyne.KeyName]func(){fyne.KeyD: func() { w.call.pressMicrophone() }, fyne.KeyE: func() { w.call.pressCamera() },
		fyne.KeyI: func() { w.call.pressPanel() }}
	for key, press := range keys {
		w.canvas.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) {
			if w.state.Screen == desk.ScreenCall {
				press()
			}
		})
	}
	w.addHomeKeys()
	w.canvas.SetOnTypedKey(func(k *fyne.KeyEvent) { w.callKey(k.Name) })
	w.night.Key = w.callKey
}

// addHomeKeys adds Ctrl+F, which looks for a patient in the day's list.
func (w *Window) addHomeKeys() {
	find := &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierControl}
	look := func(s fyne.Shortcut) {
		if s.ShortcutName() == find.ShortcutName() && w.state.Screen == desk.ScreenHome && w.canvas.Overlays().Top() == nil {
			w.home.day.toFind()
		}
	}
	w.canvas.AddShortcut(find, look)
	w.skin.Shortcut = func(s *desktop.CustomShortcut) { look(s) }
}

// between gives the first and last object the height they want and the middle one the rest.
type between struct{}

func (between) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top, bottom := part.HeightFor(objects[0], size.Width), part.HeightFor(objects[2], size.Width)
	middle := max(0, size.Height-top-bottom)
	for i, y := range []float32{0, top, top + middle} {
		objects[i].Move(fyne.NewPos(0, y))
		objects[i].Resize(fyne.NewSize(size.Width, []float32{top, middle, bottom}[i]))
	}
}

func (between) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 400) }

// beside gives a second object 320 px at the right and the first the rest.
type beside struct{}

func (beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	side := float32(0)
	if len(objects) > 1 {
		side = 320
		objects[1].Move(fyne.NewPos(size.Width-side, 0))
		objects[1].Resize(fyne.NewSize(side, size.Height))
	}
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(size.Width-side, size.Height))
}

func (beside) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 200) }
