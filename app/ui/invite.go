package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// inviteView is the form: time and language above, number and address below.
type inviteView struct {
	w            *Window
	content      *fyne.Container
	whenChoice   *part.Segments
	when         *whenView
	length       *part.Choice
	pin          *part.Choice
	whenBox      *fyne.Container
	language     *part.Choice
	country      *part.Choice
	phone, email *part.Field
	byPhone      *part.Button
	byEmail      *part.Button
	noSMS        *fyne.Container
	noMail       *fyne.Container
	given        desk.Invite // of the last state: only what changed there changes here
	phoneSaid    string      // the problem that the last state had
	emailSaid    string
	asked        *part.Field // where the open dialog came from
	filled       int         // the Prefill that was taken last
}

func newInviteView(w *Window) *inviteView {
	k := w.skin
	v := &inviteView{w: w}
	v.whenChoice = k.NewSegments([]string{w.t("invite.now"), w.t("invite.later")}, v.pickWhen)
	v.when = newWhenView(w, func() { w.home.relayout() })
	v.length = k.NewChoice(w.t("when.length"), nil)
	v.pin = k.NewChoice(w.t("when.pin"), nil)
	v.pin.SetOptions(pinTimes(w), string(desk.PINShortly))
	v.whenBox = part.Inset(14, 0, 0, 0, part.Column(12, v.when.content,
		part.TopRow(8, part.Wide(112, v.length), part.Grow(v.pin))))
	v.whenBox.Hide()
	v.language = k.NewChoice("", nil).Low()
	v.language.SetOptions([]part.Option{
		{ID: "nb", Words: w.t("language.nb")}, {ID: "nn", Words: w.t("language.nn")}, {ID: "en", Words: w.t("language.en")},
	}, "nb")
	v.country = k.NewChoice(w.t("invite.country"), nil)
	v.country.SetOptions(countryLines(w.state.Language), "NO")
	v.phone = k.NewField(w.t("invite.phone"), w.t("invite.phoneHint")).OnEnter(v.submitPhone).
		OnChange(func(string) { v.forgive(v.phone) }).OnPaste(func(s string) (string, bool) { return v.pasted(s, v.phone) })
	v.email = k.NewField(w.t("invite.email"), w.t("invite.emailHint")).OnEnter(v.submitEmail).
		OnChange(func(string) { v.forgive(v.email) }).OnPaste(func(s string) (string, bool) { return v.pasted(s, v.email) })
	v.byPhone = k.NewButton(part.Filled, w.t("invite.submit"), v.submitPhone)
	v.byEmail = k.NewButton(part.Lined, w.t("invite.submit"), v.submitEmail)
	v.noSMS, v.noMail = v.missing("invite.noSMS"), v.missing("invite.noMail")
	form := part.Column(0,
		k.NewLine(part.HeadStyle(), w.t("invite.title"), 24),
		gap(14), part.Row(10, v.whenChoice, part.Grow(v.language)),
		v.whenBox,
		gap(18), k.NewProse(part.SoftStyle(), w.t("invite.lead")), gap(16),
		part.TopRow(10, part.Wide(104, v.country), part.Grow(v.phone)),
		gap(12), v.byPhone, v.noSMS,
		gap(18), k.OrLine(w.t("invite.or")), gap(12),
		v.email, gap(12), v.byEmail, v.noMail)
	hint := k.NewProse(part.SmallStyle().With(part.Faint), w.t("invite.hint"))
	list := k.NewButton(part.Quiet, w.t("import.open"), w.openImport).Sized(36, 8, 10)
	v.content = part.Column(14, k.Card(part.Pad(22, form)), part.Inset(0, 22, 0, 22, hint), part.Inset(0, 0, 0, 22-10, part.Row(0, list, part.Space()))) // their words under the form's
	return v
}

// gap is empty height.
func gap(h float32) fyne.CanvasObject { return part.Tall(h, part.Layers()) }

// missing says that a way of sending is not set up, and leads there.
func (v *inviteView) missing(key string) *fyne.Container {
	k := v.w.skin
	set := k.NewButton(part.Quiet, v.w.t("invite.setUp"), func() { v.w.post(desk.DoOpenSettings{}) }).Sized(32, 8, 8)
	return part.Inset(8, 0, 0, 0, part.Row(4, part.Grow(k.NewProse(part.SmallStyle(), v.w.t(key))), set))
}

func (v *inviteView) Render(s desk.State) {
	in := s.Invite
	if in.Country != v.given.Country {
		v.country.Choose(in.Country)
	}
	if in.Language != v.given.Language {
		v.language.Choose(in.Language)
	}
	if in.Length != v.given.Length {
		v.length.SetOptions(lengths(v.w, in.Length), strconv.Itoa(int(in.Length/time.Minute)))
	}
	if in.PIN != v.given.PIN {
		v.pin.Choose(string(in.PIN))
	}
	v.given = in
	if p := in.Prefill; p != nil && p.Serial != v.filled {
		v.fill(p)
	}
	v.answer(v.phone, &v.phoneSaid, v.w.problem(in.PhoneProblem))
	v.answer(v.email, &v.emailSaid, v.w.problem(in.EmailProblem))
	v.byPhone.SetEnabled(in.SMSReady)
	v.byEmail.SetEnabled(in.MailReady)
	kind := part.Lined
	if !in.SMSReady && in.MailReady {
		kind = part.Filled
	}
	v.byEmail.SetKind(kind)
	show(v.noSMS, !in.SMSReady)
	show(v.noMail, !in.MailReady)
}

// answer shows a problem that came with the state, until somebody types.
func (v *inviteView) answer(f *part.Field, said *string, words string) {
	if words == *said {
		return
	}
	*said = words
	f.SetProblem(words)
}

