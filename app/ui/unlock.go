package ui

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// unlockView opens the sealed secret file where there is no keyring, or makes it.
type unlockView struct {
	w             *Window
	content       *fyne.Container
	title, text   *part.Prose
	phrase, again *part.Field
	againBox      *fyne.Container
	problem       *problemBox
	submit        *part.Button
}

func newUnlockView(w *Window) *unlockView {
	k := w.skin
	v := &unlockView{w: w, problem: newProblemBox(k)}
	v.title, v.text = k.NewProse(part.TitleStyle(), ""), k.NewProse(part.SoftStyle(), "")
	v.phrase = k.NewField(w.t("unlock.passphrase"), "").Secret().OnEnter(v.press).OnChange(func(string) { v.forgive() })
	v.again = k.NewField(w.t("unlock.repeat"), "").Secret().OnEnter(v.press).OnChange(func(string) { v.forgive() })
	v.againBox = part.Inset(14, 0, 0, 0, v.again)
	v.submit = k.NewButton(part.Filled, "", v.press)
	v.content = front(w, part.Column(0, v.title, gap(6), v.text, gap(22), v.phrase, v.againBox, v.problem.content, gap(22), v.submit))
	return v
}

func (v *unlockView) Render(s desk.State) {
	in, w := s.SignIn, v.w
	title, text, submit := "unlock.title", "unlock.text", "unlock.open"
	if in.NewPassphrase {
		title, text, submit = "unlock.new.title", "unlock.new.text", "unlock.create"
	}
	if in.Busy {
		submit = "unlock.busy"
	}
	v.title.Set(w.t(title))
	v.text.Set(w.t(text))
	v.submit.SetWords(w.t(submit))
	v.submit.SetEnabled(!in.Busy)
	show(v.againBox, in.NewPassphrase)
	v.problem.set(w.problem(in.Problem))
	v.content.Refresh()
}

func (v *unlockView) focus() { v.phrase.Focus() }

func (v *unlockView) forgive() {
	a, b := v.phrase.SetProblem(""), v.again.SetProblem("")
	if a || b {
		v.content.Refresh()
	}
}

func (v *unlockView) press() {
	in := v.w.state.SignIn
	if in.Busy {
		return
	}
	if in.NewPassphrase {
		switch {
		case utf8.RuneCountInString(v.phrase.Text()) < 12:
			v.refuse(v.phrase, "unlock.short")
			return
		case v.phrase.Text() != v.again.Text():
			v.refuse(v.again, "unlock.differ")
			return
		}
	}
	v.w.post(desk.DoUnlock{Passphrase: v.phrase.Text()})
}

func (v *unlockView) refuse(f *part.Field, key string) {
	f.SetProblem(v.w.t(key))
	v.content.Refresh()
	f.Focus()
}
