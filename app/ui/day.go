package ui

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// findFrom is how many rows make looking for one worth a field.
const findFrom = 7

// dayView is Dagens timer: the invitations of a day and how they stand. Ctrl+F goes to the field that finds one; from
// there and between the rows the arrow keys lead on.
type dayView struct {
	w       *Window
	content *fyne.Container
	title   *part.Line
	date    *part.Button
	today   *part.Button
	find    *part.Field
	empty   fyne.CanvasObject
	none    fyne.CanvasObject
	words   [2]*part.Line // of the empty day
	card    *fyne.Container
	list    *fyne.Container
	rows    map[signaling.InvitationID]*dayRow
	shown   []*dayRow // in order, after finding
	dayOf   time.Time
}

func newDayView(w *Window) *dayView {
	k := w.skin
	v := &dayView{w: w, rows: map[signaling.InvitationID]*dayRow{}}
	v.title = k.NewLine(part.HeadStyle(), w.t("day.title"), 0)
	step := func(icon, key string, days int) *part.Button {
		return k.NewIconButton(icon, w.t(key), func() { v.turn(days) }).Sized(32, 8, 6)
	}
	v.date = k.NewButton(part.Ink, "", w.openCalendar).Sized(32, 8, 8)
	v.today = k.NewButton(part.Quiet, w.t("day.today"), func() { w.post(desk.DoShowDay{}) }).Sized(32, 8, 8)
	pages := part.Row(0, v.today, step("back", "day.previous", -1), v.date, step("forward", "day.next", 1),
		k.NewIconButton("calendar", w.t("day.calendar"), w.openCalendar).Sized(32, 8, 6))
	head := part.Row(10, part.Grow(v.title), pages)
	v.find = k.NewField("", w.t("day.findHint")).OnChange(func(string) { v.filter() }).OnEnter(v.toFound).OnKey(v.findKey)
	v.words = [2]*part.Line{k.NewLine(part.BodyStyle().Centred(), "", 24), k.NewLine(part.SoftStyle().Centred(), "", 24)}
	v.empty = k.Card(part.Inset(26, 16, 26, 16, part.Column(2, v.words[0], v.words[1])))
	v.none = k.Card(part.Inset(20, 16, 20, 16, k.NewLine(part.SoftStyle().Centred(), w.t("day.noneFound"), 24)))
	v.list = part.Column(0)
	v.card = k.Card(v.list)
	v.content = part.Column(12, head, v.find, v.empty, v.none, v.card)
	return v
}

// turn shows the day so many days away.
func (v *dayView) turn(days int) {
	v.w.post(desk.DoShowDay{Day: v.dayShown().AddDate(0, 0, days)})
}

func (v *dayView) dayShown() time.Time {
	if v.dayOf.IsZero() {
		return v.w.now
	}
	return v.dayOf
}

func (v *dayView) Render(s desk.State) {
	if !v.dayOf.Equal(s.DayOf) {
		v.dayOf = s.DayOf
		v.find.SetText("")
	}
	isToday := sameDate(v.dayShown(), v.w.now)
	v.date.SetWords(v.w.day(v.dayShown()))
	show(v.today, !isToday)
	words := [2]string{"day.empty", "day.emptyHint"}
	if !isToday {
		words = [2]string{"day.emptyDay", "day.emptyDayHint"}
	}
	for i, key := range words {
		v.words[i].Set(v.w.t(key))
	}
	show(v.empty, len(s.Day) == 0)
	show(v.find, len(s.Day) >= findFrom || v.find.Text() != "")
	rows := make(map[signaling.InvitationID]*dayRow, len(s.Day))
	for _, d := range s.Day {
		row := v.rows[d.Invitation]
		if row == nil {
			row = newDayRow(v.w, d.Invitation)
		}
		row.Render(d)
		rows[d.Invitation] = row
	}
	v.rows = rows
	v.arrange(s)
}

// arrange sets the rows that were looked for, in order.
func (v *dayView) arrange(s desk.State) {
	var objects []fyne.CanvasObject
	v.shown = nil
	for _, d := range s.Day {
		row := v.rows[d.Invitation]
		if row == nil || !matches(d, v.find.Text()) {
			continue
		}
		if len(objects) > 0 {
			objects = append(objects, row.rule)
		}
		objects = append(objects, row.content)
		v.shown = append(v.shown, row)
	}
	show(v.card, len(objects) > 0)
	show(v.none, len(objects) == 0 && len(s.Day) > 0)
	v.list.Objects = objects
}

