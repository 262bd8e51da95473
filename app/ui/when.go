package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
)

// whenView asks for a day and a time: two quick days, a date field for others, and a clock in steps of five minutes.
type whenView struct {
	w       *Window
	content *fyne.Container
	moved   func() // heights may have changed
	days    *part.Segments
	date    *part.Field
	clock   *part.Field
}

func newWhenView(w *Window, moved func()) *whenView { return newWhenViewIn(w, w.skin, moved) }

// newWhenViewIn makes it for a surface of its own: a dialog.
func newWhenViewIn(w *Window, k *part.Skin, moved func()) *whenView {
	v := &whenView{w: w, moved: moved}
	v.days = k.NewSegments([]string{w.t("when.today"), w.t("when.tomorrow"), w.t("when.other")}, v.pickDay)
	v.date = k.NewField(w.t("when.date"), w.t("when.dateHint")).OnChange(func(string) { v.clear() })
	v.clock = k.NewField(w.t("when.time"), "10:30").OnChange(func(string) { v.clear() }).OnLeave(v.tidy)
	earlier := k.NewButton(part.Lined, "−5", func() { v.step(-5 * time.Minute) }).Sized(theme.FieldHeight, theme.Radius, 14)
	later := k.NewButton(part.Lined, "+5", func() { v.step(5 * time.Minute) }).Sized(theme.FieldHeight, theme.Radius, 14)
	buttons := part.Inset(24, 0, 0, 0, part.Row(8, earlier, later))
	v.content = part.Column(12, v.days, v.date, part.TopRow(8, part.Grow(v.clock), buttons))
	v.date.Hide()
	return v
}

// beginAt shows a time that is to be changed.
func (v *whenView) beginAt(at time.Time) {
	day := 2
	if sameDate(at, v.w.now) {
		day = 0
	} else if sameDate(at, v.w.now.AddDate(0, 0, 1)) {
		day = 1
	}
	v.days.Choose(day)
	show(v.date, day == 2)
	v.date.SetText(at.Format("02.01.2006"))
	v.clock.SetText(at.Format("15:04"))
	v.clear()
}

func sameDate(a, b time.Time) bool {
	y, m, d := a.In(b.Location()).Date()
	by, bm, bd := b.Date()
	return y == by && m == bm && d == bd
}

// begin suggests the next quarter of an hour, at least ten minutes from now.
func (v *whenView) begin() {
	at := v.w.now.Add(10 * time.Minute).Truncate(15 * time.Minute).Add(15 * time.Minute)
	v.days.Choose(0)
	if at.Day() != v.w.now.Day() {
		v.days.Choose(1)
	}
	v.date.Hide()
	v.date.SetText(at.Format("02.01.2006"))
	v.clock.SetText(at.Format("15:04"))
	v.clear()
}

func (v *whenView) pickDay(i int) {
	if i == 2 {
		v.date.Show()
		v.date.Focus()
	} else {
		v.date.Hide()
	}
	v.clear()
	v.moved()
}

func (v *whenView) clear() {
	if v.date.SetProblem("") || v.clock.SetProblem("") {
		v.moved()
	}
}

// tidy writes the clock as 10:30 when it was typed as 1030 or 10.30.
func (v *whenView) tidy() {
	if m, ok := parseClock(v.clock.Text()); ok {
		v.clock.SetText(fmt.Sprintf("%02d:%02d", m/60, m%60))
	}
}

func (v *whenView) step(d time.Duration) {
	m, ok := parseClock(v.clock.Text())
	if !ok {
		m = v.w.now.Hour()*60 + v.w.now.Minute()
	}
	m = m / 5 * 5
	m = (m + int(d/time.Minute) + 24*60) % (24 * 60)
	v.clock.SetText(fmt.Sprintf("%02d:%02d", m/60, m%60))
	v.clear()
}

// read returns the time, or shows what is wrong under the field that is.
func (v *whenView) read() (time.Time, bool) {
	now := v.w.now
	day := now
	switch v.days.Chosen() {
	case 1:
		day = now.AddDate(0, 0, 1)
	case 2:
		var ok bool
		if day, ok = parseDate(v.date.Text(), now); !ok {
			return v.refuse(v.date, "when.badDate")
		}
	}
	m, ok := parseClock(v.clock.Text())
	if !ok {
		return v.refuse(v.clock, "when.badTime")
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), m/60, m%60, 0, 0, now.Location())
	switch {
	case at.Hour()*60+at.Minute() != m: // the hour that is left out when the clock goes forward
		return v.refuse(v.clock, "when.noSuchTime")
	case at.Before(now.Add(-time.Minute)):
		return v.refuse(v.clock, "when.past")
	case at.After(now.AddDate(1, 0, 0)):
		return v.refuse(v.date, "when.far")
	}
	return at, true
}

func (v *whenView) refuse(f *part.Field, key string) (time.Time, bool) {
	f.SetProblem(v.w.t(key))
	v.moved()
	f.Focus()
	return time.Time{}, false
}

// parseClock reads 10:30, 10.30, 1030, 930, 9 as minutes after midnight.
func parseClock(s string) (minutes int, ok bool) {
	s = strings.TrimSpace(s)
	hour, minute, split := strings.Cut(strings.NewReplacer(".", ":", ",", ":", " ", ":").Replace(s), ":")
	if !split {
		minute = "0"
		if len(s) > 2 {
			hour, minute = s[:len(s)-2], s[len(s)-2:]
		}
	}
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if err1 != nil || err2 != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, false
	}
	return h*60 + m, true
}

// parseDate reads 24.11.2026, 24.11.26, 24.11 and 24/11; without a year it is the next such day.
func parseDate(s string, now time.Time) (time.Time, bool) {
	parts := strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool { return strings.ContainsRune("./- ", r) })
	if len(parts) != 2 && len(parts) != 3 {
		return time.Time{}, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return time.Time{}, false
		}
		n[i] = v
	}
	if len(parts) == 2 {
		n[2] = now.Year()
	} else if n[2] < 100 {
		n[2] += 2000
	}
	day := time.Date(n[2], time.Month(n[1]), n[0], 0, 0, 0, 0, now.Location())
	if day.Day() != n[0] || int(day.Month()) != n[1] {
		return time.Time{}, false
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if len(parts) == 2 && day.Before(today) {
		day = day.AddDate(1, 0, 0)
	}
	return day, true
}
