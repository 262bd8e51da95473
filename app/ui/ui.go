// Package ui is the doctor's window: it draws a desk.State and posts desk.Commands, and nothing else. One file per view;
// each keeps its widgets and changes only what changed, so that typing and focus are never disturbed. All of it runs on
// Fyne's goroutine; Bridge brings states there.
package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/i18n"
)

// Options is what a Window is made of.
type Options struct {
	Post         func(desk.Command) // must not block
	Surface      tile.Surface       // shows the call's pictures
	SystemIsDark func() bool        // what "system" means at the moment; nil is light
	EchoStays    bool               // the program cannot take echo out on this machine: a headset is advised
}

// Window is the whole face. Its methods are called on Fyne's goroutine only.
type Window struct {
	options Options
	words   *i18n.Catalogue
	fonts   *theme.Fonts
	skin    *part.Skin // light or dark
	night   *part.Skin // the call: always dark
	state   desk.State
	given   time.Time // when state came, for what counts on by itself
	now     time.Time
	root    *fyne.Container
	canvas  fyne.Canvas
	window  fyne.Window
	shown   fyne.CanvasObject

	unlock   *unlockView
	signIn   *signInView
	passcode *passcodeView
	code     *codeView
	choose   *chooseView
	recovery *recoveryView
	office   *officeView
	home     *homeView
	settings *settingsView
	call     *callView

	calendar *calendarSheet
	move     *moveSheet
	missed   *missedSheet
	unsure   *unsureSheet
	patient  *patientSheet
	imports  *importSheet
	verify   *verifySheet
	aloud    *aloudSheet
	question *questionSheet
	notice   *noticeBar
}

// New makes the window's content for a state; Attach puts it into a window.
func New(o Options, first desk.State) *Window {
	w := &Window{options: o, fonts: theme.NewFonts(), root: container.New(&fill{})}
	w.skin = part.NewSkin(theme.Light(), w.fonts)
	w.night = part.NewSkin(theme.Dark(), w.fonts)
	w.state = first
	w.applyTheme(first.Theme) // before the first entry is made: Fyne keeps the font it was made with
	w.build()
	w.Render(first)
	return w
}

// Attach fills a window, follows its size and adds the keys of the call.
func (w *Window) Attach(win fyne.Window) {
	w.window = win
	w.options.Surface.Host(win)
	w.setCanvas(win.Canvas())
	win.SetPadded(false)
	win.SetContent(w.root)
	win.SetOnDropped(w.dropped)
	w.addKeys()
	w.Render(w.state)
	w.focusFirst()
}

// AttachCanvas is Attach for a canvas without a window: tests and pictures.
func (w *Window) AttachCanvas(c interface {
	fyne.Canvas
	SetPadded(bool)
}) {
	w.setCanvas(c)
	c.SetPadded(false)
	c.SetContent(w.root)
	w.addKeys()
	w.Render(w.state)
	w.focusFirst()
}

func (w *Window) setCanvas(c fyne.Canvas) { w.canvas, w.skin.Canvas, w.night.Canvas = c, c, c }

// build makes every view anew: at the start and when the language changes.
func (w *Window) build() {
	w.closeSheets()
	w.words = catalogue(w.state.Language)
	w.skin.Words = part.EditWords{Cut: w.t("edit.cut"), Copy: w.t("edit.copy"), Paste: w.t("edit.paste"), SelectAll: w.t("edit.selectAll")}
	w.night.Words = w.skin.Words
	w.notice = newNoticeBar(w)
	w.unlock, w.signIn, w.home = newUnlockView(w), newSignInView(w), newHomeView(w)
	w.passcode, w.code, w.choose, w.recovery = newPasscodeView(w), newCodeView(w), newChooseView(w), newRecoveryView(w)
	w.settings, w.call, w.office = newSettingsView(w), newCallView(w), newOfficeView(w)
	w.calendar, w.move, w.missed = newCalendarSheet(w), newMoveSheet(w), newMissedSheet(w)
	w.imports = newImportSheet(w)
	w.unsure, w.patient = newUnsureSheet(w), newPatientSheet(w)
	w.verify, w.aloud, w.question = newVerifySheet(w), newAloudSheet(w), newQuestionSheet(w)
	w.shown = nil
}

// catalogue loads the desk's words; they are embedded, and a test reads all of them.
func catalogue(language string) *i18n.Catalogue {
	c, err := i18n.Load(i18n.Desk, language)
	if err != nil {
		panic(err)
	}
	return c
}

func (w *Window) closeSheets() {
	if w.verify != nil {
		w.calendar.sheet.Close()
		w.move.sheet.Close()
		w.missed.sheet.Close()
		w.unsure.sheet.Close()
		w.patient.sheet.Close()
		w.office.people.handed.sheet.Close()
		w.imports.sheet.Close()
		w.verify.sheet.Close()
		w.aloud.sheet.Close()
		w.question.sheet.Close()
		w.call.small.close()
	}
}

