package ui

import (
	"fmt"
	"strconv"
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
	landline   *part.Prose // a number that may be no mobile
	suspect    *part.Prose // an address that may be mistyped
	when       *part.Line
	ticks      []*part.Check // one for each of number and address
	name, note *part.Field
	problem    *part.Prose
	back, send *part.Button
	to         string // whom it was built for
	way        desk.Way
	serial     int
	skip       *part.Button // while several are gone through
	sending    bool         // Send was pressed; the dialog's closing means that it went
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
	v.to, v.sending, v.ticks = recipient(d), false, nil
	v.way, v.serial = d.Way, d.Serial
	kind := kindOf(d)
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	v.title = k.NewProse(title, w.t("verify."+kind+".title"))
	v.text = k.NewProse(part.SoftStyle(), w.t("verify."+kind+".text")+" "+w.t(v.sentHow(d), "when", w.at(d.PINAt))+v.inSMS(d))
	v.small = k.NewLine(part.SoftStyle().Centred(), "", 24)
	v.landline = k.NewProse(part.SmallStyle().With(part.Wait).Centred(), w.t("verify.landline"))
	v.suspect = k.NewProse(part.SmallStyle().With(part.Wait).Centred(), "")
	v.when = k.NewLine(part.SoftStyle().Centred(), "", 24)
	v.name = k.NewField(w.t("verify.name"), w.t("verify.optional"))
	v.note = k.NewField(w.t("verify.note"), w.t("verify.optional"))
	v.problem = k.NewProse(part.BodyStyle().With(part.Stop), "")
	v.back = k.NewButton(part.Lined, w.t("verify."+kind+".correct"), v.correct)
	v.send = k.NewButton(part.Filled, w.t("verify.send"), v.press)
	v.send.Disable()
	fields := part.Column(12, v.name, v.note)
	if kind == "both" { // side by side, so that all of it is seen at once
		v.name, v.note = k.NewField(w.t("verify.nameShort"), w.t("verify.optional")), k.NewField(w.t("verify.noteShort"), w.t("verify.optional"))
		fields = part.TopRow(12, part.Grow(v.name), part.Grow(v.note))
	}
	v.name.SetText(d.Name)
	v.note.SetText(d.Note)
	v.skip = k.NewButton(part.Ink, w.t("verify.skip"), v.next)
	show(v.skip, d.Through)
	from := k.NewProse(part.SmallStyle(), v.from(d))
	show(from, from.Words() != "")
	body := part.Column(0, v.title, gap(6), v.text, from, gap(18), v.plates(d), gap(16), fields, gap(14), v.problem, gap(6),
		part.Row(10, v.skip, part.Space(), v.back, v.send))
	v.sheet = k.NewSheet(520, body)
}

// kindOf names the dialog's words: of a number, an address, or both.
func kindOf(d *desk.Verify) string {
	switch {
	case d.Phone != "" && d.Email != "":
		return "both"
	case d.Phone != "":
		return "phone"
	}
	return "email"
}

// sentHow is the key of the sentence that says when link and PIN go.
func (v *verifySheet) sentHow(d *desk.Verify) string {
	two := d.Phone != "" && d.Email != ""
	switch {
	case d.PIN == desk.PINAloud && !d.Now:
		return "verify.aloud"
	case !d.PINAt.IsZero():
		return "verify.apart"
	case two:
		return "verify.twoWays"
	}
	return "verify.together"
}

// inSMS says how many SMS it comes to, and what makes them more.
func (v *verifySheet) inSMS(d *desk.Verify) string {
	words := ""
	switch n := d.SMS.Segments; {
	case n == 1:
		words = " " + v.w.t("verify.sms.one")
	case n > 1:
		words = " " + v.w.t("verify.sms.many", "n", strconv.Itoa(n))
	}
	if d.SMS.Odd != "" && d.SMS.Segments > d.SMS.Letters {
		words += " " + v.w.t("verify.sms.odd", "odd", d.SMS.Odd)
	}
	return words
}

