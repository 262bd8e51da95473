package ui

import (
	"strconv"
	"time"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// moveSheet asks for another time of an appointment. The clock is marked, so that typing replaces it; Enter moves.
type moveSheet struct {
	w      *Window
	sheet  *part.Sheet
	when   *whenView
	length *part.Choice
	row    desk.DayRow
}

func newMoveSheet(w *Window) *moveSheet {
	return &moveSheet{w: w, sheet: w.skin.NewSheet(440, part.Layers())}
}

func (v *moveSheet) open(d desk.DayRow) {
	w := v.w
	if w.canvas == nil || v.sheet.IsOpen() {
		return
	}
	v.row = d
	k := part.NewSkin(w.skin.Palette, w.fonts)
	k.Canvas, k.Escape, k.Words = w.canvas, v.close, w.skin.Words
	v.when = newWhenViewIn(w, k, func() { v.sheet.Refresh() })
	v.when.clock.OnEnter(v.press)
	v.when.date.OnEnter(v.press)
	v.length = k.NewChoice(w.t("when.length"), nil)
	v.length.SetOptions(lengths(w, d.Length), strconv.Itoa(int(d.Length/time.Minute)))
	title := part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
	back := k.NewButton(part.Lined, w.t("move.back"), v.close)
	do := k.NewButton(part.Filled, w.t("move.do"), v.press)
	body := part.Column(0,
		k.NewProse(title, w.t("move.title")), gap(4), k.NewProse(part.NameStyle(), joined(d.Label, w.at(d.At))), gap(6),
		k.NewProse(part.SoftStyle(), w.t("move.text")), gap(18), v.when.content, gap(12),
		part.Wide(132, v.length), gap(22), part.Row(10, part.Space(), back, do))
	v.sheet = k.NewSheet(440, body)
	v.when.beginAt(d.At)
	v.sheet.Open(w.canvas, nil)
	v.when.clock.Focus()
	v.when.clock.SelectAll()
}

func (v *moveSheet) close() { v.sheet.Close() }

// Render closes the sheet when the appointment cannot be moved any more.
func (v *moveSheet) Render(s desk.State) {
	if !v.sheet.IsOpen() {
		return
	}
	for _, d := range s.Day {
		if d.Invitation == v.row.Invitation && d.CanMove {
			return
		}
	}
	v.close()
}

func (v *moveSheet) press() {
	at, ok := v.when.read()
	if !ok {
		return
	}
	minutes, _ := strconv.Atoi(v.length.Chosen())
	v.close()
	v.w.post(desk.DoMove{Invitation: v.row.Invitation, At: at, Length: time.Duration(minutes) * time.Minute})
}