// forgive takes the problem away as soon as somebody mends the text.
func (v *inviteView) forgive(f *part.Field) {
	if f.SetProblem("") {
		v.w.home.relayout()
	}
}

func (v *inviteView) pickWhen(i int) {
	if i == 1 {
		v.when.begin()
	}
	show(v.whenBox, i == 1)
	v.w.home.relayout()
}

// time is the time that was chosen: zero is now. It shows what is wrong and returns false when it cannot be read.
func (v *inviteView) time() (time.Time, bool) {
	if v.whenChoice.Chosen() == 0 {
		return time.Time{}, true
	}
	return v.when.read()
}

func (v *inviteView) submitPhone() {
	if strings.TrimSpace(v.phone.Text()) == "" {
		v.refuse(v.phone, "invite.missing.phone")
		return
	}
	if !v.byPhone.Disabled() {
		v.submit(v.phone)
	}
}

func (v *inviteView) submitEmail() {
	if strings.TrimSpace(v.email.Text()) == "" {
		v.refuse(v.email, "invite.missing.email")
		return
	}
	if !v.byEmail.Disabled() {
		v.submit(v.email)
	}
}

// submit asks for the verify dialog. When both fields are filled and both ways are set up, the link goes by e-mail and the
// PIN by SMS, whichever button was pressed.
func (v *inviteView) submit(from *part.Field) {
	at, ok := v.time()
	if !ok {
		return
	}
	c := desk.DoInvite{At: at, Language: v.language.Chosen()}
	if from == v.phone || !v.byPhone.Disabled() && strings.TrimSpace(v.phone.Text()) != "" {
		c.Phone, c.Country = v.phone.Text(), v.country.Chosen()
	}
	if from == v.email || !v.byEmail.Disabled() {
		c.Email = strings.TrimSpace(v.email.Text())
	}
	if !at.IsZero() {
		minutes, _ := strconv.Atoi(v.length.Chosen())
		c.Length, c.PIN = time.Duration(minutes)*time.Minute, desk.PINTime(v.pin.Chosen())
	}
	v.asked, v.phoneSaid, v.emailSaid = from, "", ""
	v.w.post(c)
}

// lengths are the choices of how long an appointment is, the present one among them.
func lengths(w *Window, present time.Duration) []part.Option {
	minutes := []int{10, 15, 20, 30, 45, 60}
	if n := int(present / time.Minute); n > 0 && !slices.Contains(minutes, n) {
		minutes = append(minutes, n)
		slices.Sort(minutes)
	}
	out := make([]part.Option, len(minutes))
	for i, n := range minutes {
		out[i] = part.Option{ID: strconv.Itoa(n), Words: w.t("duration.minutes", "n", strconv.Itoa(n))}
	}
	return out
}

// pinTimes are the choices of when the PIN of a later appointment goes.
func pinTimes(w *Window) []part.Option {
	out := make([]part.Option, 0, 4)
	for _, p := range []desk.PINTime{desk.PINShortly, desk.PINDayBefore, desk.PINAtOnce, desk.PINAloud} {
		out = append(out, part.Option{ID: string(p), Words: w.t("when.pin." + string(p))})
	}
	return out
}

func (v *inviteView) refuse(f *part.Field, key string) {
	f.SetProblem(v.w.t(key))
	v.w.home.relayout()
	f.Focus()
}

// pasted finds the number or address in what was pasted and puts it where it belongs, also when it was pasted into the
// other field. What holds both fills both, unless something else stands in the other field.
func (v *inviteView) pasted(text string, into *part.Field) (string, bool) {
	number, country, isNumber := findNumber(text, v.country.Chosen())
	address, isAddress := findAddress(text)
	if !isNumber && !isAddress {
		return strings.Join(strings.Fields(text), " "), true
	}
	empty := func(f *part.Field) bool { return strings.TrimSpace(f.Text()) == "" }
	if isAddress && (into == v.email || !isNumber || empty(v.email)) {
		v.put(v.email, address)
	}
	if isNumber && (into == v.phone || !isAddress || empty(v.phone)) {
		v.country.Choose(country)
		v.put(v.phone, number)
	}
	if into == v.email && isAddress {
		v.email.Focus()
	}
	return "", false
}

// fill takes what came from outside, to be corrected.
func (v *inviteView) fill(p *desk.Prefill) {
	v.filled, v.phoneSaid, v.emailSaid = p.Serial, "", ""
	number, country := p.Phone, p.Country
	if national, iso, ok := findNumber(p.Phone, p.Country); ok {
		number, country = national, iso
	}
	if country != "" {
		v.country.Choose(country)
	}
	v.phone.SetText(number)
	v.email.SetText(p.Email)
	if p.Language != "" {
		v.language.Choose(p.Language)
	}
	later := 0
	if !p.At.IsZero() {
		later = 1
		v.when.beginAt(p.At)
	}
	if p.Length > 0 {
		v.length.SetOptions(lengths(v.w, p.Length), strconv.Itoa(int(p.Length/time.Minute)))
	}
	v.whenChoice.Choose(later)
	show(v.whenBox, later == 1)
	v.asked = v.phone
	if number == "" {
		v.asked = v.email
	}
	v.w.home.relayout()
	v.asked.Focus()
}

func (v *inviteView) put(f *part.Field, text string) {
	f.SetText(text)
	v.forgive(f)
	f.Focus()
}

// sent empties the form after an invitation went out; corrected goes back to the field.
func (v *inviteView) sent() {
	v.phone.SetText("")
	v.email.SetText("")
	v.whenChoice.Choose(0)
	v.pin.Choose(string(v.given.PIN))
	v.pickWhen(0)
	v.phone.Focus()
}

func (v *inviteView) corrected() {
	if v.asked != nil {
		v.asked.Focus()
	}
}