// plates show what is to be checked, each with its own box to tick.
func (v *verifySheet) plates(d *desk.Verify) fyne.CanvasObject {
	k, w := v.skin, v.w
	air := float32(18)
	if kindOf(d) == "both" {
		air = 11
	}
	plate := func(objects ...fyne.CanvasObject) fyne.CanvasObject {
		return part.Layers(k.NewPlate(part.RaisedTone, part.LineTone, 14), part.Pad(air, part.Column(4, objects...)))
	}
	tick := func(key string) *part.Check {
		c := k.NewCheck(w.t(key), func(bool) { v.enable() })
		v.ticks = append(v.ticks, c)
		return c
	}
	label := part.LabelStyle().Centred()
	switch kindOf(d) {
	case "phone":
		return part.Column(15, plate(v.number(d), v.small, v.landline, v.when), tick("verify.phone.tick"))
	case "email":
		return part.Column(15, plate(v.address(d), v.suspect, v.when), tick("verify.email.tick"))
	}
	return part.Column(0,
		plate(k.NewLine(label, w.t("verify.linkTo"), 24), v.address(d), v.suspect), gap(10), tick("verify.email.tick"), gap(14),
		plate(k.NewLine(label, w.t("verify.pinTo"), 24), v.number(d), v.small, v.landline), gap(10), tick("verify.phone.tick"), gap(8), v.when)
}

func big() part.Style {
	return part.Style{Size: theme.Display, Weight: assets.SemiBold, Tone: part.Text, Align: fyne.TextAlignCenter, Leading: 1.3}
}

// number is the number at 34 px with wide spaces.
func (v *verifySheet) number(d *desk.Verify) fyne.CanvasObject {
	return v.skin.NewLine(big(), spread(d.Phone), 24)
}

// address is the address with its domain set apart.
func (v *verifySheet) address(d *desk.Verify) fyne.CanvasObject {
	local, domain, _ := strings.Cut(d.Email, "@")
	if d.Domain != "" {
		domain = d.Domain
	}
	style := big()
	style.Size = theme.Title
	return part.Column(0, v.skin.NewProse(style, local), v.skin.NewProse(style.With(part.Accent), "@"+domain))
}

func (v *verifySheet) Render(s desk.State) {
	d := s.Verify
	switch {
	case d == nil && v.sheet.IsOpen():
		v.sheet.Close()
		switch {
		case v.sending && v.way == desk.WayForm:
			v.w.home.invite.sent()
		case !v.sending:
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

// recipient is whom the doctor verifies, and in which dialog.
func recipient(d *desk.Verify) string { return fmt.Sprint(d.Serial, " ", d.Phone, " ", d.Email) }

// from says where it came from, when that was not the form, and how many come after it.
func (v *verifySheet) from(d *desk.Verify) string {
	if d.Way == desk.WayForm {
		return ""
	}
	words := v.w.t("verify.from." + string(d.Way))
	switch {
	case d.Left == 1:
		words += " " + v.w.t("verify.leftOne")
	case d.Left > 1:
		words += " " + v.w.t("verify.left", "count", strconv.Itoa(d.Left))
	}
	return words
}

func (v *verifySheet) fill(d *desk.Verify) {
	w := v.w
	v.small.Set(v.kind(d))
	show(v.small, v.small.Words() != "")
	when := w.t("verify.now")
	if !d.Now {
		when = joined(w.t("verify.at", "when", w.at(d.At)), w.minutes(d.Length))
	}
	show(v.landline, d.Phone != "" && !d.Mobile)
	v.suspect.Set(v.suspicion(d))
	show(v.suspect, v.suspect.Words() != "")
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

// suspicion says what is odd about an address.
func (v *verifySheet) suspicion(d *desk.Verify) string {
	switch {
	case d.Meant != "":
		return v.w.t("verify.meant", "domain", d.Meant)
	case d.Strange:
		return v.w.t("verify.strange")
	}
	return ""
}

// ticked reports that everything has been checked.
func (v *verifySheet) ticked() bool {
	for _, c := range v.ticks {
		if !c.On() {
			return false
		}
	}
	return len(v.ticks) > 0
}

func (v *verifySheet) busy() bool {
	return v.sending || v.w.state.Verify != nil && v.w.state.Verify.Busy
}

func (v *verifySheet) enable() {
	v.send.SetEnabled(v.ticked() && !v.busy())
	for _, c := range v.ticks {
		c.SetEnabled(!v.busy())
	}
	v.name.SetEnabled(!v.busy())
	v.note.SetEnabled(!v.busy())
	v.back.SetEnabled(!v.busy())
	v.skip.SetEnabled(!v.busy())
}

// next leaves this one as it is.
func (v *verifySheet) next() {
	if !v.busy() {
		v.w.post(desk.DoSkip{})
	}
}

// press sends, once.
func (v *verifySheet) press() {
	if !v.ticked() || v.busy() {
		return
	}
	v.sending = true
	v.enable()
	v.w.post(desk.DoSend{Name: strings.TrimSpace(v.name.Text()), Note: strings.TrimSpace(v.note.Text()), Serial: v.serial})
}

func (v *verifySheet) correct() {
	if !v.busy() {
		v.w.post(desk.DoCorrect{})
	}
}
