package desk

import (
	"errors"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// maxSaved bounds what waits for the book to be saved. When it is full the oldest is dropped: somebody gets no answer
// and asks again.
const maxSaved = 64

// saveEvery is how often a book that could not be saved is tried again.
const saveEvery = 5 * time.Second

// step applies an event to the appointment of an invitation, in memory. It reports whether it fitted.
func (l *loop) step(id signaling.InvitationID, e appointment.Event) bool {
	if l.book == nil {
		return false
	}
	a, ok := l.book.Find(id)
	if !ok {
		return false
	}
	next, err := a.Step(l.now(), id, e)
	if err != nil {
		if !errors.Is(err, appointment.ErrNotNow) && !errors.Is(err, access.ErrPINsSpent) {
			l.Log.Error("step", "invitation", id, "err", err)
		}
		return false
	}
	l.book.Put(next)
	return true
}

// save writes the book and reports whether the disk has it. When it has not, memory keeps everything, the banner says
// so, and it is tried again.
func (l *loop) save() bool { return l.saveBy((*appointment.Book).Save) }

// scrub saves so that nothing that was wiped is left in the generation before.
func (l *loop) scrub() bool { return l.saveBy((*appointment.Book).Scrub) }

func (l *loop) saveBy(write func(*appointment.Book) error) bool {
	if l.book == nil {
		return false
	}
	err := write(l.book)
	if err != nil {
		var problem *appointment.BookError
		code := appointment.CodeNotSaved
		if errors.As(err, &problem) {
			code = problem.Code
		}
		l.problems[slotBook] = &Problem{Code: code}
		l.Log.Error("book not saved", "code", code)
		l.saveAfter = l.now().Add(saveEvery)
		return false
	}
	if p := l.problems[slotBook]; p != nil && (p.Code == appointment.CodeNotSaved || p.Code == appointment.CodeDiskFull) {
		l.problems[slotBook] = nil
	}
	waiting := l.saved
	l.saved = nil
	for _, then := range waiting {
		then()
	}
	return true
}

// afterSave saves and then runs then: nobody is answered before what he said stands in the book. When the book cannot
// be saved now, then runs as soon as it can.
func (l *loop) afterSave(then func()) {
	if l.save() {
		then()
		return
	}
	if len(l.saved) == maxSaved {
		l.saved = l.saved[1:]
	}
	l.saved = append(l.saved, then)
}

func (l *loop) retrySave(now time.Time) {
	if l.book != nil && l.book.Dirty() && !now.Before(l.saveAfter) {
		l.save()
	}
}

// owner names the account that appointments belong to.
func (l *loop) owner() string { return l.settings.Email + " " + l.settings.Server }

// mine returns the appointments of the account that is signed in.
func (l *loop) mine() []appointment.Appointment {
	if l.book == nil {
		return nil
	}
	var mine []appointment.Appointment
	for _, a := range l.book.All() {
		if a.Owner == l.owner() {
			mine = append(mine, a)
		}
	}
	return mine
}

// find returns the appointment and invitation of an id.
func (l *loop) find(id signaling.InvitationID) (a appointment.Appointment, i appointment.Invitation, ok bool) {
	if l.book == nil {
		return a, i, false
	}
	if a, ok = l.book.Find(id); ok {
		i, ok = a.Invitation(id)
	}
	return a, i, ok
}

// sweep ends what has come to its end by the clock and carries out what can no longer be undone.
func (l *loop) sweep(now time.Time) {
	if l.book == nil {
		return
	}
	changed := false
	for _, a := range l.book.All() {
		if a.Overdue(now) && len(a.Invitations) > 0 {
			changed = l.step(a.Invitations[0].ID, appointment.Closed{As: a.Ended()}) || changed
		}
	}
	if changed {
		l.save()
	}
	l.settle(func(a appointment.Appointment) bool { return a.Settled(now) })
	if l.book.DropExpired(now, l.kept()) {
		l.scrub()
	}
}

// kept is how long an appointment stays in the book, as the settings say.
func (l *loop) kept() time.Duration { return time.Duration(l.keepDays()) * 24 * time.Hour }

func (l *loop) keepDays() int {
	if days := l.settings.KeepDays; days > 0 {
		return days
	}
	return int(appointment.Kept / (24 * time.Hour))
}

// settle makes the end of appointments final: the patients are told, the keys wiped, the server is told by register.
func (l *loop) settle(which func(appointment.Appointment) bool) {
	if l.book == nil {
		return
	}
	wiped := false
	for _, a := range l.book.All() {
		if a.Closing == appointment.Open || a.Wiped || !which(a) || l.isSending(a) {
			continue
		}
		for _, i := range a.Invitations {
			l.sayGoodbye(i.ID)
		}
		wiped = l.step(a.Invitations[0].ID, appointment.Wiped{}) || wiped
		l.Log.Info("ended", "room", a.Room, "as", a.Closing)
	}
	if wiped {
		l.scrub()
	}
}

// isSending reports that a letter of the appointment is under way; its end waits for what comes of that.
func (l *loop) isSending(a appointment.Appointment) bool {
	for id := range l.letters {
		if _, ok := a.Invitation(id.invitation); ok {
			return true
		}
	}
	return false
}

// sayGoodbye ends everything that runs for an invitation.
func (l *loop) sayGoodbye(id signaling.InvitationID) {
	g := l.guests[id]
	if g == nil {
		return
	}
	for _, link := range g.links {
		_ = link.Send(access.Bye{Reason: access.ByeFinished})
	}
	l.closeSessions(g)
	l.dropPeer(g)
	delete(l.guests, id)
	if l.readAloud == id {
		l.readAloud = signaling.InvitationID{}
	}
}
