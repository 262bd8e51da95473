package intake

import (
	"bytes"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no table of zones by these names

	ical "github.com/arran4/golang-ical"

	"legekonsultasjon/core/phone"
)

// maxDepth bounds how deep components of a calendar lie in each other: an alarm in an event in the calendar is three.
const maxDepth = 8

// ReadICS reads the events of a calendar (RFC 5545) that hold a number or an address: as the attendee who is not the
// organizer, or anywhere in contact, summary, location and description. Events that are over, called off, whole days, or
// more than MaxAhead days away are counted in Left; so are those without anybody, which are no consultations. Events that
// repeat are Troubles. The error is an *Error.
func ReadICS(data []byte, o Options) (List, error) {
	switch {
	case len(data) > MaxBytes:
		return List{}, &Error{CodeTooBig, ""}
	case depth(data) > maxDepth:
		return List{}, &Error{CodeNotList, ""}
	}
	text, err := decode(data)
	if err != nil {
		return List{}, err
	}
	text = bytes.TrimLeft(text, " \r\n\t")
	if !bytes.HasPrefix(text, []byte("BEGIN:VCALENDAR")) {
		return List{}, &Error{CodeNotList, ""}
	}
	calendar, err := ical.ParseCalendarWithOptions(bytes.NewReader(text), ical.WithUnknownPropertyHandler(ical.AcceptUnknownPropertyHandler))
	if err != nil {
		return List{}, &Error{CodeNotList, ""}
	}
	var l List
	events := calendar.Events()
	if len(events) > 40*MaxRows {
		return List{}, &Error{CodeTooMany, ""}
	}
	for _, e := range events {
		l.addEvent(event{&e.ComponentBase}, o)
	}
	return l, l.finish()
}

// depth is how deep BEGIN lines lie in each other. The parser calls itself for each.
func depth(data []byte) (most int) {
	at := 0
	for line := range bytes.Lines(data) {
		switch {
		case bytes.HasPrefix(line, []byte("BEGIN")):
			at++
			most = max(most, at)
		case bytes.HasPrefix(line, []byte("END")):
			at--
		}
	}
	return most
}

// event is a VEVENT.
type event struct{ *ical.ComponentBase }

