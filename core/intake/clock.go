package intake

import (
	"strconv"
	"strings"
	"time"
)

// ReadTime reads when an appointment is, in now's time zone where the text names none: "" and "now" are the zero time;
// "2026-11-24T10:30", "2026-11-24 10:30", "24.11.2026 10:30", RFC 3339 with a zone, and "10:30" for today. The error is an
// *Error.
func ReadTime(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "", "now", "nå", "no":
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(now.Location()), nil
	}
	day, clock, split := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	if !split {
		return dateTime("", day, now)
	}
	return dateTime(day, clock, now)
}

// dateTime joins a date, "" for today, and a time of day.
func dateTime(date, clock string, now time.Time) (time.Time, error) {
	minutes, ok := clockTime(clock)
	if !ok {
		return time.Time{}, &Error{CodeTime, "at"}
	}
	y, m, d := now.Date()
	if date = strings.TrimSpace(date); date != "" {
		if y, m, d, ok = dateOf(date, now); !ok {
			return time.Time{}, &Error{CodeTime, "at"}
		}
	}
	at := time.Date(y, m, d, minutes/60, minutes%60, 0, 0, now.Location())
	if at.Hour()*60+at.Minute() != minutes { // the hour that is left out when the clock goes forward
		return time.Time{}, &Error{CodeNoSuchTime, "at"}
	}
	return at, nil
}

// clockTime reads 10:30, 10.30, 10:30:00, 1030 and "kl. 10:30" as minutes after midnight.
func clockTime(text string) (minutes int, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, "kl."), "kl"))
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ':' || r == '.' })
	if len(parts) == 1 && (len(text) == 3 || len(text) == 4) {
		parts = []string{text[:len(text)-2], text[len(text)-2:]}
	}
	if len(parts) < 2 || len(parts) > 3 || len(parts[1]) != 2 {
		return 0, false
	}
	h, ok1 := number(parts[0], 23)
	m, ok2 := number(parts[1], 59)
	if len(parts) == 3 {
		if _, ok := number(parts[2], 59); !ok {
			return 0, false
		}
	}
	return h*60 + m, ok1 && ok2
}

// dateOf reads 2026-11-24, 24.11.2026, 24.11.26, 24/11/2026 and 24.11, which is the next such day.
func dateOf(text string, now time.Time) (y int, m time.Month, d int, ok bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == '/' || r == '-' })
	if len(parts) == 3 && len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	if len(parts) != 2 && len(parts) != 3 {
		return 0, 0, 0, false
	}
	d, ok1 := number(parts[0], 31)
	month, ok2 := number(parts[1], 12)
	m, y = time.Month(month), now.Year()
	ok = ok1 && ok2 && d > 0 && month > 0
	if len(parts) == 3 {
		var ok3 bool
		y, ok3 = number(parts[2], 9999)
		ok = ok && ok3 && (len(parts[2]) == 2 || len(parts[2]) == 4)
		if len(parts[2]) == 2 {
			y += 2000
		}
	}
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	if !ok || day.Day() != d || day.Month() != m {
		return 0, 0, 0, false
	}
	ny, nm, nd := now.Date()
	if len(parts) == 2 && day.Before(time.Date(ny, nm, nd, 0, 0, 0, 0, time.UTC)) {
		y++
	}
	return y, m, d, true
}

// number reads up to four digits, at most most.
func number(text string, most int) (int, bool) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= most
}

// ReadLength reads minutes: "20", "20 min", "00:20", "1:00". Empty is zero.
func ReadLength(text string) (time.Duration, error) {
	text = strings.TrimSpace(strings.ToLower(text))
	if text == "" {
		return 0, nil
	}
	var length time.Duration
	if h, m, ok := strings.Cut(text, ":"); ok {
		m, _, _ = strings.Cut(m, ":") // of seconds nobody speaks
		hours, ok1 := number(h, 4)
		minutes, ok2 := number(m, 59)
		if !ok1 || !ok2 {
			return 0, &Error{CodeLength, "length"}
		}
		length = time.Duration(hours*60+minutes) * time.Minute
	} else {
		for _, unit := range []string{"minutter", "minutes", "minutt", "min.", "min", "m"} {
			text = strings.TrimSuffix(text, unit)
		}
		minutes, ok := number(strings.TrimSpace(text), 9999)
		if !ok {
			return 0, &Error{CodeLength, "length"}
		}
		length = time.Duration(minutes) * time.Minute
	}
	if length < MinLength || length > MaxLength {
		return 0, &Error{CodeLength, "length"}
	}
	return length, nil
}

// ReadLanguage reads the name of a language as lists have it. Empty is empty.
func ReadLanguage(text string) (string, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "":
		return "", nil
	case "nb", "no", "nor", "nob", "nb-no", "no-no", "bokmål", "norsk", "norwegian":
		return "nb", nil
	case "nn", "nno", "nn-no", "nynorsk":
		return "nn", nil
	case "en", "eng", "en-gb", "en-us", "engelsk", "english":
		return "en", nil
	}
	return "", &Error{CodeLanguage, "lang"}
}
