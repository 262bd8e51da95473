package ui

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// dayView is Dagens timer: today's invitations and how they stand.
type dayView struct {
	w       *Window
	content *fyne.Container
	date    *part.Line
	empty   fyne.CanvasObject
	card    *fyne.Container
	list    *fyne.Container
	rows    map[signaling.InvitationID]*dayRow
}

func newDayView(w *Window) *dayView {
	k := w.skin
	v := &dayView{w: w, rows: map[signaling.InvitationID]*dayRow{}}
	v.date = k.NewLine(part.SmallStyle(), "", 0)
	head := part.Ends(10, k.NewLine(part.HeadStyle(), w.t("day.title"), 0), v.date)
	v.empty = k.Card(part.Inset(26, 16, 26, 16, part.Column(2,
		k.NewLine(part.BodyStyle().Centred(), w.t("day.empty"), 24),
		k.NewLine(part.SoftStyle().Centred(), w.t("day.emptyHint"), 24))))
	v.list = part.Column(0)
	v.card = k.Card(v.list)
	v.content = part.Column(12, head, v.empty, v.card)
	return v
}

func (v *dayView) Render(s desk.State) {
	v.date.Set(v.w.day(v.w.now))
	show(v.empty, len(s.Day) == 0)
	show(v.card, len(s.Day) > 0)
	objects := make([]fyne.CanvasObject, 0, 2*len(s.Day))
	rows := make(map[signaling.InvitationID]*dayRow, len(s.Day))
	for _, d := range s.Day {
		row := v.rows[d.Invitation]
		if row == nil {
			row = newDayRow(v.w, d.Invitation)
		}
		row.Render(d)
		rows[d.Invitation] = row
		if len(objects) > 0 {
			objects = append(objects, row.rule)
		}
		objects = append(objects, row.content)
	}
	v.rows = rows
	v.list.Objects = objects
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
	r.more = k.NewIconButton("dots", w.t("row.more"), r.menu).Sized(40, theme.Radius, 10)
	line := part.Row(12, part.Wide(56, part.Tall(40, r.time)), part.Grow(part.Column(0, r.label, r.why)), r.chip, part.Row(0, r.action, r.more))
	r.content = part.Inset(6, 12, 6, 16, line)
	return r
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
	undo := d.UndoUntil.After(w.now)
	show(r.action, undo || r.resendNext(d))
	switch {
	case undo:
		r.action.SetWords(w.t("row.undo"))
		r.action.SetPress(func() { w.post(desk.DoUndo{Invitation: r.id}) })
	case r.resendNext(d):
		r.action.SetWords(w.t("row.resend"))
		r.action.SetPress(func() { w.post(desk.DoResend{Invitation: r.id}) })
	}
	show(r.more, len(r.items()) > 0)
}

// renderWhy says in a line of its own why an invitation has not gone out: the reasons are too long for a chip.
func (r *dayRow) renderWhy(d desk.DayRow) {
	tone := part.Soft
	if d.Status == desk.SendFailed {
		tone = part.Stop
	}
	r.why.SetTone(tone)
	words := ""
	if d.Reason != "" {
		words = firstUpper(r.w.t(d.Reason))
	}
	r.why.Set(words)
	show(r.why, words != "")
}

// resendNext reports whether sending again is the thing to do, and so stands in the row rather than in its menu.
func (r *dayRow) resendNext(d desk.DayRow) bool {
	return d.CanResend && (d.Status == desk.SendFailed || d.Status == desk.Unsure || d.Status == desk.Queued)
}

// items are the menu of a row: only what can be done.
func (r *dayRow) items() []part.MenuItem {
	w, id, d := r.w, r.id, r.row
	var items []part.MenuItem
	add := func(key string, c desk.Command) {
		items = append(items, part.MenuItem{Words: w.t(key), Press: func() { w.post(c) }})
	}
	if d.CanResend && !r.resendNext(d) {
		add("row.resend", desk.DoResend{Invitation: id})
	}
	if d.CanNewPIN {
		add("row.readAloud", desk.DoReadAloud{Invitation: id})
		add("row.newPIN", desk.DoNewPIN{Invitation: id})
	}
	if d.CanFinish {
		add("row.finish", desk.DoFinish{Invitation: id})
	}
	if d.CanCancel {
		add("row.cancel", desk.DoCancel{Invitation: id})
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
	case desk.Unsure:
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
