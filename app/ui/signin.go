package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// signInView asks for server, e-mail and password.
type signInView struct {
	w                       *Window
	content                 *fyne.Container
	server, email, password *part.Field
	sealed                  *part.Prose
	problem                 *problemBox
	submit, code            *part.Button
}

func newSignInView(w *Window) *signInView {
	k := w.skin
	v := &signInView{w: w, problem: newProblemBox(k)}
	v.server = k.NewField(w.t("signIn.server"), w.t("signIn.serverHint")).OnEnter(v.press)
	v.email = k.NewField(w.t("signIn.email"), w.t("signIn.emailHint")).OnEnter(v.press)
	v.password = k.NewField(w.t("signIn.password"), "").Secret().OnEnter(v.press)
	for _, f := range []*part.Field{v.server, v.email, v.password} {
		f.OnChange(func(string) { v.forgive(f) })
	}
	v.submit = k.NewButton(part.Filled, w.t("signIn.submit"), v.press)
	v.code = k.NewButton(part.Quiet, w.t("signIn.code"), func() { w.post(desk.DoBeginAccount{}) })
	v.sealed = k.NewProse(part.SmallStyle(), w.t("signIn.sealedFile"))
	form := part.Column(0,
		k.NewProse(part.TitleStyle(), w.t("signIn.title")), gap(6), k.NewProse(part.SoftStyle(), w.t("signIn.text")), gap(22),
		v.server, gap(14), v.email, gap(14), v.password, v.problem.content, gap(22), v.submit, gap(8), v.code,
		part.Inset(14, 0, 0, 0, v.sealed))
	v.content = front(w, form)
	return v
}

// front is a card in the middle of an otherwise empty window, below the program's name.
func front(w *Window, form fyne.CanvasObject) *fyne.Container {
	k := w.skin
	name := k.NewLine(part.Style{Size: theme.Strong, Weight: assets.SemiBold, Tone: part.Text}, w.t("app.name"), 0)
	head := part.CentreBoth(part.Row(12, mark(k), name))
	column := part.Column(22, head, k.Card(part.Inset(30, 32, 32, 32, form)))
	return part.Layers(k.NewPlate(part.GroundTone, nil, 0), k.NewScroll(part.Centre(440, part.Inset(32, 16, 48, 16, column))))
}

func (v *signInView) Render(s desk.State) {
	in := s.SignIn
	v.begin(in)
	show(v.sealed, in.SealedFile)
	v.problem.set(v.w.problem(in.Problem))
	for _, f := range []*part.Field{v.server, v.email, v.password} {
		f.SetEnabled(!in.Busy)
	}
	v.submit.SetEnabled(!in.Busy)
	v.code.SetEnabled(!in.Busy)
	words := "signIn.submit"
	if in.Busy {
		words = "signIn.busy"
	}
	v.submit.SetWords(v.w.t(words))
	v.content.Refresh()
}

// begin fills in what is remembered.
func (v *signInView) begin(in desk.SignIn) {
	v.server.Begin(in.Server)
	v.email.Begin(in.Email)
}

func (v *signInView) focus() {
	v.begin(v.w.state.SignIn) // before one of them has the keyboard: then it is left alone
	for _, f := range []*part.Field{v.server, v.email} {
		if f.Text() == "" {
			f.Focus()
			return
		}
	}
	v.password.Focus()
}

func (v *signInView) forgive(f *part.Field) {
	if f.SetProblem("") {
		v.content.Refresh()
	}
}

// wanted is a field that must be filled in, and the word for its being empty.
type wanted struct {
	field *part.Field
	key   string
}

// missing says which field is the first empty one, and brings the keyboard there.
func (w *Window) missing(content fyne.CanvasObject, fields []wanted) bool {
	for _, f := range fields {
		if strings.TrimSpace(f.field.Text()) == "" {
			f.field.SetProblem(w.t(f.key))
			content.Refresh()
			f.field.Focus()
			return true
		}
	}
	return false
}

// press signs in, or goes to the first field that is empty.
func (v *signInView) press() {
	fields := []wanted{{v.server, "signIn.missing.server"}, {v.email, "signIn.missing.email"}, {v.password, "signIn.missing.password"}}
	if v.w.missing(v.content, fields) {
		return
	}
	if v.w.state.SignIn.Busy {
		return
	}
	v.w.post(desk.DoSignIn{Server: strings.TrimSpace(v.server.Text()), Email: strings.TrimSpace(v.email.Text()), Password: v.password.Text()})
}

// left forgets the password as soon as it has done its work. Until then it stays: what was typed is not lost to a server
// that could not be reached.
func (v *signInView) left() { v.password.SetText("") }

// problemBox says in red what went wrong with a whole form.
type problemBox struct {
	content *fyne.Container
	words   *part.Prose
}

func newProblemBox(k *part.Skin) *problemBox {
	b := &problemBox{words: k.NewProse(part.BodyStyle().With(part.Stop), "")}
	b.content = part.Inset(16, 0, 0, 0, part.Layers(k.NewPlate(part.StopSoft, nil, 10), part.Inset(10, 14, 10, 14, b.words)))
	b.content.Hide()
	return b
}

// set shows words, or nothing.
func (b *problemBox) set(words string) {
	b.words.Set(words)
	show(b.content, words != "")
}