func (v *dayView) filter() {
	v.arrange(v.w.state)
	v.w.home.relayout()
}

// matches reports whether a row is what somebody looks for: part of a name, note, address, number or time of day, in any
// writing.
func matches(d desk.DayRow, wanted string) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	want := plain(wanted)
	for _, text := range []string{d.Label, d.Detail, d.Note, clock(d.At), strings.ReplaceAll(clock(d.At), ":", "")} {
		if strings.Contains(plain(text), want) {
			return true
		}
	}
	return false
}

// toFind goes to the field, if there is one.
func (v *dayView) toFind() {
	if v.find.Visible() {
		v.find.Focus()
		v.find.SelectAll()
	} else if len(v.shown) > 0 {
		v.shown[0].more.Focus()
	}
}

// toFound goes to the first row that was found; a single one opens its menu.
func (v *dayView) toFound() {
	if len(v.shown) == 0 {
		return
	}
	v.shown[0].more.Focus()
	if len(v.shown) == 1 && v.find.Text() != "" {
		v.shown[0].menu()
	}
}

func (v *dayView) findKey(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyDown:
		if len(v.shown) > 0 {
			v.shown[0].more.Focus()
		}
	case fyne.KeyEscape:
		v.find.SetText("")
		v.filter()
	default:
		return false
	}
	return true
}

// neighbour moves the keyboard a row up or down.
func (v *dayView) neighbour(of *dayRow, by int) {
	i := slices.Index(v.shown, of) + by
	switch {
	case i < 0 && v.find.Visible():
		v.find.Focus()
	case i >= 0 && i < len(v.shown):
		v.shown[i].more.Focus()
	}
}

// dayRow is one invitation.
type dayRow struct {
	w       *Window
	id      signaling.InvitationID
	row     desk.DayRow
	content *fyne.Container
	rule    fyne.CanvasObject
	time    *part.Line
	label   *part.Line
	why     *part.Prose
	chip    *part.Chip
	action  *part.Button
	more    *part.Button
}

func newDayRow(w *Window, id signaling.InvitationID) *dayRow {
	k := w.skin
	r := &dayRow{w: w, id: id, rule: k.Rule()}
	r.time = k.NewLine(part.Style{Size: theme.Body, Weight: assets.SemiBold, Tone: part.Text}, "", 0)
	r.label = k.NewLine(part.BodyStyle(), "", 24)
	r.why = k.NewProse(part.SmallStyle(), "")
	r.chip = k.NewChip(part.Plain, "", false)
	r.action = k.NewButton(part.Quiet, "", nil).Sized(40, theme.Radius, 10)
	r.more = k.NewIconButton("dots", w.t("row.more"), r.menu).Sized(40, theme.Radius, 10).OnKey(r.key)
	line := part.Row(12, part.Wide(56, part.Tall(40, r.time)), part.Grow(part.Column(0, r.label, r.why)), r.chip, part.Row(0, r.action, r.more))
	r.content = part.Inset(6, 12, 6, 16, line)
	return r
}

// key leads from row to row.
func (r *dayRow) key(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyDown:
		r.w.home.day.neighbour(r, 1)
	case fyne.KeyUp:
		r.w.home.day.neighbour(r, -1)
	default:
		return false
	}
	return true
}

func (r *dayRow) Render(d desk.DayRow) {
	w := r.w
	r.row = d
	r.time.Set(clock(d.At))
	style := part.BodyStyle()
	if d.Status == desk.Finished || d.Status == desk.Cancelled || d.Status == desk.Missed {
		style = style.With(part.Soft)
	}
	r.label.SetStyle(style)
	r.label.Set(joined(d.Label, d.Detail, d.Note))
	r.chip.Set(r.status(d))
	r.renderWhy(d)
	show(r.more, len(r.actions()) > 0)
	next, ok := r.next(d)
	show(r.action, ok)
	if ok {
		r.action.SetWords(w.t(next.key))
		r.action.SetPress(func() { w.post(next.command) })
	}
}

// rowAction is something that can be done with a row: its words and what it posts, or does.
type rowAction struct {
	key     string
	command desk.Command
	press   func()
}

