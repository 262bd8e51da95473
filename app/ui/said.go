package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"legekonsultasjon/core/i18n"
)

func clock(t time.Time) string { return i18n.Clock(t) }

// day is "søndag 22. november".
func (w *Window) day(t time.Time) string { return i18n.Date(w.state.Language, t, w.now) }

// at is "i dag kl. 10:30", "i morgen kl. 10:30" or the day.
func (w *Window) at(t time.Time) string { return i18n.When(w.state.Language, t, w.now) }

// minutes is a duration as people say it.
func (w *Window) minutes(d time.Duration) string {
	m := int(d / time.Minute)
	if m >= 60 {
		return w.t("duration.hours", "h", strconv.Itoa(m/60), "n", strconv.Itoa(m%60))
	}
	return w.t("duration.minutes", "n", strconv.Itoa(m))
}

// elapsed is 12:04, or 1:02:04.
func elapsed(d time.Duration) string {
	s := max(0, int(d/time.Second))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// joined sets what is not empty side by side with a dot between.
func joined(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " · ")
}

// initials are the first letters of the first and the last name.
func initials(name string) string {
	names := strings.Fields(name)
	if len(names) == 0 {
		return ""
	}
	first := letter(names[0])
	if len(names) == 1 {
		return first
	}
	return first + letter(names[len(names)-1])
}

func letter(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r))
}

// firstUpper begins a phrase as a sentence.
func firstUpper(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// pairs sets the digits of a PIN in pairs: 12 34 56.
func pairs(pin string) string {
	var b strings.Builder
	for i, r := range pin {
		if i > 0 && i%2 == 0 {
			b.WriteRune('\u2002')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// spread sets a number wider apart for reading: its spaces become wide ones.
func spread(s string) string { return strings.ReplaceAll(s, " ", "\u2002") }
