package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// mailForm is the clinic's mail account: at a known provider, where one signs in in the browser, or at any other by user
// name and password.
type mailForm struct {
	w                          *Window
	content                    *fyne.Container
	provider, way              *part.Choice
	clientID, tenant, client   *part.Field
	server                     *fyne.Container
	host, port, user, password *part.Field
	from, fromName             *part.Field
	security                   *part.Choice
	presets                    []desk.MailPreset
	account                    *mailSignInLine
	test                       *testLine
}

// Choices of the form that are no provider's ID.
const (
	otherProvider = "other"
	byBrowser     = "browser"
	byPassword    = "password"
)

func newMailForm(w *Window, touch func()) *mailForm {
	k := w.skin
	changed := func(string) { touch() }
	field := func(key string) *part.Field { return k.NewField(w.t("settings.mail."+key), "").OnChange(changed) }
	f := &mailForm{w: w, host: field("host"), port: field("port"), user: field("user"), from: field("from"), fromName: field("fromName"),
		clientID: field("clientId"), tenant: field("tenant")}
	f.provider = k.NewChoice(w.t("settings.mail.provider"), func(id string) { f.fill(id); touch() })
	f.way = k.NewChoice(w.t("settings.mail.way"), func(string) { touch() })
	f.host.SetHint(w.t("settings.mail.hostHint"))
	f.clientID.SetHint(w.t("settings.mail.clientIdHint"))
	f.tenant.SetHint(w.t("settings.mail.tenantHint"))
	f.password = k.NewField(w.t("settings.mail.password"), "").Secret().OnChange(changed)
	f.client = k.NewField(w.t("settings.mail.client"), "").Secret().OnChange(changed)
	f.security = k.NewChoice(w.t("settings.mail.security"), func(string) { touch() })
	f.account = newMailSignInLine(w)
	f.test = newTestLine(w, w.t("settings.mail.test"), func() { w.post(desk.DoTestMail{}) })
	f.server = part.Column(14, f.host, part.TopRow(10, part.Wide(104, f.port), part.Grow(f.security)))
	f.content = part.Column(14, k.NewProse(part.SoftStyle(), w.t("settings.mail.text")), f.provider, f.way, f.clientID, f.tenant, f.client,
		f.server, f.user, f.password, f.from, f.fromName, f.account.content, f.test.content)
	return f
}

// fill puts a known provider's server into the form.
func (f *mailForm) fill(id string) {
	if p, ok := f.preset(id); ok {
		f.host.Type(p.Host)
		f.port.Type(strconv.Itoa(p.Port))
		f.security.Choose(p.Security)
	}
}

func (f *mailForm) preset(id string) (desk.MailPreset, bool) {
	for _, p := range f.presets {
		if p.ID == id {
			return p, true
		}
	}
	return desk.MailPreset{}, false
}

func (f *mailForm) Render(s desk.Settings, edited bool) {
	w, m := f.w, s.Mail
	f.offer(s, edited)
	f.host.Begin(m.Host)
	port := ""
	if m.Port > 0 {
		port = strconv.Itoa(m.Port)
	}
	f.port.Begin(port)
	f.user.Begin(m.User)
	f.from.Begin(m.From)
	f.fromName.Begin(m.FromName)
	f.clientID.Begin(m.ClientID)
	f.tenant.Begin(m.Tenant)
	if !edited || f.security.Chosen() == "" {
		f.security.SetOptions([]part.Option{{ID: "starttls", Words: w.t("settings.mail.starttls")},
			{ID: "tls", Words: w.t("settings.mail.tls")}, {ID: "none", Words: w.t("settings.mail.none")}}, m.Security)
	}
	f.password.SetHint(kept(w, m.HasPassword))
	f.client.SetHint(kept(w, m.HasClient))
	f.showParts()
	p, _ := f.preset(m.Provider)
	f.account.Render(s.MailSignIn, p, edited || m.ClientID == "")
	f.test.Render(s.MailTest, edited, m.Host != "" && (!f.byToken() || s.MailSignIn.SignedIn))
}

// offer fills the two lists, and chooses in them unless a person has.
func (f *mailForm) offer(s desk.Settings, edited bool) {
	w, m := f.w, s.Mail
	f.presets = s.MailPresets
	if edited && f.provider.Chosen() != "" {
		return
	}
	var options []part.Option
	chosen, way := otherProvider, byBrowser
	for _, p := range s.MailPresets {
		options = append(options, part.Option{ID: p.ID, Words: p.Name})
		if p.ID == m.Provider {
			chosen = p.ID
		}
	}
	if m.ByPassword {
		way = byPassword
	}
	f.provider.SetOptions(append(options, part.Option{ID: otherProvider, Words: w.t("settings.mail.other")}), chosen)
	f.way.SetOptions([]part.Option{{ID: byBrowser, Words: w.t("settings.mail.byBrowser")}, {ID: byPassword, Words: w.t("settings.mail.byPassword")}}, way)
}