// next is the thing to do, which stands in the row rather than in its menu.
func (r *dayRow) next(d desk.DayRow) (rowAction, bool) {
	switch {
	case d.CanVerify:
		return rowAction{key: "row.verify", command: desk.DoOpenDraft{Draft: r.id}}, true
	case d.UndoUntil.After(r.w.now):
		return rowAction{key: "row.undo", command: desk.DoUndo{Invitation: r.id}}, true
	case d.CanResend && d.Status == desk.SendLate:
		return rowAction{key: "row.sendNow", command: desk.DoResend{Invitation: r.id}}, true
	case d.CanResend && (d.Status == desk.SendFailed || d.Status == desk.Unsure || d.Status == desk.Queued || d.Status == desk.Cancelled && d.Reason != ""):
		return rowAction{key: "row.resend", command: desk.DoResend{Invitation: r.id}}, true
	case d.CanSendPIN && !d.PINAt.IsZero():
		return rowAction{key: "row.sendPIN", command: desk.DoSendPIN{Invitation: r.id}}, true
	}
	return rowAction{}, false
}

// renderWhy says in a line of its own why a letter has not gone out (the reasons are too long for a chip), or when the
// PIN will.
func (r *dayRow) renderWhy(d desk.DayRow) {
	tone, words := part.Soft, ""
	switch {
	case d.Reason != "":
		words = firstUpper(r.w.t(d.Reason))
	case !d.PINAt.IsZero():
		words = r.w.t("row.pinAt", "when", r.w.at(d.PINAt))
	case d.PINAloud:
		words = r.w.t("row.pinAloud")
	}
	switch d.Status {
	case desk.SendFailed:
		tone = part.Stop
	case desk.SendLate:
		tone = part.Wait
	}
	r.why.SetTone(tone)
	r.why.Set(words)
	show(r.why, words != "")
}

// actions are what can be done with a row beside the next thing, which has a button of its own.
func (r *dayRow) actions() (out []rowAction) {
	id, d := r.id, r.row
	next, _ := r.next(d)
	for _, a := range []struct {
		can bool
		rowAction
	}{
		{d.CanSendPIN, rowAction{key: "row.sendPIN", command: desk.DoSendPIN{Invitation: id}}},
		{d.CanResend, rowAction{key: "row.resend", command: desk.DoResend{Invitation: id}}},
		{d.CanMove, rowAction{key: "row.move", press: func() { r.w.move.open(r.row) }}},
		{d.CanAloud, rowAction{key: "row.readAloud", command: desk.DoReadAloud{Invitation: id}}},
		{d.CanNewPIN, rowAction{key: "row.newPIN", command: desk.DoNewPIN{Invitation: id}}},
		{d.CanVerify, rowAction{key: "row.dropDraft", command: desk.DoDropDraft{Draft: id}}},
		{d.CanFinish, rowAction{key: "row.finish", command: desk.DoFinish{Invitation: id}}},
		{d.CanCancel, rowAction{key: "row.cancel", command: desk.DoCancel{Invitation: id}}},
		{d.CanShow, rowAction{key: "row.patient", command: desk.DoShowPatient{Invitation: id}}},
	} {
		if a.can && (a.command == nil || a.command != next.command) {
			out = append(out, a.rowAction)
		}
	}
	return out
}

// items are the menu of a row: only what can be done, the next thing first, so that keys reach it too.
func (r *dayRow) items() []part.MenuItem {
	actions := r.actions()
	if next, ok := r.next(r.row); ok {
		actions = append([]rowAction{next}, actions...)
	}
	var items []part.MenuItem
	for _, a := range actions {
		press := a.press
		if press == nil {
			press = func() { r.w.post(a.command) }
		}
		items = append(items, part.MenuItem{Words: r.w.t(a.key), Press: press})
	}
	return items
}

func (r *dayRow) menu() { openMenuAt(r.more, r.w.skin, r.items()) }

// status is the chip of a row.
func (r *dayRow) status(d desk.DayRow) (part.ChipTone, string) {
	w := r.w
	words := w.t("day.status." + string(d.Status))
	switch d.Status {
	case desk.Finished:
		if d.Lasted > 0 {
			words = w.t("day.status.finishedLasted", "duration", w.minutes(d.Lasted))
		}
		return part.Plain, words
	case desk.Delivered, desk.Opened:
		return part.Good, words
	case desk.WaitingNow, desk.InCall, desk.Left:
		return part.Count, words
	case desk.Unsure, desk.SendLate:
		return part.Late, words
	case desk.SendFailed, desk.PINLocked:
		return part.Bad, words
	}
	return part.Plain, words
}

// openMenuAt opens a menu under a button, flush with its right edge.
func openMenuAt(b *part.Button, k *part.Skin, items []part.MenuItem) {
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
	k.OpenMenu(b, pos.AddXY(0, b.Size().Height+2), items)
}
