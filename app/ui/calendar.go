package ui

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/i18n"
)

// calendarSheet shows a month and how many appointments each day has. The arrow keys go from day to day and on into the
// months around, Page Up and Page Down from month to month, Enter chooses.
type calendarSheet struct {
	w     *Window
	skin  *part.Skin
	sheet *part.Sheet
	title *part.Prose
	grid  *fyne.Container
	first time.Time      // of the month that is shown
	days  []*part.Button // of that month
}

func newCalendarSheet(w *Window) *calendarSheet {
	return &calendarSheet{w: w, sheet: w.skin.NewSheet(420, part.Layers())}
}

// openCalendar shows the month of the day that is looked at.
func (w *Window) openCalendar() {
	if w.canvas != nil && !w.calendar.sheet.IsOpen() {
		w.calendar.open(w.home.day.dayShown())
	}
}

func (v *calendarSheet) open(day time.Time) {
	w := v.w
	v.skin = part.NewSkin(w.skin.Palette, w.fonts)
	k := v.skin
	k.Canvas, k.Escape = w.canvas, v.close
	v.title = k.NewProse(part.HeadStyle().Centred(), "")
	step := func(icon, key string, months int) *part.Button {
		return k.NewIconButton(icon, w.t(key), func() { v.month(v.first.AddDate(0, months, 0)) }).Sized(36, 8, 8)
	}
	head := part.Row(8, step("back", "calendar.previous", -1), part.Grow(v.title), step("forward", "calendar.next", 1))
	v.grid = container.New(layout.NewGridLayoutWithColumns(7))
	today := k.NewButton(part.Lined, w.t("day.today"), func() { v.choose(w.now) })
	done := k.NewButton(part.Lined, w.t("calendar.close"), v.close)
	v.sheet = k.NewSheet(420, part.Column(14, head, v.grid, part.Row(10, today, part.Space(), done)))
	v.month(day)
	v.sheet.Open(w.canvas, v.days[day.Day()-1])
}

func (v *calendarSheet) close() { v.sheet.Close() }

func (v *calendarSheet) choose(day time.Time) {
	v.close()
	if sameDate(day, v.w.now) {
		day = time.Time{}
	}
	v.w.post(desk.DoShowDay{Day: day})
}

// month fills the grid with the month of a day.
func (v *calendarSheet) month(of time.Time) {
	v.first = time.Date(of.Year(), of.Month(), 1, 0, 0, 0, 0, of.Location())
	v.title.Set(firstUpper(i18n.Month(v.w.state.Language, v.first)))
	booked := map[string]int{}
	for _, b := range v.w.state.Booked {
		booked[b.Day.Format(time.DateOnly)] = b.Count
	}
	label := part.LabelStyle().Centred()
	objects := make([]fyne.CanvasObject, 0, 49)
	for _, name := range strings.Fields(v.w.t("calendar.weekdays")) {
		objects = append(objects, v.skin.NewLine(label, name, 0))
	}
	for range (int(v.first.Weekday()) + 6) % 7 {
		objects = append(objects, part.Layers())
	}
	v.days = nil
	for day := v.first; day.Month() == v.first.Month(); day = day.AddDate(0, 0, 1) {
		objects = append(objects, v.day(day, booked[day.Format(time.DateOnly)]))
	}
	v.grid.Objects = objects
	v.sheet.Refresh()
	v.grid.Refresh()
}

// day is one day: its number, and below it how many appointments it has.
func (v *calendarSheet) day(day time.Time, count int) fyne.CanvasObject {
	kind := part.Ink
	switch {
	case sameDate(day, v.w.home.day.dayShown()):
		kind = part.Filled
	case sameDate(day, v.w.now):
		kind = part.Lined
	}
	b := v.skin.NewButton(kind, strconv.Itoa(day.Day()), func() { v.choose(day) }).Sized(36, 8, 4)
	b.OnKey(func(k fyne.KeyName) bool { return v.key(day, k) })
	v.days = append(v.days, b)
	words := ""
	if count > 0 {
		words = strconv.Itoa(count)
	}
	style := part.Style{Size: theme.Small, Weight: assets.SemiBold, Tone: part.Accent, Align: fyne.TextAlignCenter}
	return part.Column(3, b, part.Tall(16, v.skin.NewLine(style, words, 0)))
}

func (v *calendarSheet) key(day time.Time, k fyne.KeyName) bool {
	to := day
	switch k {
	case fyne.KeyLeft:
		to = day.AddDate(0, 0, -1)
	case fyne.KeyRight:
		to = day.AddDate(0, 0, 1)
	case fyne.KeyUp:
		to = day.AddDate(0, 0, -7)
	case fyne.KeyDown:
		to = day.AddDate(0, 0, 7)
	case fyne.KeyPageUp:
		to = sameDayOfMonth(day, -1)
	case fyne.KeyPageDown:
		to = sameDayOfMonth(day, 1)
	default:
		return false
	}
	if to.Month() != v.first.Month() || to.Year() != v.first.Year() {
		v.month(to)
	}
	v.days[to.Day()-1].Focus()
	return true
}

// sameDayOfMonth is that day in another month, or its last.
func sameDayOfMonth(day time.Time, months int) time.Time {
	last := time.Date(day.Year(), day.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, day.Location())
	return time.Date(last.Year(), last.Month(), min(day.Day(), last.Day()), 0, 0, 0, 0, day.Location())
}