// byToken says whether what stands in the form signs in at a provider.
func (f *mailForm) byToken() bool {
	_, known := f.preset(f.provider.Chosen())
	return known && f.way.Chosen() != byPassword
}

// showParts shows what the chosen way of signing in asks for, and nothing else.
func (f *mailForm) showParts() {
	p, known := f.preset(f.provider.Chosen())
	token := f.byToken()
	show(f.way, known)
	show(f.server, !known)
	show(f.clientID, token)
	show(f.tenant, token && p.Tenant)
	show(f.client, token && p.Secret)
	show(f.password, !token)
	show(f.account.content, token)
}

// read returns what stands in the form; false after showing what is wrong.
func (f *mailForm) read() (desk.MailSettings, bool) {
	port, err := strconv.Atoi(strings.TrimSpace(f.port.Text()))
	empty := strings.TrimSpace(f.host.Text()) == ""
	if (err != nil || port < 1 || port > 65535) && !empty {
		f.port.SetProblem(f.w.t("settings.badPort"))
		f.port.Focus()
		return desk.MailSettings{}, false
	}
	f.port.SetProblem("")
	provider := f.provider.Chosen()
	if provider == otherProvider {
		provider = ""
	}
	return desk.MailSettings{
		Provider: provider, ByPassword: provider != "" && f.way.Chosen() == byPassword,
		ClientID: strings.TrimSpace(f.clientID.Text()), Tenant: strings.TrimSpace(f.tenant.Text()),
		Host: strings.TrimSpace(f.host.Text()), Port: port, Security: f.security.Chosen(), User: strings.TrimSpace(f.user.Text()),
		From: strings.TrimSpace(f.from.Text()), FromName: strings.TrimSpace(f.fromName.Text()),
	}, true
}

// forget empties the secrets' fields once they are stored.
func (f *mailForm) forget() {
	f.password.SetText("")
	f.client.SetText("")
}

// mailSignInLine signs in at the provider and says how that stands.
type mailSignInLine struct {
	w                               *Window
	content                         *fyne.Container
	words                           *part.Prose
	signIn, device, out, stop, copy *part.Button
	url                             string
}

func newMailSignInLine(w *Window) *mailSignInLine {
	k := w.skin
	v := &mailSignInLine{w: w, words: k.NewProse(part.SmallStyle(), "")}
	button := func(key string, press func()) *part.Button {
		return k.NewButton(part.Lined, w.t("settings.mail."+key), press)
	}
	v.signIn = button("signIn", func() { w.post(desk.DoMailSignIn{}) })
	v.device = button("signInDevice", func() { w.post(desk.DoMailSignIn{ByDevice: true}) })
	v.out = button("signOut", func() { w.post(desk.DoMailSignOut{}) })
	v.stop = button("stop", func() { w.post(desk.DoMailSignInStop{}) })
	v.copy = button("copy", func() { fyne.CurrentApp().Clipboard().SetContent(v.url) })
	v.content = part.Column(10, v.words, part.Row(10, v.signIn, v.device, v.out, v.stop, v.copy))
	return v
}

func (v *mailSignInLine) Render(s desk.MailSignIn, p desk.MailPreset, edited bool) {
	w := v.w
	v.url = s.URL
	words, tone := w.t("settings.mail.signedOut"), part.Soft
	switch {
	case s.Code != "":
		words, tone = w.t("settings.mail.onDevice", "url", s.CodeURL, "code", s.Code), part.Text
	case s.URL != "":
		words, tone = w.t("settings.mail.inBrowser"), part.Text
	case s.Busy:
		words = w.t("settings.mail.wait")
	case s.Problem != nil:
		words, tone = w.problem(s.Problem), part.Stop
	case s.Again:
		words, tone = w.t("settings.mail.signInAgain", "user", s.User), part.Stop
	case s.SignedIn:
		words, tone = w.t("settings.mail.signedIn", "user", s.User), part.Ok
	}
	v.words.Set(words)
	v.words.SetTone(tone)
	show(v.signIn, !s.Busy && !s.SignedIn)
	show(v.device, !s.Busy && !s.SignedIn && p.Device)
	show(v.out, !s.Busy && (s.SignedIn || s.Again))
	show(v.stop, s.Busy)
	show(v.copy, s.URL != "")
	v.signIn.SetEnabled(!edited)
	v.device.SetEnabled(!edited)
}