// value is a property's value, "" where there is none.
func (e event) value(name ical.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

func (l *List) addEvent(e event, o Options) {
	at, code := e.time(ical.ComponentPropertyDtStart, o)
	summary := plain(e.value(ical.ComponentPropertySummary), 60)
	switch {
	case strings.EqualFold(e.value(ical.ComponentPropertyStatus), "CANCELLED"), code == CodeAllDay:
		l.Left++
		return
	case code != "":
		l.Troubles = append(l.Troubles, Trouble{Code: code, Text: summary})
		return
	case e.value(ical.ComponentPropertyRrule) != "" || e.value("RDATE") != "":
		l.Troubles = append(l.Troubles, Trouble{Code: CodeRepeats, At: at, Text: summary})
		return
	case at.Before(o.Now.Add(-time.Minute)), at.After(o.Now.AddDate(0, 0, MaxAhead)):
		l.Left++
		return
	}
	row := Row{Request: Request{At: at, Length: e.length(at, o)}, UID: e.uid()}
	number, address := e.contacts(o.Country)
	if number == "" && address == "" {
		l.Left++
		return
	}
	row.Name = plain(without(e.value(ical.ComponentPropertySummary), number, address), MaxName)
	if err := row.setContacts(number, address, o.Country); err != nil {
		l.Troubles = append(l.Troubles, Trouble{Code: codeOf(err), At: at, Text: summary})
		return
	}
	if err := row.Check(o.Now); err != nil {
		l.Troubles = append(l.Troubles, Trouble{Code: codeOf(err), At: at, Text: summary})
		return
	}
	l.Rows = append(l.Rows, row)
}

// uid names the event, and of a series the one.
func (e event) uid() string {
	uid := e.value(ical.ComponentPropertyUniqueId)
	if id := e.value("RECURRENCE-ID"); uid != "" && id != "" {
		uid += " " + id
	}
	return uid[:min(len(uid), 512)]
}

// length is how long the event is, 0 where that is not said or is no consultation.
func (e event) length(at time.Time, o Options) time.Duration {
	end, code := e.time(ical.ComponentPropertyDtEnd, o)
	n := end.Sub(at)
	if code != "" {
		n = minutes(e.value("DURATION"))
	}
	if n < MinLength || n > MaxLength {
		return 0
	}
	return n
}

// minutes reads a DURATION of the forms that appointments have: PT20M, PT1H, PT1H30M.
func minutes(text string) time.Duration {
	rest, ok := strings.CutPrefix(strings.ToUpper(text), "PT")
	if !ok || len(rest) > 12 {
		return 0
	}
	n, err := time.ParseDuration(strings.ToLower(rest))
	if err != nil {
		return 0
	}
	return n
}

// time reads DTSTART or DTEND (RFC 5545, 3.3.5), or returns a code.
func (e event) time(name ical.ComponentProperty, o Options) (time.Time, string) {
	p := e.GetProperty(name)
	if p == nil {
		return time.Time{}, CodeTime
	}
	text := p.Value
	if len(text) == len("20261124") {
		return time.Time{}, CodeAllDay
	}
	if t, err := time.Parse("20060102T150405Z", text); err == nil {
		return t.In(o.Now.Location()), ""
	}
	zone := o.Now.Location()
	if id := p.ICalParameters["TZID"]; len(id) > 0 {
		var ok bool
		if zone, ok = zoneOf(id[0]); !ok {
			return time.Time{}, CodeZone
		}
	}
	t, err := time.ParseInLocation("20060102T150405", text, zone)
	if err != nil {
		return time.Time{}, CodeTime
	}
	return t.In(o.Now.Location()), ""
}

// zoneOf finds a zone by the names of the tz database, also with a maker's prefix, or by those that Microsoft's programs
// write for the zones of northern Europe.
func zoneOf(id string) (*time.Location, bool) {
	id = strings.Trim(id, `"`)
	switch id {
	case "W. Europe Standard Time", "Central Europe Standard Time", "Romance Standard Time", "Central European Standard Time":
		id = "Europe/Oslo"
	case "FLE Standard Time":
		id = "Europe/Helsinki"
	case "GMT Standard Time":
		id = "Europe/London"
	case "Greenwich Standard Time":
		id = "Atlantic/Reykjavik"
	case "", "Local":
		return nil, false
	}
	if parts := strings.Split(id, "/"); strings.HasPrefix(id, "/") && len(parts) > 2 {
		id = strings.Join(parts[len(parts)-2:], "/")
	}
	zone, err := time.LoadLocation(id)
	return zone, err == nil
}

// contacts finds who is to come.
func (e event) contacts(country string) (number, address string) {
	for _, p := range e.Properties {
		if strings.EqualFold(p.IANAToken, "ATTENDEE") && !e.organizes(p.Value) {
			if n, a := contact(p.Value, country); n != "" || a != "" {
				return n, a
			}
		}
	}
	text := strings.Join([]string{e.value("CONTACT"), e.value(ical.ComponentPropertySummary), e.value(ical.ComponentPropertyLocation),
		e.value(ical.ComponentPropertyDescription)}, "\n")
	n, _ := phone.FindNumber(text, country)
	a, _ := phone.FindAddress(text)
	if e.organizes("mailto:" + a.Mailbox()) {
		a = phone.Address{}
	}
	return n.E164, a.Mailbox()
}

// organizes reports whether a calendar address is the organizer's: the clinic.
func (e event) organizes(address string) bool {
	return strings.EqualFold(strings.TrimSpace(e.value(ical.ComponentPropertyOrganizer)), strings.TrimSpace(address))
}

// contact reads a calendar address (RFC 5545, 3.3.3): "mailto:" or "tel:".
func contact(uri, country string) (number, address string) {
	scheme, rest, _ := strings.Cut(uri, ":")
	switch strings.ToLower(scheme) {
	case "mailto":
		if a, err := phone.ParseAddress(rest); err == nil {
			return "", a.Mailbox()
		}
	case "tel", "sms":
		if n, err := phone.Parse(rest, country); err == nil {
			return n.E164, ""
		}
	}
	return "", ""
}

// without takes number and address out of a summary, so that the rest is a name.
func without(summary, number, address string) string {
	if address != "" {
		summary = strings.ReplaceAll(summary, address, "")
	}
	if number != "" {
		summary = phone.Without(summary)
	}
	return strings.Trim(strings.TrimSpace(summary), " ,;:-–()<>")
}
