package intake

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"legekonsultasjon/core/phone"
)

// Source is whatever has a list of appointments to fetch: a subscription now, and room for CalDAV and FHIR. Fetch returns
// the whole list as it is at the moment and may take until ctx ends; its errors are *Error.
type Source interface {
	Fetch(ctx context.Context, o Options) (List, error)
}

// Options are what a list is read with.
type Options struct {
	Now     time.Time // in the user's time zone, which is that of times without one
	Country string    // ISO 3166, of numbers without a code
}

// Bounds of a list.
const (
	MaxBytes = 4 << 20
	MaxRows  = 500
	MaxAhead = 92 // days from today; later events of a calendar are left out
)

// Row is one appointment of a list. Its number and address are valid, its number in E.164.
type Row struct {
	Request
	Line int    // of the file, from 1; 0 in a calendar
	UID  string // of the event, "" in a file of rows
}

// Trouble is a row that is not taken, and why.
type Trouble struct {
	Line int       // of the file, from 1; 0 in a calendar
	Code string    // of an Error
	At   time.Time // of the event, where it was understood
	Text string    // what stood there, cut short
}

// List is what was read: by time.
type List struct {
	Rows     []Row
	Troubles []Trouble
	Left     int // events that are no appointments of the days to come: over, called off, or far away
}

// Read reads a list of either kind, which its first bytes tell. The error is an *Error.
func Read(data []byte, o Options) (List, error) {
	if len(data) > MaxBytes {
		return List{}, &Error{CodeTooBig, ""}
	}
	head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 64)], []byte("\xEF\xBB\xBF")), " \r\n\t")
	if len(head) >= 15 && strings.EqualFold(string(head[:15]), "BEGIN:VCALENDAR") {
		return ReadICS(data, o)
	}
	return ReadCSV(data, o)
}

// finish sorts the list, leaves out what stands there twice, and bounds it.
func (l *List) finish() error {
	slices.SortStableFunc(l.Rows, func(a, b Row) int { return a.At.Compare(b.At) })
	type one struct{ phone, email, at string }
	seen := map[one]bool{}
	l.Rows = slices.DeleteFunc(l.Rows, func(r Row) bool {
		key := one{r.Phone, r.Email, r.At.UTC().String()}
		if seen[key] {
			l.Troubles = append(l.Troubles, Trouble{Line: r.Line, Code: CodeTwiceInList, At: r.At, Text: plain(r.Name, 60)})
		}
		twice := seen[key]
		seen[key] = true
		return twice
	})
	if len(l.Rows) > MaxRows {
		return &Error{CodeTooMany, ""}
	}
	slices.SortStableFunc(l.Troubles, func(a, b Trouble) int { return a.Line - b.Line })
	l.Troubles = l.Troubles[:min(len(l.Troubles), MaxRows)]
	return nil
}

// setContacts puts a number and an address into a request, valid or as an error.
func (r *Request) setContacts(number, address, country string) error {
	if number = strings.TrimSpace(number); number != "" {
		n, err := readNumber(number, country)
		if err != nil {
			return err
		}
		r.Phone, r.Country = n.E164, n.Country
	}
	if address = strings.TrimSpace(address); address != "" {
		a, err := phone.ParseAddress(address)
		if err != nil {
			return &Error{CodeEmailNotUnderstood, "email"}
		}
		r.Email = a.Mailbox()
	}
	if r.Phone == "" && r.Email == "" {
		return &Error{CodeNobody, ""}
	}
	return nil
}

func readNumber(text, country string) (phone.Number, error) {
	if upper := strings.ToUpper(text); strings.Contains(upper, "E+") {
		return phone.Number{}, &Error{CodePhoneMangled, "phone"}
	}
	n, err := phone.Parse(text, country)
	switch {
	case errors.Is(err, phone.ErrTooShort):
		return n, &Error{CodePhoneTooShort, "phone"}
	case errors.Is(err, phone.ErrTooLong):
		return n, &Error{CodePhoneTooLong, "phone"}
	case err != nil:
		return n, &Error{CodePhoneNotUnderstood, "phone"}
	case n.Kind == phone.Fixed:
		return n, &Error{CodePhoneFixed, "phone"}
	}
	return n, nil
}

// codeOf is the code of an *Error.
func codeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeUnread
}
