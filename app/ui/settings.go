package ui

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// settingsView edits the clinic's mail account and SMS gateway, devices, appearance and language. What is typed stays
// here until Lagre; what is chosen in the device lists counts at once.
type settingsView struct {
	w               *Window
	content         *fyne.Container
	mail            *mailForm
	sms             *smsForm
	devices         *deviceView
	theme, language *part.Choice
	pin, keep       *part.Choice
	chime, relay    *part.Check
	machine         *part.Prose
	problem         *problemBox
	save            *part.Button
	saved           *part.Chip
	given           desk.Settings
	edited          bool
}

func newSettingsView(w *Window) *settingsView {
	k := w.skin
	v := &settingsView{w: w, problem: newProblemBox(k), devices: newDeviceView(w, k)}
	v.mail, v.sms = newMailForm(w, v.touch), newSMSForm(w, v.touch)
	v.theme = k.NewChoice(w.t("settings.theme"), func(string) { v.touch() })
	v.theme.SetOptions(v.options("settings.theme.", "system", "light", "dark"), "system")
	v.language = k.NewChoice(w.t("settings.language"), func(string) { v.touch() })
	v.language.SetOptions(v.options("settings.language.", "nb", "nn", "en"), "nb")
	v.pin = k.NewChoice(w.t("when.pin"), func(string) { v.touch() })
	v.pin.SetOptions(pinTimes(w), string(desk.PINShortly))
	v.keep = k.NewChoice(w.t("settings.keep"), func(string) { v.touch() })
	v.chime = k.NewCheck(w.t("settings.chime"), func(bool) { v.touch() })
	v.relay = k.NewCheck(w.t("settings.relayOnly"), func(bool) { v.touch() })
	v.machine = k.NewProse(part.SmallStyle(), "")
	v.save = k.NewButton(part.Filled, w.t("settings.save"), v.store)
	v.saved = k.NewChip(part.Good, w.t("settings.saved"), false)
	v.content = v.page(k)
	return v
}

func (v *settingsView) options(prefix string, ids ...string) []part.Option {
	out := make([]part.Option, len(ids))
	for i, id := range ids {
		out[i] = part.Option{ID: id, Words: v.w.t(prefix + id)}
	}
	return out
}

func (v *settingsView) page(k *part.Skin) *fyne.Container {
	w := v.w
	back := k.NewButton(part.Ink, w.t("settings.back"), func() { w.post(desk.DoCloseSettings{}) })
	title := k.NewLine(part.Style{Size: theme.Strong, Weight: assets.SemiBold, Tone: part.Text}, w.t("settings.title"), 0)
	head := bar(k, 60, part.Inset(0, 24, 0, 14, part.Row(12, back, title, part.Space(), v.saved, v.save)))
	section := func(key string, inner fyne.CanvasObject) fyne.CanvasObject {
		return k.Card(part.Pad(22, part.Column(16, k.NewLine(part.HeadStyle(), w.t(key), 24), inner)))
	}
	look := part.Column(14, v.theme, v.language)
	pin := part.Column(8, v.pin, k.NewProse(part.SmallStyle(), w.t("settings.pin.text")))
	left := part.Column(20, section("settings.mail", v.mail.content), section("settings.pin", pin), section("settings.devices", v.devices.content))
	right := part.Column(20, section("settings.sms", v.sms.content), section("settings.look", look),
		section("settings.call", part.Column(8, v.chime, v.relay)), section("settings.book", part.Column(8, v.keep, k.NewProse(part.SmallStyle(), w.t("settings.keep.text")))), section("settings.machine", v.machine))
	both := container.New(&halves{}, left, right)
	body := k.NewScroll(part.Inset(0, 24, 24, 24, part.Column(0, v.problem.content, part.Inset(24, 0, 0, 0, both))))
	return part.Layers(k.NewPlate(part.GroundTone, nil, 0), container.New(&below{}, head, body))
}

// touch notes that something was edited: an answer that stood there is no longer about what one sees.
func (v *settingsView) touch() {
	v.edited = true
	v.Render(v.w.state)
}

