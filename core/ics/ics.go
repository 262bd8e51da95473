// Package ics writes calendar entries (RFC 5545) as invitations and cancellations (RFC 5546, iTIP) for one event with
// one attendee. What it writes ends up in shared and synchronised calendars: the caller gives it nothing that opens
// the door by itself.
package ics

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Method is the iTIP method of RFC 5546, section 1.4.
type Method string

const (
	Request Method = "REQUEST" // section 3.2.2
	Cancel  Method = "CANCEL"  // section 3.2.5
)

// Event is one appointment. Texts may hold any characters.
type Event struct {
	UID         string // RFC 5545 section 3.8.4.7
	Sequence    int    // section 3.8.7.4: raised by one with every change that is sent
	Stamp       time.Time
	Start       time.Time // its location names the time zone (IANA)
	Length      time.Duration
	Summary     string // neutral: what others may read over a shoulder
	Description string
	Location    string
	Organizer   string          // e-mail address, equal to the letter's From
	Clinic      string          // the organizer's name
	Attendee    string          // e-mail address
	Alarms      []time.Duration // before the start
	AlarmText   string
}

// Encode writes the entry as UTF-8 with CRLF, folded at 75 octets.
func (e Event) Encode(m Method) []byte {
	w := new(writer)
	w.line("BEGIN:VCALENDAR")
	w.line("PRODID:-//Legekonsultasjon//Legekonsultasjon//NO")
	w.line("VERSION:2.0")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:" + string(m))
	zone := e.zone(w)
	e.event(w, m, zone)
	w.line("END:VCALENDAR")
	return w.Bytes()
}

func (e Event) event(w *writer, m Method, zone func(time.Time) string) {
	w.line("BEGIN:VEVENT")
	w.line("UID:" + text(e.UID))
	w.line("DTSTAMP:" + e.Stamp.UTC().Format(utcForm))
	w.line("DTSTART" + zone(e.Start))
	w.line("DTEND" + zone(e.Start.Add(e.Length)))
	w.line(fmt.Sprintf("SEQUENCE:%d", e.Sequence))
	w.line("SUMMARY:" + text(e.Summary))
	w.line("DESCRIPTION:" + text(e.Description))
	if e.Location != "" {
		w.line("LOCATION:" + text(e.Location))
	}
	w.line("ORGANIZER;CN=" + quoted(e.Clinic) + ":mailto:" + address(e.Organizer))
	w.line("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:" + address(e.Attendee))
	w.line("CLASS:PRIVATE")
	w.line("TRANSP:OPAQUE")
	if m == Cancel {
		w.line("STATUS:CANCELLED")
	} else {
		w.line("STATUS:CONFIRMED")
		e.alarms(w)
	}
	w.line("END:VEVENT")
}

func (e Event) alarms(w *writer) {
	for _, before := range e.Alarms {
		w.line("BEGIN:VALARM")
		w.line("ACTION:DISPLAY")
		w.line("TRIGGER:-PT" + fmt.Sprintf("%dM", int(before.Minutes())))
		w.line("DESCRIPTION:" + text(e.AlarmText))
		w.line("END:VALARM")
	}
}

const (
	localForm = "20060102T150405"
	utcForm   = "20060102T150405Z"
)

// zone writes the VTIMEZONE of the start's location as the two changes around it (section 3.6.5), and returns what says
// a time in it, to stand behind a property's name. A location without an IANA name, such as the machine's own, has no
// zone that others could know: its times are said in UTC (section 3.3.5, form 2), which calendars show in local time.
func (e Event) zone(w *writer) func(time.Time) string {
	loc := e.Start.Location()
	if !strings.Contains(loc.String(), "/") {
		return func(t time.Time) string { return ":" + t.UTC().Format(utcForm) }
	}
	w.line("BEGIN:VTIMEZONE")
	w.line("TZID:" + loc.String())
	begin, next := e.Start.ZoneBounds()
	observance(w, begin, e.Start)
	if !next.IsZero() && next.Before(e.Start.AddDate(1, 0, 0)) {
		observance(w, next, next)
	}
	w.line("END:VTIMEZONE")
	return func(t time.Time) string { return ";TZID=" + loc.String() + ":" + t.In(loc).Format(localForm) }
}

// observance is one stretch of a zone: it began at the instant begin, and within is a time of it.
func observance(w *writer, begin, within time.Time) {
	name, offset := within.Zone()
	kind := "STANDARD"
	if within.IsDST() {
		kind = "DAYLIGHT"
	}
	from, start := offset, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	if !begin.IsZero() {
		_, from = begin.Add(-time.Second).Zone()
		start = begin.UTC().Add(time.Duration(from) * time.Second) // DTSTART is in the time before the change
	}
	w.line("BEGIN:" + kind)
	w.line("DTSTART:" + start.Format(localForm))
	w.line("TZOFFSETFROM:" + offsetText(from))
	w.line("TZOFFSETTO:" + offsetText(offset))
	w.line("TZNAME:" + text(name))
	w.line("END:" + kind)
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
}

// text escapes a TEXT value (section 3.3.11); other control characters have no place in one and are dropped. What some
// parsers take for the end of a line becomes an escaped one.
func text(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case control(r) && r != '\t':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quoted is a parameter value (section 3.2): no quotes, no control characters.
func quoted(s string) string {
	return `"` + strings.Map(func(r rune) rune {
		if control(r) || r == '"' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s) + `"`
}

// control says what could end a line, here or for a parser with wider ideas of one.
func control(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// address is what stands behind "mailto:" (RFC 6068): on its line, and nothing in it read as more than an address.
func address(s string) string {
	s = strings.Map(func(r rune) rune {
		if control(r) || r == ' ' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23").Replace(s)
}

// writer folds content lines at 75 octets without splitting a character (section 3.1).
type writer struct{ bytes.Buffer }

func (w *writer) line(s string) {
	const limit = 75
	room := limit
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.WriteString(s[:cut])
		w.WriteString("\r\n ")
		s, room = s[cut:], limit-1
	}
	w.WriteString(s)
	w.WriteString("\r\n")
}