// Render draws a state. What did not change is left alone.
func (w *Window) Render(s desk.State) {
	old := w.state
	w.state, w.given, w.now = s, time.Now(), s.Now
	if s.Language != old.Language {
		w.build()
	}
	w.applyTheme(s.Theme)
	w.show(s)
	switch s.Screen {
	case desk.ScreenUnlock:
		w.unlock.Render(s)
	case desk.ScreenSignIn:
		w.renderSignIn(s)
	case desk.ScreenOffice:
		w.office.Render(s)
	case desk.ScreenHome:
		w.home.Render(s)
	case desk.ScreenSettings:
		w.settings.Render(s)
	case desk.ScreenCall:
		w.call.Render(s)
	}
	w.notice.Render(s)
	w.renderSheets(s)
}

// renderSheets opens and closes the dialogs; the question lies over the others.
func (w *Window) renderSheets(s desk.State) {
	if w.canvas == nil {
		return
	}
	if s.Screen != desk.ScreenHome {
		w.calendar.close()
	}
	w.move.Render(s)
	w.missed.Render(s)
	w.unsure.Render(s)
	w.patient.Render(s)
	w.office.people.handed.Render(s)
	w.imports.Render(s)
	w.verify.Render(s)
	w.aloud.Render(s)
	w.question.Render(s)
	w.options.Surface.Cover(w.move.sheet.IsOpen() || w.missed.sheet.IsOpen() || w.unsure.sheet.IsOpen() || w.patient.sheet.IsOpen() || w.imports.sheet.IsOpen() || w.verify.sheet.IsOpen() || w.aloud.sheet.IsOpen() || w.question.sheet.IsOpen())
}

// Tick lets what counts (waiting times, the call's length) go on between two states.
func (w *Window) Tick() {
	w.now = w.state.Now.Add(time.Since(w.given))
	switch w.state.Screen {
	case desk.ScreenHome:
		w.home.tick()
	case desk.ScreenCall:
		w.call.tick()
	}
}

// show puts a screen into the window and gives its first field the keyboard.
func (w *Window) show(s desk.State) {
	views := map[desk.Screen]fyne.CanvasObject{
		desk.ScreenUnlock: w.unlock.content, desk.ScreenSignIn: w.signInContent(s.SignIn.Step), desk.ScreenHome: w.home.content,
		desk.ScreenSettings: w.settings.content, desk.ScreenCall: w.call.content, desk.ScreenOffice: w.office.content,
	}
	view := views[s.Screen]
	if view == nil || view == w.shown {
		return
	}
	w.forgetTyped(view)
	if w.shown == w.call.content {
		w.call.small.left()
	}
	w.shown = view
	w.options.Surface.SetVisible(false)
	if w.canvas != nil {
		w.canvas.Focus(nil)
	}
	w.root.Objects = []fyne.CanvasObject{view, w.notice.content}
	w.root.Refresh()
	w.focusFirst()
}

// focusFirst gives the keyboard to where work begins on this screen.
func (w *Window) focusFirst() {
	if w.canvas == nil {
		return
	}
	switch w.state.Screen {
	case desk.ScreenUnlock:
		w.unlock.focus()
	case desk.ScreenSignIn:
		w.focusSignIn()
	case desk.ScreenHome:
		w.home.invite.phone.Focus()
	}
}

// applyTheme switches between light and dark.
func (w *Window) applyTheme(name string) {
	dark := name == "dark" || name == "system" && w.options.SystemIsDark != nil && w.options.SystemIsDark()
	want := theme.Light()
	if dark {
		want = theme.Dark()
	}
	_, ours := fyne.CurrentApp().Settings().Theme().(*theme.Theme)
	if want.Name == w.skin.Palette.Name && ours {
		return
	}
	w.skin.Palette = want
	fyne.CurrentApp().Settings().SetTheme(theme.New(want, w.fonts))
	w.root.Refresh()
}

// t is the catalogue.
func (w *Window) t(key string, pairs ...string) string {
	var args map[string]string
	if len(pairs) > 1 {
		args = make(map[string]string, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			args[pairs[i]] = pairs[i+1]
		}
	}
	return w.words.Text(key, args)
}

// problem is a problem in words, "" for none.
func (w *Window) problem(p *desk.Problem) string {
	if p == nil {
		return ""
	}
	return w.words.Text("problem."+p.Code, p.Args)
}

func (w *Window) post(c desk.Command) { w.options.Post(c) }

// fill gives every object the whole place; the window may be made smaller than the views would like.
type fill struct{}

func (fill) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

func (fill) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 440) }
