package letter

import (
	"strings"
	"time"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/ics"
	"legekonsultasjon/core/phone"
)

// writer fills the words of one language with the facts of one letter.
type writer struct {
	facts     Facts
	catalogue *i18n.Catalogue
	args      map[string]string
}

func newWriter(f Facts) (*writer, error) {
	c, err := i18n.Load(i18n.Letter, f.Language)
	if err != nil {
		return nil, err
	}
	// Never "i dag" or "i morgen": nobody knows when a letter is read.
	when, short := i18n.On(c.Language, f.At, f.Written.In(f.At.Location())), i18n.Short(c.Language, f.At)
	if f.Now {
		when = c.Text("now", nil)
		short = when
	}
	return &writer{f, c, map[string]string{
		"clinic": line(f.Clinic), "phone": line(f.ClinicPhone), "doctor": line(f.Doctor), "when": when, "short": short,
		"link": f.Link, "pin": f.PIN, "host": f.Host,
	}}, nil
}

// line keeps a name on its line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

func (w *writer) t(key string) string { return w.catalogue.Text(key, w.args) }

func (w *writer) words(key string) block { return block{kind: lead, text: w.t(key)} }

// steps are what the patient does with link and PIN, or how the PIN comes.
func (w *writer) steps() []block {
	f := w.facts
	var out []block
	if f.Link != "" {
		out = append(out, block{kind: heading, text: w.t("step.link")}, block{kind: link, text: f.Link})
	}
	switch {
	case f.PIN != "":
		out = append(out, block{kind: heading, text: w.t("step.pin")}, block{kind: pin, text: f.PIN})
	case f.PINComes != PINHere:
		out = append(out, block{kind: heading, text: w.t("step.pinComes")}, block{kind: under, text: w.t("pinComes." + string(f.PINComes))})
	}
	return out
}

// byHand is the code for those whose link does not work.
func (w *writer) byHand() []block {
	if w.facts.TypedCode == "" {
		return nil
	}
	return []block{{kind: small, text: w.t("typedCode")}, {kind: code, text: w.facts.TypedCode}}
}

func (w *writer) letter(kind string, blocks []block) Letter {
	subject := w.t(kind + ".subject")
	return Letter{
		Subject: subject,
		Text:    plain(blocks),
		HTML:    page(w.catalogue.Language, subject, w.t("button"), blocks),
		SMS:     w.sms(kind),
	}
}

// sms is the kind's SMS; without a link its bare form, and where it takes more than one segment, because a name is long,
// its shorter form, if there is one.
func (w *writer) sms(kind string) string {
	if w.facts.Link == "" && w.catalogue.Has(kind+".sms.bare") {
		return w.t(kind + ".sms.bare")
	}
	text := strings.TrimSpace(w.t(kind + ".sms"))
	if n, _ := Segments(text); n > 1 && w.catalogue.Has(kind+".sms.short") {
		return strings.TrimSpace(w.t(kind + ".sms.short"))
	}
	return text
}

// event is the calendar entry. Calendars are shared and synchronised: what opens the door is not among the words that it
// is made of.
func (w *writer) event() ics.Event {
	f := w.facts
	way := "pinComes.here"
	if f.PIN == "" && f.PINComes != PINHere {
		way = "pinComes." + string(f.PINComes)
	}
	description := w.catalogue.Text("calendar.description", map[string]string{
		"pinComes": w.catalogue.Text(way, nil), "link": f.Link, "phone": w.args["phone"],
	})
	summary := w.t("calendar.summary")
	return ics.Event{
		UID: f.UID, Sequence: f.Sequence, Stamp: f.Written, Start: named(f.At), Length: f.Length,
		Summary: summary, Description: description,
		Organizer: wire(f.From), Clinic: line(f.Clinic), Attendee: wire(f.To),
		Alarms: f.alarms(), AlarmText: summary,
	}
}

// alarms are a day and a quarter of an hour before, as far as those times are still to come: a calendar may sound one that has
// passed as soon as it gets the entry.
func (f Facts) alarms() (out []time.Duration) {
	for _, before := range []time.Duration{24 * time.Hour, 15 * time.Minute} {
		if f.At.Add(-before).After(f.Written) {
			out = append(out, before)
		}
	}
	return out
}

// wire is an address the way the letter's header has it: the organizer must be the sender, letter by letter. What cannot
// be read stays as it is; the letter is refused elsewhere.
func wire(text string) string {
	a, err := phone.ParseAddress(text)
	if err != nil {
		return text
	}
	if s, err := a.Wire(); err == nil {
		return s
	}
	return text
}
