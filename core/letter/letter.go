// Package letter writes what a patient reads: the e-mail with its calendar entry and the SMS, in the language of the
// invitation. It is given plain values and fills the catalogue's words with them; it decides nothing.
//
// An appointment's letters, in the order of its life: Invitation (link and PIN in one), or Information at once and
// Reminder or PIN nearer the time; NewPIN when the tries are spent; Moved; Cancellation.
package letter

import (
	"time"

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
	Link        string    // "" leaves it out, where the link goes another way than the PIN
	PIN         string    // "" leaves it out
	PINComes    PINWay    // how a PIN that is not in this letter comes
	TypedCode   string    // for e-mail
	Host        string    // where a typed code is typed
	UID         string    // of the calendar entry: the same in all letters of an appointment
	Sequence    int       // of the calendar entry: greater with every move, and with the cancellation (RFC 5546 section 2.1.4)
	From, To    string    // e-mail addresses, for the calendar entry
}

// PINWay is how the patient gets the PIN when a letter does not hold it.
type PINWay string

const (
	PINHere   PINWay = ""      // it stands in this letter or in an earlier one
	PINLater  PINWay = "later" // in a message of its own, before the appointment
	PINBySMS  PINWay = "sms"   // by SMS, at about the same time as this letter
	PINByMail PINWay = "email" // by e-mail, at about the same time
	PINAloud  PINWay = "aloud" // read aloud on the telephone
)

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
func Invitation(f Facts) (Letter, error) { return invite(f, "invitation") }

// Information is the invitation without the PIN, whatever Facts hold: sent when the appointment is made. PINComes says
// how the PIN comes; PINHere is taken as PINLater.
func Information(f Facts) (Letter, error) {
	f.PIN = ""
	if f.PINComes == PINHere {
		f.PINComes = PINLater
	}
	return invite(f, "information")
}

// invite brings link and calendar entry, and all that helps to prepare.
func invite(f Facts, kind string) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	blocks := append([]block{w.words(kind + ".lead")}, w.steps()...)
	blocks = append(blocks, block{kind: paragraph, text: w.t("prepare")})
	blocks = append(blocks, w.byHand()...)
	blocks = append(blocks, block{kind: paragraph, text: w.t("help")}, block{kind: small, text: w.t("privacy")})
	l := w.letter(kind, blocks)
	l.Calendar, l.Method = w.event().Encode(ics.Request), ics.Request
	return l, nil
}

// Reminder brings the PIN, and the link once more, shortly before the appointment or when the doctor sends the PIN.
// The calendar entry is left as it stands.
func Reminder(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	blocks := append([]block{w.words("reminder.lead")}, w.steps()...)
	blocks = append(blocks, w.byHand()...)
	return w.letter("reminder", append(blocks, block{kind: paragraph, text: w.t("help")})), nil
}

// PIN brings the PIN alone, whatever Facts hold: the half that goes another way than the link.
func PIN(f Facts) (Letter, error) {
	f.Link, f.TypedCode = "", ""
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	return w.letter("pin", []block{
		w.words("pin.lead"),
		{kind: pin, text: f.PIN},
		{kind: paragraph, text: w.t("help")},
	}), nil
}

// NewPIN brings a PIN for a link that was sent before.
func NewPIN(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	blocks := append([]block{
		w.words("newPIN.lead"),
		{kind: pin, text: f.PIN},
		{kind: link, text: f.Link},
	}, w.byHand()...)
	return w.letter("newPIN", append(blocks, block{kind: paragraph, text: w.t("help")})), nil
}

// Moved says the new time and moves the calendar entry: the same UID, a greater Sequence. The link is the old one. A PIN
// that was not given yet comes as PINComes says; with PINHere and no PIN nothing is said of it.
func Moved(f Facts) (Letter, error) {
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	blocks := append([]block{w.words("moved.lead")}, w.steps()...)
	blocks = append(blocks, w.byHand()...)
	l := w.letter("moved", append(blocks, block{kind: paragraph, text: w.t("help")}, block{kind: small, text: w.t("privacy")}))
	l.Calendar, l.Method = w.event().Encode(ics.Request), ics.Request
	return l, nil
}

// Cancellation says that the appointment is off, and takes it out of the calendar.
func Cancellation(f Facts) (Letter, error) {
	f.Link, f.TypedCode, f.PIN = "", "", ""
	w, err := newWriter(f)
	if err != nil {
		return Letter{}, err
	}
	l := w.letter("cancelled", []block{w.words("cancelled.lead"), {kind: paragraph, text: w.t("help")}})
	event := w.event()
	event.Description = w.t("calendar.cancelled")
	l.Calendar, l.Method = event.Encode(ics.Cancel), ics.Cancel
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
