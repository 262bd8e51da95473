package i18n

import (
	"fmt"
	"time"
)

// calendar is the names of one language.
type calendar struct {
	days                   [7]string // Sunday first, as time.Weekday
	months                 [12]string
	today, tomorrow, clock string // clock stands before the time of day
	date                   func(c *calendar, t time.Time) string
}

func calendarOf(language string) *calendar {
	switch language {
	case "en":
		return &calendar{
			days:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
			today:  "today", tomorrow: "tomorrow", clock: "at",
			date: func(c *calendar, t time.Time) string {
				return fmt.Sprintf("%s %d %s", c.days[t.Weekday()], t.Day(), c.months[t.Month()-1])
			},
		}
	case "nn":
		c := norwegian("måndag", "tysdag", "laurdag", "sundag")
		c.tomorrow = "i morgon"
		return c
	default:
		return norwegian("mandag", "tirsdag", "lørdag", "søndag")
	}
}

func norwegian(monday, tuesday, saturday, sunday string) *calendar {
	return &calendar{
		days:   [7]string{sunday, monday, tuesday, "onsdag", "torsdag", "fredag", saturday},
		months: [12]string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
		today:  "i dag", tomorrow: "i morgen", clock: "kl.",
		date: func(c *calendar, t time.Time) string {
			return fmt.Sprintf("%s %d. %s", c.days[t.Weekday()], t.Day(), c.months[t.Month()-1])
		},
	}
}

// Date says a day: "søndag 22. november", with the year where it is another than now's.
func Date(language string, t, now time.Time) string {
	c := calendarOf(language)
	s := c.date(c, t)
	if t.Year() != now.In(t.Location()).Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// When says a point in time by its distance from now: "i dag kl. 10:30", "i morgen kl. 09:00", "tirsdag 1. desember
// kl. 09:30". Days are those of t's location.
func When(language string, t, now time.Time) string {
	c := calendarOf(language)
	now = now.In(t.Location())
	y, m, d := now.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	day := Date(language, t, now)
	switch ty, tm, td := t.Date(); time.Date(ty, tm, td, 0, 0, 0, 0, t.Location()) {
	case midnight:
		day = c.today
	case midnight.AddDate(0, 0, 1):
		day = c.tomorrow
	}
	return day + " " + c.clock + " " + Clock(t)
}

// On says a point in time for a text that may be read on another day: "søndag 22. november kl. 10:30", with the year
// where it is another than now's. Days are those of t's location.
func On(language string, t, now time.Time) string {
	return Date(language, t, now) + " " + calendarOf(language).clock + " " + Clock(t)
}

// Short says it where every character counts: "22.11. kl. 10:30", "22 Nov at 10:30".
func Short(language string, t time.Time) string {
	c := calendarOf(language)
	if language == "en" {
		return t.Format("2 Jan") + " " + c.clock + " " + Clock(t)
	}
	return t.Format("2.1.") + " " + c.clock + " " + Clock(t)
}

// Clock is the time of day, "09:05".
func Clock(t time.Time) string { return t.Format("15:04") }

// Month is "november 2026".
func Month(language string, t time.Time) string {
	return fmt.Sprintf("%s %d", calendarOf(language).months[t.Month()-1], t.Year())
}
