package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// authenticatorForm shows the secret for an authenticator as a QR code and for typing, and takes what the authenticator
// shows then.
type authenticatorForm struct {
	w       *Window
	content *fyne.Container
	code    *qrCode
	key     *part.Prose
	digits  *part.Field
}

func newAuthenticatorForm(w *Window, enter func()) *authenticatorForm {
	k := w.skin
	f := &authenticatorForm{w: w, code: newQRCode(), key: k.NewProse(part.NameStyle(), "")}
	f.digits = k.NewField(w.t("signIn.digits"), w.t("signIn.passcodeHint")).OnEnter(enter).OnChange(func(string) { f.digits.SetProblem("") })
	f.content = part.Column(0, k.NewProse(part.SoftStyle(), w.t("signIn.scan")), gap(14), f.code.content, gap(12),
		k.NewLine(part.LabelStyle(), w.t("signIn.key"), 0), gap(4), f.key, gap(14), f.digits)
	return f
}

// Render shows a secret; nil leaves the last one, which is hidden then.
func (f *authenticatorForm) Render(a *desk.Authenticator) {
	if a == nil {
		f.code.set("")
		f.key.Set("")
		return
	}
	f.code.set(a.URI)
	f.key.Set(a.Secret)
}

// typed is what the authenticator shows; ok is false when nothing was typed, and the field says so.
func (f *authenticatorForm) typed() (digits string, ok bool) {
	digits = strings.TrimSpace(f.digits.Text())
	if digits == "" {
		f.digits.SetProblem(f.w.t("signIn.missing.digits"))
		f.digits.Focus()
	}
	return digits, digits != ""
}

// newPassword are the two fields of a password that is chosen.
type newPassword struct {
	w             *Window
	first, second *part.Field
	content       *fyne.Container
}

func newNewPassword(w *Window, enter func()) *newPassword {
	p := &newPassword{w: w}
	forgive := func(f **part.Field) func(string) { return func(string) { (*f).SetProblem("") } }
	p.first = w.skin.NewField(w.t("signIn.new"), w.t("signIn.choose.passwordHint")).Secret().OnEnter(enter).OnChange(forgive(&p.first))
	p.second = w.skin.NewField(w.t("signIn.repeat"), "").Secret().OnEnter(enter).OnChange(forgive(&p.second))
	p.content = part.Column(14, p.first, p.second)
	return p
}

// typed is the password; ok is false when it is too short or the two differ, and a field says so.
func (p *newPassword) typed() (password string, ok bool) {
	switch {
	case len([]rune(p.first.Text())) < minPassword:
		p.refuse(p.first, "signIn.short")
	case p.first.Text() != p.second.Text():
		p.refuse(p.second, "signIn.differ")
	default:
		return p.first.Text(), true
	}
	return "", false
}

func (p *newPassword) refuse(f *part.Field, key string) {
	f.SetProblem(p.w.t(key))
	f.Focus()
}

func (p *newPassword) clear() {
	p.first.SetText("")
	p.second.SetText("")
}
