// Package phone reads telephone numbers and e-mail addresses as people type and paste them, by Google's libphonenumber
// rules (E.164), and says numbers in the groups in which they are read aloud.
package phone

import (
	"errors"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Reasons why a text is no number. The window has words for each.
var (
	ErrEmpty      = errors.New("no number")
	ErrTooShort   = errors.New("too few digits")
	ErrTooLong    = errors.New("too many digits")
	ErrNotANumber = errors.New("not a number of that country")
)

// Kind is what sort of line a number is.
type Kind int

const (
	Unknown Kind = iota
	Mobile
	Fixed
)

// Number is a valid telephone number.
type Number struct {
	E164    string // "+4798765432"
	Country string // ISO 3166, "NO"; "" for numbers of no country
	Kind    Kind
}

// maxText bounds what is looked at: pasted text may be anything.
const maxText = 4096

// Parse reads a number as typed or pasted: spaces, dashes, "Tlf:", a leading + or 00 are all taken. A number without a
// country code belongs to country (ISO 3166).
func Parse(text, country string) (Number, error) {
	digits := clean(text)
	if digits == "" {
		return Number{}, ErrEmpty
	}
	n, err := phonenumbers.Parse(digits, country)
	switch {
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return Number{}, ErrTooLong
	case err != nil:
		return Number{}, tooShortOr(digits, country, ErrNotANumber)
	}
	if !phonenumbers.IsValidNumber(n) {
		if phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.TOO_LONG {
			return Number{}, ErrTooLong
		}
		national := phonenumbers.GetNationalSignificantNumber(n)
		return Number{}, tooShortOr(national, phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode())), ErrNotANumber)
	}
	return Number{E164: phonenumbers.Format(n, phonenumbers.E164), Country: phonenumbers.GetRegionCodeForNumber(n), Kind: kindOf(n)}, nil
}

// tooShortOr is ErrTooShort where a mobile number of the country has more digits. Some countries have valid numbers of
// very few digits, so the library itself calls hardly anything too short.
func tooShortOr(national, country string, otherwise error) error {
	example := phonenumbers.GetExampleNumberForType(country, phonenumbers.MOBILE)
	if example != nil && len(national) < len(phonenumbers.GetNationalSignificantNumber(example)) {
		return ErrTooShort
	}
	return otherwise
}

// clean drops everything around the digits and keeps one leading plus.
func clean(text string) string {
	var b strings.Builder
	for _, r := range cut(text) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0:
			b.WriteByte('+')
		}
	}
	digits := b.String()
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return "+" + rest
	}
	if digits == "+" {
		return ""
	}
	return digits
}

func kindOf(n *phonenumbers.PhoneNumber) Kind {
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return Mobile
	case phonenumbers.FIXED_LINE, phonenumbers.VOIP, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST, phonenumbers.PREMIUM_RATE:
		return Fixed
	}
	return Unknown
}

// Grouped is the number as people say it: Norwegian mobile numbers in 3-2-3 ("+47 987 65 432"), others in the groups of
// their country.
func (n Number) Grouped() string {
	if d, ok := strings.CutPrefix(n.E164, "+47"); ok && n.Kind == Mobile && len(d) == 8 {
		return "+47 " + d[:3] + " " + d[3:5] + " " + d[5:]
	}
	p, err := phonenumbers.Parse(n.E164, "")
	if err != nil {
		return n.E164
	}
	return phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
}

// String keeps numbers out of logs.
func (Number) String() string { return "[number]" }
