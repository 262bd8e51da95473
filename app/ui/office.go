package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// officeView is one's own account (password, passcode, workstations) and, for administrators, the clinic's people and
// settings (peopleView). What is typed stays here until its button is pressed.
type officeView struct {
	w           *Window
	content     *fyne.Container
	title, you  *part.Line
	problem     *problemBox
	password    *passwordForm
	passcode    *passcodeForm
	seats       *seatList
	seatsSaid   *saidLine
	people      *peopleView
	body        *fyne.Container
	alone, both fyne.CanvasObject
	done        int
}

func newOfficeView(w *Window) *officeView {
	k := w.skin
	v := &officeView{w: w, problem: newProblemBox(k), seats: newSeatList(w), seatsSaid: newSaidLine(w)}
	v.password, v.passcode, v.people = newPasswordForm(w), newPasscodeForm(w), newPeopleView(w)
	back := k.NewButton(part.Ink, w.t("office.back"), func() { w.post(desk.DoCloseOffice{}) })
	v.title = k.NewLine(part.Style{Size: theme.Strong, Weight: assets.SemiBold, Tone: part.Text}, w.t("office.title"), 0)
	trailing := part.SmallStyle()
	trailing.Align = fyne.TextAlignTrailing
	v.you = k.NewLine(trailing, "", 420)
	head := bar(k, 60, part.Inset(0, 24, 0, 14, part.Row(12, back, v.title, part.Space(), v.you)))
	own := func() *fyne.Container {
		seats := part.Column(10, k.NewProse(part.SmallStyle(), w.t("office.workstations.text")), v.seats.content, v.seatsSaid.content)
		return part.Column(20, section(w, "office.workstations", seats), section(w, "office.password", v.password.content),
			section(w, "office.passcode", v.passcode.content))
	}
	left := own()
	v.alone, v.both = part.Centre(560, left), container.New(&halves{}, left, v.people.content)
	v.body = part.Layers(v.alone)
	page := k.NewScroll(part.Inset(0, 24, 24, 24, part.Column(0, v.problem.content, part.Inset(24, 0, 0, 0, v.body))))
	v.content = part.Layers(k.NewPlate(part.GroundTone, nil, 0), container.New(&below{}, head, page))
	return v
}

// section is a card with a heading.
func section(w *Window, key string, inner fyne.CanvasObject) *fyne.Container {
	k := w.skin
	return k.Card(part.Pad(22, part.Column(16, k.NewLine(part.HeadStyle(), w.t(key), 24), inner)))
}

func (v *officeView) Render(s desk.State) {
	o, w := s.Office, v.w
	if o == nil {
		return
	}
	title, body := "office.title", v.alone
	if o.Administrates {
		title, body = "office.titlePeople", v.both
	}
	v.title.Set(w.t(title))
	v.you.Set(w.t("office.you", "name", s.Account.Doctor, "role", roleWords(w, s.Account.Role)))
	if v.body.Objects[0] != body {
		v.body.Objects = []fyne.CanvasObject{body}
		v.body.Refresh()
	}
	v.problem.set("")
	if o.ProblemOf == desk.PartAll {
		v.problem.set(w.problem(o.Problem))
	}
	if o.Done != v.done {
		v.done = o.Done
		v.clear(o.DonePart)
	}
	v.password.Render(o)
	v.passcode.Render(o)
	v.seats.Render("", o.Account.Workstations, o.Busy)
	v.seatsSaid.Render(o, desk.PartWorkstation)
	v.people.Render(s)
	v.content.Refresh()
}

// clear empties the form whose work is done.
func (v *officeView) clear(done desk.OfficePart) {
	switch done {
	case desk.PartPassword:
		v.password.clear()
	case desk.PartPasscode:
		v.passcode.clear()
	case desk.PartAdd:
		v.people.add.clear()
	}
}

// left forgets what was typed.
func (v *officeView) left() {
	v.password.clear()
	v.passcode.clear()
	v.people.left()
	v.done = 0
}

func roleWords(w *Window, r signaling.Role) string {
	if r == "" {
		r = signaling.RoleDoctor
	}
	return w.words.Text("office.person.role."+string(r), nil)
}

// saidLine says what came of pressing a part's button.
type saidLine struct {
	w       *Window
	words   *part.Prose
	content *fyne.Container
}

func newSaidLine(w *Window) *saidLine {
	l := &saidLine{w: w, words: w.skin.NewProse(part.SmallStyle(), "")}
	l.content = part.Layers(l.words)
	return l
}

