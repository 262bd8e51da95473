package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// seatList lists signed-in workstations, each with a way to sign it out.
type seatList struct {
	w       *Window
	email   string // whose; "" is one's own
	content *fyne.Container
	shown   []signaling.Seat
	drawn   bool
}

func newSeatList(w *Window) *seatList { return &seatList{w: w, content: part.Column(0)} }

// Render lists them anew when they are others.
func (l *seatList) Render(email string, seats []signaling.Seat, busy bool) {
	if l.drawn && l.email == email && slices.Equal(l.shown, seats) {
		for _, o := range l.content.Objects {
			part.Walk(o, func(o fyne.CanvasObject) {
				if b, ok := o.(*part.Button); ok {
					b.SetEnabled(!busy)
				}
			})
		}
		return
	}
	l.drawn, l.email, l.shown = true, email, slices.Clone(seats)
	k := l.w.skin
	l.content.Objects = nil
	if len(seats) == 0 {
		l.content.Objects = append(l.content.Objects, k.NewProse(part.SoftStyle(), l.w.t("office.workstations.none")))
	}
	for i, seat := range seats {
		if i > 0 {
			l.content.Objects = append(l.content.Objects, k.Rule())
		}
		l.content.Objects = append(l.content.Objects, l.row(seat, busy))
	}
	l.content.Refresh()
}

func (l *seatList) row(seat signaling.Seat, busy bool) fyne.CanvasObject {
	k, w := l.w.skin, l.w
	state := w.t("office.seat.seen", "when", w.at(seat.Seen.Time().In(w.now.Location())))
	if seat.Online {
		state = w.t("office.seat.online")
	}
	detail := w.t("office.seat.began", "when", w.at(seat.Began.Time().In(w.now.Location()))) + " · " + state
	text := part.Column(2, k.NewLine(part.NameStyle(), seat.Name, 0), k.NewProse(part.SmallStyle(), detail))
	if seat.This {
		return part.Inset(10, 0, 10, 0, part.Row(12, part.Grow(text), k.NewChip(part.Good, w.t("office.seat.this"), false)))
	}
	email := l.email
	out := k.NewButton(part.Lined, w.t("office.seat.revoke"), func() { w.post(desk.DoRevoke{Email: email, ID: seat.ID}) }).Sized(36, 8, 12)
	out.SetEnabled(!busy)
	return part.Inset(10, 0, 10, 0, part.Row(12, part.Grow(text), out))
}
