package sms

import "strings"

// Rule is what a gateway takes as a sender. The zero Rule takes everything.
type Rule struct {
	Letters int    // most characters of a name; 0 takes no name
	Least   int    // fewest characters of a name
	Also    string // allowed in a name beside A-Z, a-z and 0-9
	Digits  int    // most digits of a number, which may begin with a plus; 0 takes no number
	Service string // an id with this beginning is no sender but stands for several
	Empty   bool   // the gateway has a sender of its own
	Free    bool   // nothing is known of the rules
}

// Misfit says why a sender is not taken: words for it are in the desk's catalogue under "settings.sms.sender.<misfit>".
type Misfit string

const (
	Fits          Misfit = ""
	SenderMissing Misfit = "missing"
	SenderLong    Misfit = "long"    // more than Letters characters, or than Digits digits
	SenderShort   Misfit = "short"   // fewer than Least characters
	SenderLetters Misfit = "letters" // a character that is not allowed, such as Æ
)

// Check judges a sender.
func (r Rule) Check(sender string) Misfit {
	sender = strings.TrimSpace(sender)
	switch {
	case r.Free:
		return Fits
	case sender == "" && r.Empty:
		return Fits
	case sender == "":
		return SenderMissing
	case r.Service != "" && strings.HasPrefix(sender, r.Service) && len(sender) == serviceLength:
		return Fits
	case isNumber(sender) && r.Digits > 0:
		if len(digits(sender)) > r.Digits {
			return SenderLong
		}
		return Fits
	case strings.ContainsFunc(sender, func(c rune) bool { return !alphanumeric(c) && !strings.ContainsRune(r.Also, c) }):
		return SenderLetters
	case len(sender) > r.Letters:
		return SenderLong
	case len(sender) < r.Least:
		return SenderShort
	}
	return Fits
}

// serviceLength is that of the ids of a Twilio Messaging Service: two letters and 32 hex digits.
const serviceLength = 34

func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// isNumber says whether a sender is a telephone number or a short number rather than a name.
func isNumber(s string) bool {
	s = digits(s)
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
