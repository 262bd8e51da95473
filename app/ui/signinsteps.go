package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

const minPassword = signaling.MinPassword

// passcodeView asks for the passcode after the password was right.
type passcodeView struct {
	w       *Window
	content *fyne.Container
	digits  *part.Field
	problem *problemBox
	submit  *part.Button
	back    *part.Button
}

func newPasscodeView(w *Window) *passcodeView {
	k := w.skin
	v := &passcodeView{w: w, problem: newProblemBox(k)}
	v.digits = k.NewField(w.t("signIn.passcode"), w.t("signIn.passcodeHint")).OnEnter(v.press).OnChange(func(string) {
		if v.digits.SetProblem("") {
			v.content.Refresh()
		}
	})
	v.submit = k.NewButton(part.Filled, w.t("signIn.submit"), v.press)
	v.back = k.NewButton(part.Quiet, w.t("signIn.back"), func() { w.post(desk.DoBackToSignIn{}) })
	v.content = front(w, part.Column(0, k.NewProse(part.TitleStyle(), w.t("signIn.passcode.title")), gap(6),
		k.NewProse(part.SoftStyle(), w.t("signIn.passcode.text")), gap(22), v.digits, v.problem.content, gap(22), v.submit, gap(8), v.back))
	return v
}

func (v *passcodeView) Render(s desk.State) {
	in := s.SignIn
	v.problem.set(v.w.problem(in.Problem))
	for _, b := range []*part.Button{v.submit, v.back} {
		b.SetEnabled(!in.Busy)
	}
	v.submit.SetWords(busyWords(v.w, in.Busy, "signIn.submit", "signIn.busy"))
	v.content.Refresh()
}

func busyWords(w *Window, busy bool, idle, while string) string {
	if busy {
		return w.t(while)
	}
	return w.t(idle)
}

// press signs in with what still stands in the form before.
func (v *passcodeView) press() {
	digits := strings.TrimSpace(v.digits.Text())
	switch {
	case v.w.state.SignIn.Busy:
	case digits == "":
		v.digits.SetProblem(v.w.t("signIn.missing.passcode"))
		v.content.Refresh()
	default:
		form := v.w.signIn
		v.digits.SetText("") // it counts once
		v.w.post(desk.DoSignIn{Server: strings.TrimSpace(form.server.Text()), Email: strings.TrimSpace(form.email.Text()),
			Password: form.password.Text(), Passcode: digits})
	}
}

// codeView asks for the code that was handed over.
type codeView struct {
	w                   *Window
	content             *fyne.Container
	server, email, code *part.Field
	problem             *problemBox
	submit, back        *part.Button
}

func newCodeView(w *Window) *codeView {
	k := w.skin
	v := &codeView{w: w, problem: newProblemBox(k)}
	v.server = k.NewField(w.t("signIn.server"), w.t("signIn.serverHint")).OnEnter(v.press)
	v.email = k.NewField(w.t("signIn.email"), w.t("signIn.emailHint")).OnEnter(v.press)
	v.code = k.NewField(w.t("signIn.enrolment"), w.t("signIn.enrolmentHint")).OnEnter(v.press)
	for _, f := range []*part.Field{v.server, v.email, v.code} {
		f.OnChange(func(string) {
			if f.SetProblem("") {
				v.content.Refresh()
			}
		})
	}
	v.submit = k.NewButton(part.Filled, w.t("signIn.continue"), v.press)
	v.back = k.NewButton(part.Quiet, w.t("signIn.back"), func() { w.post(desk.DoBackToSignIn{}) })
	v.content = front(w, part.Column(0, k.NewProse(part.TitleStyle(), w.t("signIn.enrol.title")), gap(6),
		k.NewProse(part.SoftStyle(), w.t("signIn.enrol.text")), gap(22), v.server, gap(14), v.email, gap(14), v.code, v.problem.content,
		gap(22), v.submit, gap(8), v.back))
	return v
}

func (v *codeView) Render(s desk.State) {
	in := s.SignIn
	v.begin(in)
	v.problem.set(v.w.problem(in.Problem))
	for _, b := range []*part.Button{v.submit, v.back} {
		b.SetEnabled(!in.Busy)
	}
	v.submit.SetWords(busyWords(v.w, in.Busy, "signIn.continue", "signIn.busy"))
	v.content.Refresh()
}

// begin fills in what is remembered, and what was typed in the form before.
func (v *codeView) begin(in desk.SignIn) {
	v.server.Begin(in.Server)
	v.email.Begin(in.Email)
	for from, to := range map[*part.Field]*part.Field{v.w.signIn.server: v.server, v.w.signIn.email: v.email} {
		if to.Text() == "" && from.Text() != "" {
			to.SetText(from.Text())
		}
	}
}

func (v *codeView) focus() {
	v.begin(v.w.state.SignIn)
	for _, f := range []*part.Field{v.server, v.email} {
		if f.Text() == "" {
			f.Focus()
			return
		}
	}
	v.code.Focus()
}

func (v *codeView) press() {
	fields := []wanted{{v.server, "signIn.missing.server"}, {v.email, "signIn.missing.email"}, {v.code, "signIn.missing.enrolment"}}
	if v.w.missing(v.content, fields) {
		return
	}
	if !v.w.state.SignIn.Busy {
		v.w.post(desk.DoCheckEnrolment{Server: strings.TrimSpace(v.server.Text()), Email: strings.TrimSpace(v.email.Text()), Code: v.code.Text()})
	}
}

