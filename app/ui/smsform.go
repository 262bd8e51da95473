package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// smsForm is the clinic's account at an SMS gateway, the one that takes over when it refuses, and what a message looks
// like.
type smsForm struct {
	w              *Window
	content        *fyne.Container
	first, reserve *gatewayForm
	number         *part.Field
	test, second   *testLine
	preview        *smsPreview
}

func newSMSForm(w *Window, touch func()) *smsForm {
	k := w.skin
	f := &smsForm{w: w, first: newGatewayForm(w, "settings.sms.gateway", touch), reserve: newGatewayForm(w, "settings.sms.reserve", touch)}
	f.number = k.NewField(w.t("settings.sms.testNumber"), "")
	f.test = newTestLine(w, w.t("settings.sms.test"), func() { f.try(false) })
	f.second = newTestLine(w, w.t("settings.sms.testReserve"), func() { f.try(true) })
	f.preview = newSMSPreview(w)
	f.content = part.Column(14, k.NewProse(part.SoftStyle(), w.t("settings.sms.text")), f.first.content, f.number, f.test.content,
		k.Rule(), f.reserve.content, f.second.content, k.Rule(), f.preview.content)
	return f
}

func (f *smsForm) try(reserve bool) {
	f.w.post(desk.DoTestSMS{Phone: f.number.Text(), Country: f.w.home.invite.country.Chosen(), Reserve: reserve})
}

func (f *smsForm) Render(s desk.Settings, edited bool) {
	f.first.Render(s.SMSGateways, s.SMS, edited)
	f.reserve.Render(s.SMSGateways, s.SMSReserve, edited)
	some := s.SMS.Gateway != "" || s.SMSReserve.Gateway != ""
	show(f.number, some)
	show(f.test.content, s.SMS.Gateway != "")
	show(f.second.content, s.SMSReserve.Gateway != "")
	f.test.Render(s.SMSTest, edited, s.SMS.Gateway != "")
	f.second.Render(s.SMSReserveTest, edited, s.SMSReserve.Gateway != "")
	f.preview.Render(s.SMSPreviews)
}

// forget empties the fields of secrets, once they are stored.
func (f *smsForm) forget() {
	f.first.forget()
	f.reserve.forget()
}

// check shows what is wrong with either account, and returns false when something is.
func (f *smsForm) check() bool { return f.first.check() && f.reserve.check() }

// gatewayForm is the choice of a gateway and the fields that the chosen one describes.
type gatewayForm struct {
	w       *Window
	content *fyne.Container
	choice  *part.Choice
	about   *part.Prose
	fields  *fyne.Container // a gatewayFields for each gateway that was chosen so far
	sets    map[string]*gatewayFields
	known   []desk.SMSGateway
	given   desk.SMSSettings
	touch   func()
}

func newGatewayForm(w *Window, label string, touch func()) *gatewayForm {
	k := w.skin
	f := &gatewayForm{w: w, sets: map[string]*gatewayFields{}, touch: touch, about: k.NewProse(part.SmallStyle(), ""), fields: part.Column(0)}
	f.choice = k.NewChoice(w.t(label), func(string) {
		f.arrange()
		touch()
	})
	f.content = part.Column(14, f.choice, f.about, f.fields)
	return f
}

// noGateway is the choice of none.
const noGateway = "none"

func (f *gatewayForm) Render(known []desk.SMSGateway, s desk.SMSSettings, edited bool) {
	f.known, f.given = known, s
	if !edited || f.choice.Chosen() == "" {
		options := []part.Option{{ID: noGateway, Words: f.w.t("settings.sms.none")}}
		for _, g := range known {
			words := g.Name
			if words == "" {
				words = f.w.t("settings.sms.own")
			}
			options = append(options, part.Option{ID: g.ID, Words: words})
		}
		chosen := s.Gateway
		if chosen == "" {
			chosen = noGateway
		}
		f.choice.SetOptions(options, chosen)
	}
	f.arrange()
}

// gateway is the one that is chosen.
func (f *gatewayForm) gateway() (desk.SMSGateway, bool) {
	for _, g := range f.known {
		if g.ID == f.choice.Chosen() {
			return g, true
		}
	}
	return desk.SMSGateway{}, false
}

