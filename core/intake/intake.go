// Package intake reads what journals and booking systems hand over: one invitation by an address of the URL scheme, a
// day's list as CSV, a calendar as iCalendar. What it reads is a wish and nothing more: the desk shows every one of them
// in the verify dialog before anything is made or sent. One file for each way in; whatever has a list (CalDAV, FHIR) is
// one more Source.
package intake

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Request is one invitation that somebody wishes for. Its texts are as they were given and are not trusted.
type Request struct {
	Phone    string        `json:"phone,omitempty"`    // with or without the code of its country
	Country  string        `json:"country,omitempty"`  // ISO 3166, of a number without a code; "" is the one chosen in the window
	Email    string        `json:"email,omitempty"`    // one address
	At       time.Time     `json:"at,omitzero"`        // of the appointment; zero is now
	Length   time.Duration `json:"length,omitempty"`   // zero is the usual one
	Language string        `json:"language,omitempty"` // of the letter: "nb", "nn", "en"; "" is the last one used
	Name     string        `json:"name,omitempty"`     // name or initials, for the doctor only
	Note     string        `json:"note,omitempty"`     // for the doctor only
}

// Longest texts of a Request, in characters.
const (
	MaxName    = 80
	MaxNote    = 500
	MaxContact = 320
)

// MinLength and MaxLength bound an appointment.
const (
	MinLength = 5 * time.Minute
	MaxLength = 4 * time.Hour
)

// Codes of an Error. The catalogue has words for them under "intake.".
const (
	CodeNotThisScheme = "notThisScheme" // no address of this program
	CodeTwice         = "twice"         // a parameter stands there more than once
	CodeText          = "text"          // control characters, or no UTF-8
	CodeTooLong       = "tooLong"
	CodeNobody        = "nobody" // neither number nor address
	CodeTime          = "time"   // a time that cannot be read
	CodeNoSuchTime    = "noSuchTime"
	CodeTimePast      = "timePast"
	CodeTimeFar       = "timeFar"
	CodeLength        = "length"
	CodeLanguage      = "language"

	CodePhoneTooShort      = "phoneTooShort"
	CodePhoneTooLong       = "phoneTooLong"
	CodePhoneFixed         = "phoneFixed"
	CodePhoneNotUnderstood = "phoneNotUnderstood"
	CodePhoneMangled       = "phoneMangled" // a spreadsheet made 4.79877E+10 of it
	CodeEmailNotUnderstood = "emailNotUnderstood"
	CodeTwiceInList        = "twiceInList"

	CodeTooBig   = "tooBig"
	CodeTooMany  = "tooMany"
	CodeNoHeader = "noHeader" // no line that names a time and a number or address
	CodeNoRows   = "noRows"
	CodeQuotes   = "quotes"
	CodeUnread   = "unread" // a file that cannot be read
	CodeNotList  = "notList"
	CodeRepeats  = "repeats" // an event that comes again and again
	CodeZone     = "zone"    // a time zone that is not known
	CodeAllDay   = "allDay"

	CodeNotHTTPS   = "notHTTPS"
	CodeNoAnswer   = "noAnswer"
	CodeNoCalendar = "noCalendar"
	CodeNotAllowed = "notAllowed"
	CodeGone       = "gone"
)

// Error says by a stable code why something is not taken, and where known in which field.
type Error struct {
	Code  string
	Field string // "phone", "email", "at", "lang", "length", "name", "note" or ""
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Code
	}
	return e.Code + ": " + e.Field
}

// Check reports as an *Error what makes a request one that nobody can mean. Whether the number is one the verify dialog
// says.
func (r Request) Check(now time.Time) error {
	if r.Phone == "" && r.Email == "" {
		return &Error{CodeNobody, ""}
	}
	for _, f := range []struct {
		name, text string
		most       int
	}{
		{"phone", r.Phone, MaxContact}, {"country", r.Country, 2}, {"email", r.Email, MaxContact},
		{"name", r.Name, MaxName}, {"note", r.Note, MaxNote},
	} {
		if err := checkText(f.text, f.most); err != "" {
			return &Error{err, f.name}
		}
	}
	switch {
	case r.Language != "" && r.Language != "nb" && r.Language != "nn" && r.Language != "en":
		return &Error{CodeLanguage, "lang"}
	case r.Length != 0 && (r.Length < MinLength || r.Length > MaxLength):
		return &Error{CodeLength, "length"}
	case r.At.IsZero():
		return nil
	case r.At.Before(now.Add(-time.Minute)):
		return &Error{CodeTimePast, "at"}
	case r.At.After(now.AddDate(1, 0, 0)):
		return &Error{CodeTimeFar, "at"}
	}
	return nil
}

// checkText returns a code or "".
func checkText(text string, most int) string {
	switch {
	case !utf8.ValidString(text):
		return CodeText
	case utf8.RuneCountInString(text) > most:
		return CodeTooLong
	case strings.ContainsFunc(text, unicode.IsControl):
		return CodeText
	}
	return ""
}

// plain makes one line of a text: control characters become spaces, and spaces one.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), most)])
}