// chooseView takes the password and the authenticator of an account that begins.
type chooseView struct {
	w            *Window
	content      *fyne.Container
	title, text  *part.Prose
	password     *newPassword
	app          *part.Check
	required     *part.Prose
	secret       *authenticatorForm
	secretBox    *fyne.Container
	problem      *problemBox
	submit, back *part.Button
}

func newChooseView(w *Window) *chooseView {
	k := w.skin
	v := &chooseView{w: w, problem: newProblemBox(k), title: k.NewProse(part.TitleStyle(), ""), text: k.NewProse(part.SoftStyle(), "")}
	v.password = newNewPassword(w, v.press)
	v.app = k.NewCheck(w.t("signIn.app"), func(bool) { v.Render(w.state) })
	v.app.SetOn(true)
	v.required = k.NewProse(part.BodyStyle(), w.t("signIn.appRequired"))
	v.secret = newAuthenticatorForm(w, v.press)
	v.secretBox = part.Inset(10, 0, 0, 0, v.secret.content)
	v.submit = k.NewButton(part.Filled, w.t("signIn.begin"), v.press)
	v.back = k.NewButton(part.Quiet, w.t("signIn.back"), func() { w.post(desk.DoBackToSignIn{}) })
	v.content = front(w, part.Column(0, v.title, gap(6), v.text, gap(22), v.password.content, gap(22), v.app, v.required, v.secretBox,
		v.problem.content, gap(22), v.submit, gap(8), v.back))
	return v
}

func (v *chooseView) Render(s desk.State) {
	in, w := s.SignIn, v.w
	v.title.Set(w.t("signIn.choose.title", "name", in.Doctor))
	v.text.Set(w.t("signIn.choose.text", "clinic", in.Clinic))
	show(v.app, !in.PasscodeRequired)
	show(v.required, in.PasscodeRequired)
	show(v.secretBox, v.withApp())
	v.secret.Render(in.Authenticator)
	v.problem.set(w.problem(in.Problem))
	for _, b := range []*part.Button{v.submit, v.back} {
		b.SetEnabled(!in.Busy)
	}
	v.submit.SetWords(busyWords(w, in.Busy, "signIn.begin", "signIn.beginning"))
	v.content.Refresh()
}

func (v *chooseView) withApp() bool { return v.app.On() || v.w.state.SignIn.PasscodeRequired }

func (v *chooseView) press() {
	defer v.content.Refresh()
	if v.w.state.SignIn.Busy {
		return
	}
	password, ok := v.password.typed()
	if !ok {
		return
	}
	digits := ""
	if v.withApp() {
		if digits, ok = v.secret.typed(); !ok {
			return
		}
	}
	v.w.post(desk.DoEnrol{Password: password, Passcode: digits})
}

// left forgets what was typed.
func (v *chooseView) left() {
	v.password.clear()
	v.secret.digits.SetText("")
}

// recoveryView shows the recovery codes, once.
type recoveryView struct {
	w       *Window
	content *fyne.Container
	codes   *part.Prose
	done    *part.Button
}

func newRecoveryView(w *Window) *recoveryView {
	k := w.skin
	v := &recoveryView{w: w, codes: k.NewProse(part.HeadStyle(), "")}
	v.done = k.NewButton(part.Filled, w.t("signIn.recovery.done"), func() { w.post(desk.DoRecoverySeen{}) })
	copyAll := k.NewButton(part.Lined, w.t("signIn.recovery.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(strings.Join(w.state.SignIn.RecoveryCodes, "\n"))
	})
	v.content = front(w, part.Column(0, k.NewProse(part.TitleStyle(), w.t("signIn.recovery.title")), gap(6),
		k.NewProse(part.SoftStyle(), w.t("signIn.recovery.text")), gap(18), v.codes, gap(22), part.Row(10, v.done, copyAll, part.Space())))
	return v
}

func (v *recoveryView) Render(s desk.State) {
	v.codes.Set(strings.Join(s.SignIn.RecoveryCodes, "\n"))
	v.content.Refresh()
}

// signInContent is what a step of signing in shows.
func (w *Window) signInContent(step desk.SignInStep) fyne.CanvasObject {
	switch step {
	case desk.SignInPasscode:
		return w.passcode.content
	case desk.SignInCode:
		return w.code.content
	case desk.SignInChoose:
		return w.choose.content
	case desk.SignInRecovery:
		return w.recovery.content
	}
	return w.signIn.content
}

func (w *Window) renderSignIn(s desk.State) {
	switch s.SignIn.Step {
	case desk.SignInPasscode:
		w.passcode.Render(s)
	case desk.SignInCode:
		w.code.Render(s)
	case desk.SignInChoose:
		w.choose.Render(s)
	case desk.SignInRecovery:
		w.recovery.Render(s)
	default:
		w.signIn.Render(s)
	}
}

func (w *Window) focusSignIn() {
	switch w.state.SignIn.Step {
	case desk.SignInPasscode:
		w.passcode.digits.Focus()
	case desk.SignInCode:
		w.code.focus()
	case desk.SignInChoose:
		w.choose.password.first.Focus()
	case desk.SignInRecovery:
		w.recovery.done.Focus()
	default:
		w.signIn.focus()
	}
}

// forgetTyped empties secrets that were typed on the screens that are left. The password stays between its form and the
// passcode that is asked for after it.
func (w *Window) forgetTyped(next fyne.CanvasObject) {
	if next != w.signIn.content && next != w.passcode.content {
		w.signIn.left()
		w.passcode.digits.SetText("")
		w.code.code.SetText("")
	}
	if next == w.signIn.content {
		w.passcode.digits.SetText("")
		w.code.code.SetText("")
	}
	if w.shown == w.choose.content {
		w.choose.left()
	}
	if w.shown == w.office.content {
		w.office.left()
	}
}