// arrange shows the fields of the chosen gateway. Those of the others stay as they were typed.
func (f *gatewayForm) arrange() {
	g, ok := f.gateway()
	for id, set := range f.sets {
		show(set.content, ok && id == g.ID)
	}
	show(f.about, ok)
	show(f.fields, ok)
	if !ok {
		return
	}
	about := "settings.sms.noReports"
	switch {
	case g.Name == "":
		about = "settings.sms.template"
	case g.Reports:
		about = "settings.sms.reports"
	}
	f.about.Set(f.w.t(about))
	set := f.sets[g.ID]
	if set == nil {
		set = newGatewayFields(f.w, g, f.touch)
		f.sets[g.ID] = set
		f.fields.Add(set.content)
	}
	set.begin(f.given)
	f.fields.Refresh()
}

// chosen is the set of fields that counts, nil for none.
func (f *gatewayForm) chosen() *gatewayFields {
	g, ok := f.gateway()
	if !ok {
		return nil
	}
	return f.sets[g.ID]
}

func (f *gatewayForm) read() desk.SMSSettings {
	set := f.chosen()
	if set == nil || set.empty() {
		return desk.SMSSettings{}
	}
	return desk.SMSSettings{Gateway: set.gateway.ID, Values: set.values()}
}

// secret is what was typed, nil for what is stored.
func (f *gatewayForm) secret() *string {
	if set := f.chosen(); set != nil && set.secret != nil {
		return typed(set.secret)
	}
	return nil
}

func (f *gatewayForm) forget() {
	for _, set := range f.sets {
		if set.secret != nil {
			set.secret.SetText("")
		}
	}
}

func (f *gatewayForm) check() bool {
	set := f.chosen()
	return set == nil || set.empty() || set.check()
}

// gatewayFields are the fields of one gateway, as it describes them.
type gatewayFields struct {
	w       *Window
	gateway desk.SMSGateway
	content *fyne.Container
	fields  map[string]*part.Field
	choices map[string]*part.Choice
	begun   map[string]string // what was stored when a choice was shown
	secret  *part.Field
	kept    bool // a secret of this gateway is stored
}

// IDs of the fields that the form treats on their own.
const (
	fieldSecret = "secret"
	fieldSender = "sender"
)

func newGatewayFields(w *Window, g desk.SMSGateway, touch func()) *gatewayFields {
	s := &gatewayFields{w: w, gateway: g, fields: map[string]*part.Field{}, choices: map[string]*part.Choice{}, begun: map[string]string{}}
	var rows []fyne.CanvasObject
	for n := 0; n < len(g.Fields); n++ {
		d := g.Fields[n]
		if len(d.Options) > 0 && n+1 < len(g.Fields) { // a choice is short: what follows stands beside it
			n++
			rows = append(rows, part.TopRow(10, part.Wide(104, s.choose(d, touch)), part.Grow(s.field(g.Fields[n], touch))))
			continue
		}
		rows = append(rows, s.field(d, touch))
	}
	s.content = part.Column(14, rows...)
	return s
}

func (s *gatewayFields) field(d desk.SMSField, touch func()) *part.Field {
	f := s.w.skin.NewField(s.w.t("settings.sms."+d.Words), d.Hint).OnChange(func(string) { touch() })
	if d.Rows > 1 {
		f.Rows(d.Rows)
	}
	s.fields[d.ID] = f
	if d.ID == fieldSecret {
		s.secret = f.Secret()
	}
	return f
}

func (s *gatewayFields) choose(d desk.SMSField, touch func()) *part.Choice {
	c := s.w.skin.NewChoice(s.w.t("settings.sms."+d.Words), func(string) { touch() })
	options := make([]part.Option, len(d.Options))
	for n, o := range d.Options {
		options[n] = part.Option{ID: o, Words: o}
	}
	c.SetOptions(options, d.Default)
	s.choices[d.ID] = c
	return c
}

