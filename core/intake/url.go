package intake

import (
	"net/url"
	"strings"
	"time"
)

// Scheme is the URL scheme that the packages register for this program.
const Scheme = "legekonsultasjon"

// maxURL bounds an address, in bytes.
const maxURL = 4096

// ReadURL reads legekonsultasjon://invite?phone=...&email=...&at=...&length=...&lang=...&country=...&name=...&note=...
// Every parameter is optional but a number or an address; unknown ones are ignored, so that later versions may add some;
// one that stands there twice is refused, because nobody can tell which is meant. A plus is a plus in phone, email and at
// ("+47 ...", "a+b@x.no", "+01:00") and a space in name and note. The error is an *Error. The texts are not looked at
// further: Check does that.
func ReadURL(text string, now time.Time) (Request, error) {
	query, err := inviteQuery(text)
	if err != nil {
		return Request{}, err
	}
	values, err := parameters(query)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Phone: strings.TrimSpace(values["phone"]), Email: strings.TrimSpace(values["email"]),
		Country: strings.ToUpper(strings.TrimSpace(values["country"])),
		Name:    strings.TrimSpace(values["name"]), Note: strings.TrimSpace(values["note"]),
	}
	if r.At, err = ReadTime(values["at"], now); err != nil {
		return Request{}, err
	}
	if r.Length, err = ReadLength(values["length"]); err != nil {
		return Request{}, err
	}
	if r.Language, err = ReadLanguage(values["lang"]); err != nil {
		return Request{}, err
	}
	return r, r.Check(now)
}

// inviteQuery is what follows the question mark. Browsers and Windows add a slash behind "invite".
func inviteQuery(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxURL {
		return "", &Error{CodeTooLong, ""}
	}
	if err := checkText(text, maxURL); err != "" {
		return "", &Error{err, ""}
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return "", &Error{CodeNotThisScheme, ""}
	}
	rest, _, _ = strings.Cut(rest, "#")
	what, query, _ := strings.Cut(rest, "?")
	if what = strings.Trim(what, "/"); !strings.EqualFold(what, "invite") {
		return "", &Error{CodeNotThisScheme, ""}
	}
	return query, nil
}

func parameters(query string) (map[string]string, error) {
	values := map[string]string{}
	for _, pair := range strings.Split(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if name == "name" || name == "note" {
			value = strings.ReplaceAll(value, "+", " ")
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			return nil, &Error{CodeText, field(name)}
		}
		if _, twice := values[name]; twice {
			return nil, &Error{CodeTwice, field(name)}
		}
		values[name] = value
	}
	return values, nil
}

// field is a name that is known, or "".
func field(name string) string {
	switch name {
	case "phone", "email", "at", "length", "lang", "country", "name", "note":
		return name
	}
	return ""
}