func (l *saidLine) Render(o *desk.Office, of desk.OfficePart) {
	words, tone := "", part.Soft
	switch {
	case o.Busy:
	case o.Problem != nil && o.ProblemOf == of:
		words, tone = l.w.problem(o.Problem), part.Stop
	case o.Done > 0 && o.DonePart == of:
		words, tone = l.w.t("office.done"), part.Ok
	}
	l.words.Set(words)
	l.words.SetTone(tone)
	show(l.content, words != "")
}

// passwordForm changes one's own password.
type passwordForm struct {
	w       *Window
	content *fyne.Container
	now     *part.Field
	next    *newPassword
	said    *saidLine
	save    *part.Button
}

func newPasswordForm(w *Window) *passwordForm {
	k := w.skin
	f := &passwordForm{w: w, said: newSaidLine(w)}
	f.now = k.NewField(w.t("office.password.now"), "").Secret().OnEnter(f.press).OnChange(func(string) { f.now.SetProblem("") })
	f.next = newNewPassword(w, f.press)
	f.save = k.NewButton(part.Lined, w.t("office.password.save"), f.press)
	f.content = part.Column(14, f.now, f.next.content, k.NewProse(part.SmallStyle(), w.t("office.password.text")), f.said.content,
		part.Row(0, f.save, part.Space()))
	return f
}

func (f *passwordForm) Render(o *desk.Office) {
	f.save.SetEnabled(!o.Busy)
	f.said.Render(o, desk.PartPassword)
}

func (f *passwordForm) press() {
	defer f.content.Refresh()
	if f.now.Text() == "" {
		f.now.SetProblem(f.w.t("signIn.missing.password"))
		f.now.Focus()
		return
	}
	if next, ok := f.next.typed(); ok {
		f.w.post(desk.DoChangePassword{Password: f.now.Text(), New: next})
	}
}

func (f *passwordForm) clear() {
	f.now.SetText("")
	f.next.clear()
}

// passcodeForm sets up an authenticator, or another one.
type passcodeForm struct {
	w           *Window
	content     *fyne.Container
	text        *part.Prose
	start       *part.Button
	secret      *authenticatorForm
	password    *part.Field
	form        *fyne.Container
	said        *saidLine
	save, leave *part.Button
}

func newPasscodeForm(w *Window) *passcodeForm {
	k := w.skin
	f := &passcodeForm{w: w, text: k.NewProse(part.BodyStyle(), ""), said: newSaidLine(w)}
	f.start = k.NewButton(part.Lined, "", func() { w.post(desk.DoNewAuthenticator{}) })
	f.secret = newAuthenticatorForm(w, f.press)
	f.password = k.NewField(w.t("office.password.now"), "").Secret().OnEnter(f.press).OnChange(func(string) { f.password.SetProblem("") })
	f.save = k.NewButton(part.Filled, w.t("office.passcode.save"), f.press)
	f.leave = k.NewButton(part.Quiet, w.t("office.cancel"), func() { w.post(desk.DoStopAuthenticator{}) })
	f.form = part.Column(14, f.secret.content, f.password)
	f.content = part.Column(14, f.text, f.form, f.said.content, part.Row(10, f.start, f.save, f.leave, part.Space()))
	return f
}

func (f *passcodeForm) Render(o *desk.Office) {
	w := f.w
	words, start := "office.passcode.off", "office.passcode.start"
	switch {
	case o.Account.Passcode:
		words, start = "office.passcode.on", "office.passcode.again"
	case o.Account.PasscodeRequired:
		words = "office.passcode.offRequired"
	}
	if !o.Loaded {
		f.text.Set(w.t("office.loading"))
	} else {
		f.text.Set(w.t(words, "n", strconv.Itoa(o.Account.RecoveryLeft)))
	}
	f.start.SetWords(w.t(start))
	f.start.SetEnabled(o.Loaded && !o.Busy)
	f.secret.Render(o.New)
	for _, p := range []fyne.CanvasObject{f.form, f.save, f.leave} {
		show(p, o.New != nil)
	}
	show(f.start, o.New == nil)
	f.save.SetEnabled(!o.Busy)
	f.said.Render(o, desk.PartPasscode)
}

func (f *passcodeForm) press() {
	defer f.content.Refresh()
	digits, ok := f.secret.typed()
	if !ok {
		return
	}
	if f.password.Text() == "" {
		f.password.SetProblem(f.w.t("signIn.missing.password"))
		f.password.Focus()
		return
	}
	f.w.post(desk.DoSetPasscode{Password: f.password.Text(), Passcode: digits})
}

func (f *passcodeForm) clear() {
	f.password.SetText("")
	f.secret.digits.SetText("")
}
