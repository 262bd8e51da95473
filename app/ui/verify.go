package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// verifySheet makes the doctor check the number or address against the record: the box is unticked, Send is off until it
// is ticked, and the keyboard begins on the way back, so that Enter pressed twice sends nothing.
type verifySheet struct {
	w          *Window
	skin       *part.Skin
	sheet      *part.Sheet
	title      *part.Prose
	text       *part.Prose
	small      *part.Line
	when       *part.Line
	tick       *part.Check
	name, note *part.Field
	problem    *part.Prose
	back, send *part.Button
	to         string // whom it was built for
	sending    bool   // Send was pressed; the dialog's closing means that it went
	byPhone    bool
}

func newVerifySheet(w *Window) *verifySheet {
	return &verifySheet{w: w, sheet: w.skin.NewSheet(520, part.Layers())}
}

// build makes the dialog anew for every number, so that nothing of the one before can stay ticked or typed.
func (v *verifySheet) build(d *desk.Verify) {
	w := v.w
	v.skin = part.NewSkin(w.skin.Palette, w.fonts)
	v.skin.Canvas = w.canvas
	v.skin.Words = w.skin.Words
	v.skin.Escape = v.correct
	k := v.skin
	v.to, v.byPhone, v.sending = recipient(d), d.Phone != "", false
	kind := "email"
	if v.byPhone {
		kind = "phone"
	}
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	v.title, v.text = k.NewProse(title, w.t("verify."+kind+".title")), k.NewProse(part.SoftStyle(), w.t("verify."+kind+".text")+" "+w.t("verify.together"))
	v.small = k.NewLine(part.SoftStyle().Centred(), "", 24)
	v.when = k.NewLine(part.SoftStyle().Centred(), "", 24)
	v.tick = k.NewCheck(w.t("verify."+kind+".tick"), func(bool) { v.enable() })
	v.name = k.NewField(w.t("verify.name"), w.t("verify.optional"))
	v.note = k.NewField(w.t("verify.note"), w.t("verify.optional"))
	v.problem = k.NewProse(part.BodyStyle().With(part.Stop), "")
	v.back = k.NewButton(part.Lined, w.t("verify."+kind+".correct"), v.correct)
	v.send = k.NewButton(part.Filled, w.t("verify.send"), v.press)
	v.send.Disable()
	plate := part.Layers(k.NewPlate(part.RaisedTone, part.LineTone, 14), part.Pad(18, part.Column(4, v.shown(d), v.small, v.when)))
	body := part.Column(0, v.title, gap(6), v.text, gap(20), plate, gap(15), v.tick, gap(16),
		v.name, gap(12), v.note, gap(16), v.problem, gap(6), part.Row(10, part.Space(), v.back, v.send))
	v.sheet = k.NewSheet(520, body)
}

// shown is the number at 34 px with wide spaces, or the address with its domain set apart.
func (v *verifySheet) shown(d *desk.Verify) fyne.CanvasObject {
	big := part.Style{Size: theme.Display, Weight: assets.SemiBold, Tone: part.Text, Align: fyne.TextAlignCenter, Leading: 1.3}
	if d.Phone != "" {
		return v.skin.NewLine(big, spread(d.Phone), 24)
	}
	local, domain, _ := strings.Cut(d.Email, "@")
	if d.Domain != "" {
		domain = d.Domain
	}
	big.Size = theme.Title
	return part.Column(0, v.skin.NewProse(big, local), v.skin.NewProse(big.With(part.Accent), "@"+domain))
}

func (v *verifySheet) Render(s desk.State) {
	d := s.Verify
	switch {
	case d == nil && v.sheet.IsOpen():
		v.sheet.Close()
		if v.sending {
			v.w.home.invite.sent()
		} else {
			v.w.home.invite.corrected()
		}
		return
	case d == nil:
		return
	case v.sheet.IsOpen() && v.to == recipient(d):
		v.fill(d)
		return
	}
	v.sheet.Close() // of another number: its tick must not count for this one
	v.build(d)
	v.fill(d)
	v.sheet.Open(v.w.canvas, v.back)
}

// recipient is whom the doctor verifies.
func recipient(d *desk.Verify) string { return d.Phone + d.Email }

func (v *verifySheet) fill(d *desk.Verify) {
	w := v.w
	v.small.Set(v.kind(d))
	show(v.small, v.small.Words() != "")
	when := w.t("verify.now")
	if !d.Now {
		when = w.t("verify.at", "when", w.at(d.At))
	}
	v.when.Set(when)
	v.problem.Set(w.problem(d.Problem))
	show(v.problem, d.Problem != nil)
	words := w.t("verify.send")
	if d.Busy {
		words = w.t("verify.busy")
	}
	if d.Problem != nil && !d.Busy {
		v.sending = false
	}
	v.send.SetWords(words)
	v.enable()
	v.sheet.Refresh()
}

// kind is the line under the number: its country, and that it is a mobile where that is known.
func (v *verifySheet) kind(d *desk.Verify) string {
	switch {
	case d.Phone == "":
		return ""
	case d.Mobile:
		return v.w.t("verify.mobile", "country", d.Country)
	}
	return d.Country // some countries do not tell mobile and fixed apart
}

func (v *verifySheet) busy() bool {
	return v.sending || v.w.state.Verify != nil && v.w.state.Verify.Busy
}

func (v *verifySheet) enable() {
	v.send.SetEnabled(v.tick.On() && !v.busy())
	v.tick.SetEnabled(!v.busy())
	v.name.SetEnabled(!v.busy())
	v.note.SetEnabled(!v.busy())
	v.back.SetEnabled(!v.busy())
}

// press sends, once.
func (v *verifySheet) press() {
	if !v.tick.On() || v.busy() {
		return
	}
	v.sending = true
	v.enable()
	v.w.post(desk.DoSend{Name: strings.TrimSpace(v.name.Text()), Note: strings.TrimSpace(v.note.Text())})
}

func (v *verifySheet) correct() {
	if !v.busy() {
		v.w.post(desk.DoCorrect{})
	}
}
