package desk

import (
	"slices"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// openTray opens the drafts beside the book, by its key.
func (l *loop) openTray(key string) {
	tray, err := intake.OpenTray(l.Book+".drafts", key)
	if err != nil {
		l.Log.Warn("drafts set aside", "err", err)
	}
	l.tray = tray
}

// drafts are those of the account that is signed in, by time.
func (l *loop) drafts() []intake.Draft {
	if l.tray == nil {
		return nil
	}
	return l.tray.Drafts(l.owner())
}

// draftOf finds a draft of the account that is signed in.
func (l *loop) draftOf(id intake.DraftID) (intake.Draft, bool) {
	if l.tray == nil {
		return intake.Draft{}, false
	}
	d, ok := l.tray.Find(id)
	return d, ok && d.Owner == l.owner()
}

// draftsOn are the drafts of a day.
func (l *loop) draftsOn(day time.Time) []intake.Draft {
	return slices.DeleteFunc(l.drafts(), func(d intake.Draft) bool { return !sameDay(d.At, day) })
}

// withDrafts are the rows of a day with its drafts among them.
func (l *loop) withDrafts(rows []DayRow, day time.Time) []DayRow {
	for _, d := range l.draftsOn(day) {
		rows = append(rows, l.draftRow(d))
	}
	slices.SortStableFunc(rows, func(a, b DayRow) int { return a.At.Compare(b.At) })
	return rows
}

func (l *loop) draftRow(d intake.Draft) DayRow {
	row := DayRow{Invitation: signaling.InvitationID(d.ID), Note: d.Note, At: d.At, Length: d.Length, Status: Draft, CanVerify: true, CanShow: true}
	if row.Length == 0 {
		row.Length = l.lengthOfNew()
	}
	if row.Label, row.Detail = d.Name, l.to(d.Request); row.Label == "" {
		row.Label, row.Detail = row.Detail, ""
	}
	return row
}

// to is whom a request is for, as people write it.
func (l *loop) to(r intake.Request) string {
	switch {
	case r.Phone == "":
		return r.Email
	case r.Email == "":
		return l.Post.Group(r.Phone)
	}
	return l.Post.Group(r.Phone) + " · " + r.Email
}

// saveTray writes the drafts and reports whether the disk has them. When that goes wrong memory keeps them and the banner
// says so; the next change tries again.
func (l *loop) saveTray() bool {
	if l.tray == nil {
		return true
	}
	err := l.tray.Save()
	if err != nil {
		code := appointment.CodeNotSaved
		if durable.IsFull(err) {
			code = appointment.CodeDiskFull
		}
		l.problems[slotBook] = &Problem{Code: code}
		l.Log.Error("drafts not saved", "code", code)
	}
	return err == nil
}

// openDraft opens the verify dialog for a draft.
func (l *loop) openDraft(id intake.DraftID, through bool) bool {
	row, ok := l.draftOf(id)
	if !ok || l.invite.verify != nil {
		return false
	}
	d := l.openVerify(l.form(row.Request))
	if d == nil {
		l.fillForm(row.Request)
		l.invite.correcting = id
		return false
	}
	d.row, d.name, d.note, d.through = id, row.Name, row.Note, through
	return true
}

// goThrough begins with the first draft of the day that is shown.
func (l *loop) goThrough() {
	l.skipped = nil
	l.nextDraft()
}

// nextDraft opens the dialog for the next draft of the day that has not been skipped.
func (l *loop) nextDraft() {
	if rest := l.rest(); len(rest) > 0 {
		l.openDraft(rest[0].ID, true)
	}
}

// rest are the drafts that are still to be gone through.
func (l *loop) rest() []intake.Draft {
	return slices.DeleteFunc(l.draftsOn(l.dayShown(l.now())), func(d intake.Draft) bool {
		return slices.Contains(l.skipped, d.ID)
	})
}

// skip leaves a draft as it is and goes on.
func (l *loop) skip() {
	d := l.invite.verify
	if d == nil || !d.through {
		return
	}
	l.skipped = append(l.skipped, d.row)
	l.decline()
	l.nextDraft()
}

// invited takes a draft out after its invitation was made, and goes on to the next.
func (l *loop) invited(d *draft) {
	if _, ok := l.draftOf(d.row); ok {
		l.tray.Remove(d.row)
		l.saveTray()
	}
	l.invite.correcting = intake.DraftID{}
	if d.through {
		l.nextDraft()
	}
}

// corrected is the draft that the form was filled from, when what is sent is for its time, or zero.
func (l *loop) corrected(c DoInvite) intake.DraftID {
	row, ok := l.draftOf(l.invite.correcting)
	if !ok || !row.At.Equal(c.At) {
		return intake.DraftID{}
	}
	return row.ID
}

// dropDraft removes a draft, with undo for a short while.
func (l *loop) dropDraft(id intake.DraftID) {
	row, ok := l.draftOf(id)
	if !ok {
		return
	}
	l.removed, _ = l.tray.Remove(id)
	l.saveTray()
	label := row.Name
	if label == "" {
		label = l.to(row.Request)
	}
	l.tell(Notice{Code: "draftDropped", Args: map[string]string{"label": label}, Undo: DoKeepDraft{signaling.InvitationID(id)}})
}

// keepDraft puts the draft that was removed last back.
func (l *loop) keepDraft(id intake.DraftID) {
	if l.tray == nil || l.removed.ID != id || l.removed.Owner != l.owner() {
		return
	}
	l.tray.PutBack(l.removed)
	l.saveTray()
	l.removed, l.notice = intake.Draft{}, nil
}

// expireDrafts drops those of days that are over.
func (l *loop) expireDrafts(now time.Time) {
	if l.tray != nil && l.tray.Expire(now) {
		l.saveTray()
	}
}
