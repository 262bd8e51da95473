// Package letter writes what a patient reads: the e-mail with its calendar entry and the SMS, in the language of the
// invitation. It is given plain values and fills the catalogue's words with them; it decides nothing.
package letter

import (
	"strings"
	"time"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/ics"
)

// Facts are what a letter tells. Texts may hold any characters.
type Facts struct {
	Language    string // "nb", "nn", "en"
	Clinic      string
	ClinicPhone string // as people read it
	Doctor      string
	At          time.Time // in the clinic's time zone
	Now         bool      // the consultation begins at once
	Length      time.Duration
	Written     time.Time // when the letter is written: another year than its own is said
	Link        string
	PIN         string // "" leaves it out
	TypedCode   string // for e-mail
	Host        string // where a typed code is typed
	UID         string // of the calendar entry
	Sequence    int
	From, To    string // e-mail addresses, for the calendar entry
}

// String keeps the secrets out of logs.
func (Facts) String() string { return "[letter]" }

// GoString keeps the secrets out of logs.
func (Facts) GoString() string { return "[letter]" }

// Letter is what goes out.
type Letter struct {
	Subject, Text, HTML string
	Calendar            []byte
	Method              ics.Method
	SMS                 string
}

// String keeps the secrets out of logs.
func (Letter) String() string { return "[letter]" }

// GoString keeps the secrets out of logs.
func (Letter) GoString() string { return "[letter]" }

// Invitation is link, PIN and all that helps to arrive.
func Invitation(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	l := w.letter("invitation", []block{
		w.words("invitation.lead"),
		{kind: heading, text: w.t("step.link")},
		{kind: link, text: f.Link},
		{kind: heading, text: w.t("step.pin")},
		{kind: pin, text: f.PIN},
		{kind: paragraph, text: w.t("prepare")},
		{kind: small, text: w.t("typedCode")},
		{kind: code, text: f.TypedCode},
		{kind: paragraph, text: w.t("help")},
		{kind: small, text: w.t("privacy")},
	})
	l.Calendar, l.Method = w.event().Encode(ics.Request), ics.Request
	return l, nil
}

// NewPIN brings a PIN for a link that was sent before.
func NewPIN(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	return w.letter("newPIN", []block{
		w.words("newPIN.lead"),
		{kind: pin, text: f.PIN},
		{kind: link, text: f.Link},
		{kind: paragraph, text: w.t("help")},
	}), nil
}

// Cancellation says that the appointment is off, and takes it out of the calendar.
func Cancellation(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	l := w.letter("cancelled", []block{w.words("cancelled.lead"), {kind: paragraph, text: w.t("help")}})
	l.Calendar, l.Method = w.event().Encode(ics.Cancel), ics.Cancel
	return l, nil
}

// Trial is the settings' test letter.
func Trial(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	return w.letter("trial", []block{w.words("trial.lead")}), nil
}

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

func (w *writer) letter(kind string, blocks []block) Letter {
	subject := w.t(kind + ".subject")
	return Letter{
		Subject: subject,
		Text:    plain(blocks),
		HTML:    page(w.catalogue.Language, subject, w.t("button"), blocks),
		SMS:     w.t(kind + ".sms"),
	}
}

func (w *writer) event() ics.Event {
	return ics.Event{
		UID: w.facts.UID, Sequence: w.facts.Sequence, Stamp: w.facts.Written, Start: w.facts.At, Length: w.facts.Length,
		Summary: w.t("calendar.summary"), Description: w.t("calendar.description"),
		Organizer: w.facts.From, Clinic: line(w.facts.Clinic), Attendee: w.facts.To,
		Alarms: []time.Duration{24 * time.Hour, 15 * time.Minute}, AlarmText: w.t("calendar.summary"),
	}
}