func (v *settingsView) Render(s desk.State) {
	in, w := s.Settings, v.w
	if in.Saved && !v.given.Saved {
		v.edited = false
		v.mail.forget()
		v.sms.forget()
	}
	v.given = in
	v.mail.Render(in, v.edited)
	v.sms.Render(in, v.edited)
	v.devices.Render(in)
	if !v.edited {
		v.theme.Choose(in.Theme)
		v.language.Choose(in.Language)
		v.chime.SetOn(in.Chime)
		v.pin.Choose(string(in.PIN))
		v.keep.SetOptions(keepTimes(w, in.KeepDays), strconv.Itoa(in.KeepDays))
		v.relay.SetOn(in.RelayOnly)
	}
	store := "settings.keyring"
	if in.Keyring == "sealedFile" {
		store = "settings.sealedFile"
	}
	v.machine.Set(w.t("settings.workstation", "workstation", in.Workstation) + " " + w.t(store))
	v.problem.set(w.problem(in.Problem))
	v.save.SetEnabled(v.edited)
	show(v.saved, in.Saved && !v.edited)
	v.content.Refresh()
}

// store posts everything; a secret that was not typed is kept.
func (v *settingsView) store() {
	mail, ok := v.mail.read()
	if !ok || !v.sms.check() {
		v.content.Refresh()
		return
	}
	days, _ := strconv.Atoi(v.keep.Chosen())
	v.w.post(desk.DoSaveSettings{
		Mail: mail, SMS: v.sms.first.read(), SMSReserve: v.sms.reserve.read(),
		MailPassword: typed(v.mail.password), MailClient: typed(v.mail.client), SMSSecret: v.sms.first.secret(), SMSReserveSecret: v.sms.reserve.secret(),
		Language: v.language.Chosen(), Theme: v.theme.Chosen(), RelayOnly: v.relay.On(), Chime: v.chime.On(), PIN: desk.PINTime(v.pin.Chosen()), KeepDays: days,
	})
	v.edited = false
	v.given.Saved = false
	v.Render(v.w.state)
}

// keepTimes are the choices of how long an appointment stays in the book, the present one among them.
func keepTimes(w *Window, present int) []part.Option {
	days := []int{7, 30, 90}
	if present > 0 && !slices.Contains(days, present) {
		days = append(days, present)
		slices.Sort(days)
	}
	out := make([]part.Option, len(days))
	for i, n := range days {
		out[i] = part.Option{ID: strconv.Itoa(n), Words: w.t("settings.keep.days", "n", strconv.Itoa(n))}
	}
	return out
}

// typed is what stands in a secret's field, nil when nothing does.
func typed(f *part.Field) *string {
	if f.Text() == "" {
		return nil
	}
	s := f.Text()
	return &s
}

// halves sets two columns side by side, or below each other where it is narrow.
type halves struct{ width float32 }

const halvesFrom = 760

func (h *halves) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h.width = size.Width
	w, y := size.Width, float32(0)
	if size.Width >= halvesFrom {
		w = (size.Width - 20) / 2
	}
	for i, o := range objects {
		x := float32(0)
		height := part.HeightFor(o, w)
		if size.Width >= halvesFrom {
			x = float32(i) * (w + 20)
		} else if i > 0 {
			y += part.HeightFor(objects[i-1], w) + 20
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, height))
	}
}

// MinSize implements fyne.Layout.
func (h *halves) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := h.width
	if width == 0 {
		width = halvesFrom
	}
	if width >= halvesFrom {
		w := (width - 20) / 2
		return fyne.NewSize(320, max(part.HeightFor(objects[0], w), part.HeightFor(objects[1], w)))
	}
	return fyne.NewSize(320, part.HeightFor(objects[0], width)+20+part.HeightFor(objects[1], width))
}

// kept is the hint of a secret's field: that one is stored, or nothing.
func kept(w *Window, has bool) string {
	if has {
		return w.t("settings.secretKept")
	}
	return ""
}

// testLine is a button and what came of pressing it.
type testLine struct {
	w       *Window
	content *fyne.Container
	button  *part.Button
	words   *part.Prose
}

func newTestLine(w *Window, words string, press func()) *testLine {
	k := w.skin
	t := &testLine{w: w, button: k.NewButton(part.Lined, words, press), words: k.NewProse(part.SmallStyle(), "")}
	t.content = part.Row(12, t.button, part.Grow(t.words))
	return t
}

func (t *testLine) Render(s desk.Test, edited, ready bool) {
	w := t.w
	t.button.SetEnabled(ready && !edited && !s.Busy)
	words, tone := "", part.Soft
	switch {
	case s.Busy:
		words = w.t("settings.testBusy")
	case edited && ready:
		words = w.t("settings.testSaveFirst")
	case s.Problem != nil:
		words, tone = w.problem(s.Problem), part.Stop
	case s.OK:
		words, tone = w.t("settings.testOK"), part.Ok
	}
	t.words.Set(words)
	t.words.SetTone(tone)
}