// begin puts in what is stored, where nobody has typed.
func (s *gatewayFields) begin(given desk.SMSSettings) {
	ours := given.Gateway == s.gateway.ID
	for _, d := range s.gateway.Fields {
		value := d.Default
		if v := given.Values[d.ID]; ours && v != "" {
			value = v
		}
		if c := s.choices[d.ID]; c != nil {
			if s.begun[d.ID] != value {
				s.begun[d.ID] = value
				c.Choose(value)
			}
			continue
		}
		if d.ID != fieldSecret {
			s.fields[d.ID].Begin(value)
		}
	}
	s.kept = ours && given.HasSecret
	if s.secret != nil {
		s.secret.SetHint(kept(s.w, s.kept))
	}
}

// empty says whether nothing was filled in at all: then the gateway was only looked at.
func (s *gatewayFields) empty() bool {
	for _, d := range s.gateway.Fields {
		if f := s.fields[d.ID]; f != nil && strings.TrimSpace(f.Text()) != d.Default {
			return false
		}
	}
	return !s.kept
}

func (s *gatewayFields) values() map[string]string {
	out := map[string]string{}
	for _, d := range s.gateway.Fields {
		if d.ID == fieldSecret {
			continue
		}
		text := ""
		if c := s.choices[d.ID]; c != nil {
			text = c.Chosen()
		} else {
			text = strings.TrimSpace(s.fields[d.ID].Text())
		}
		if text != "" {
			out[d.ID] = text
		}
	}
	return out
}

// check shows under each field what is wrong with it, and sets the keyboard to the first.
func (s *gatewayFields) check() bool {
	var first *part.Field
	for _, d := range s.gateway.Fields {
		f := s.fields[d.ID]
		if f == nil {
			continue
		}
		words := s.wrong(d, strings.TrimSpace(f.Text()))
		f.SetProblem(words)
		if words != "" && first == nil {
			first = f
		}
	}
	if first != nil {
		first.Focus()
	}
	return first == nil
}

func (s *gatewayFields) wrong(d desk.SMSField, text string) string {
	w, rule := s.w, s.gateway.Sender
	if text == "" && !d.Optional && d.Default == "" && !(d.ID == fieldSecret && s.kept) {
		return w.t("settings.sms.missing")
	}
	if d.ID != fieldSender {
		return ""
	}
	misfit := rule.Check(text)
	if misfit == "" {
		return ""
	}
	return w.t("settings.sms.sender."+string(misfit), "letters", strconv.Itoa(rule.Letters), "least", strconv.Itoa(rule.Least),
		"digits", strconv.Itoa(rule.Digits))
}

// smsPreview shows the invitation as it goes out, and how many messages it is.
type smsPreview struct {
	w        *Window
	content  *fyne.Container
	language *part.Choice
	text     *part.Prose
	count    *part.Prose
	given    []desk.SMSPreview
}

func newSMSPreview(w *Window) *smsPreview {
	k := w.skin
	p := &smsPreview{w: w, text: k.NewProse(part.BodyStyle(), ""), count: k.NewProse(part.SmallStyle(), "")}
	p.language = k.NewChoice(w.t("settings.sms.preview"), func(string) { p.fill() })
	box := part.Layers(k.NewPlate(part.RaisedTone, nil, 12), part.Pad(14, p.text))
	p.content = part.Column(10, p.language, box, p.count)
	return p
}

func (p *smsPreview) Render(given []desk.SMSPreview) {
	p.given = given
	show(p.content, len(given) > 0)
	if p.language.Chosen() == "" && len(given) > 0 {
		options := make([]part.Option, len(given))
		for n, g := range given {
			options[n] = part.Option{ID: g.Language, Words: p.w.t("language." + g.Language)}
		}
		p.language.SetOptions(options, given[0].Language)
	}
	p.fill()
}

func (p *smsPreview) fill() {
	for _, g := range p.given {
		if g.Language != p.language.Chosen() {
			continue
		}
		p.text.Set(g.Text)
		words, tone := "settings.sms.count.one", part.Soft
		switch {
		case g.Odd != "":
			words, tone = "settings.sms.count.odd", part.Wait
		case g.Segments > 1:
			words, tone = "settings.sms.count.many", part.Wait
		}
		p.count.Set(p.w.t(words, "segments", strconv.Itoa(g.Segments), "units", strconv.Itoa(g.Units), "room", strconv.Itoa(g.Room), "odd", g.Odd))
		p.count.SetTone(tone)
	}
}
