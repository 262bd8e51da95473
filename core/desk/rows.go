package desk

import (
	"slices"
	"strconv"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/signaling"
)

// lateAfter is how long a patient waits before his row turns amber.
const lateAfter = 15 * time.Minute

// waitingRows are Venter på time: our own patients and those of the doctor's other workstations, the longest wait first.
func (l *loop) waitingRows() []WaitingRow {
	var rows []WaitingRow
	for _, g := range l.guests {
		if row, ok := l.ownRow(g); ok {
			rows = append(rows, row)
		}
	}
	rows = append(rows, l.otherRows()...)
	slices.SortFunc(rows, func(x, y WaitingRow) int {
		if c := x.Since.Compare(y.Since); c != 0 {
			return c
		}
		return slices.Compare(x.Invitation[:], y.Invitation[:])
	})
	return rows
}

// ownRow is the row of a guest, if he has one: he was let in, or the doctor has to decide about him.
func (l *loop) ownRow(g *guest) (WaitingRow, bool) {
	if l.call != nil && l.call.id == g.id || !g.in && g.asks == nil && g.locked == nil {
		return WaitingRow{}, false
	}
	a, i, ok := l.find(g.id)
	if !ok || a.Closing != appointment.Open {
		return WaitingRow{}, false
	}
	now := l.now()
	row := WaitingRow{
		Invitation: g.id, Note: a.Note, At: a.At, Since: i.Since, Away: g.away,
		Ready: g.peer != nil && g.peer.state == call.Confirmed, SameWay: i.SameWay(), CanJoin: l.canJoin(g),
		NewDevice: g.asks != nil, Locked: g.locked != nil && !g.in,
	}
	row.Label, row.Detail = l.label(a)
	if row.Since.IsZero() {
		row.Since = g.since
	}
	if row.Since.IsZero() { // left, and not back yet
		row.Since = a.Left
	}
	row.Late = !row.Since.IsZero() && now.Sub(row.Since) >= lateAfter
	if l.resumable(a) {
		row.Resumable, row.ResumeUntil = true, a.Left.Add(appointment.Resumable)
	}
	return row, true
}

// otherRows are patients whose invitation another workstation holds: one row per invitation.
func (l *loop) otherRows() []WaitingRow {
	best := map[signaling.InvitationID]signaling.Participant{}
	for _, p := range l.others {
		have, ok := best[p.Invitation]
		if !ok || have.State == signaling.Away && p.State == signaling.Waiting {
			best[p.Invitation] = p
		}
	}
	rows := make([]WaitingRow, 0, len(best))
	for _, p := range best {
		since := p.Since.Time()
		rows = append(rows, WaitingRow{
			Invitation: p.Invitation, Since: since, Away: p.AwaySince.Time(), HeldBy: p.Holder.Name,
			HolderAway: !p.Holder.Online, Late: !since.IsZero() && l.now().Sub(since) >= lateAfter,
		})
	}
	return rows
}

// dayRows are Dagens timer, by time, and what needs a look on other days.
func (l *loop) dayRows() []DayRow {
	var rows []DayRow
	now := l.now()
	for _, a := range l.mine() {
		if len(a.Invitations) == 0 {
			continue
		}
		row := l.dayRow(a, a.Invitations[0], now)
		if sameDay(a.At, now) || needsLook(row.Status) {
			rows = append(rows, row)
		}
	}
	return rows
}

func sameDay(at, now time.Time) bool {
	y, m, d := at.In(now.Location()).Date()
	ny, nm, nd := now.Date()
	return y == ny && m == nm && d == nd
}

// needsLook tells the states that a doctor should see before the day comes.
func needsLook(s Status) bool {
	return s == Queued || s == Sending || s == SendFailed || s == Unsure || s == PINLocked || s == WaitingNow || s == InCall
}

func (l *loop) dayRow(a appointment.Appointment, i appointment.Invitation, now time.Time) DayRow {
	g := l.guests[i.ID]
	inCall := l.call != nil && l.call.id == i.ID
	status := Status(a.Status(now, appointment.Presence{Waiting: g != nil && g.in, InCall: inCall}))
	open := a.Closing == appointment.Open
	row := DayRow{
		Invitation: i.ID, Note: a.Note, At: a.At, Status: status, Reason: l.reason(a, i, status),
		CanResend: open && !now.After(a.End()) && i.Delivery.State != appointment.Sending && (i.Delivery.State != appointment.Queued || postponed(a, i)),
		CanCancel: open && a.Began.IsZero() && !now.After(a.NotAfter()),
		CanNewPIN: open && !inCall && i.PIN.Renewed < access.PINRenewed && now.Before(a.NotAfter()),
		CanFinish: open && !a.Began.IsZero(),
	}
	row.Label, row.Detail = l.label(a)
	if status == Finished {
		row.Lasted = a.Lasted(now)
	}
	if until := a.UndoUntil(); now.Before(until) {
		row.UndoUntil = until
	}
	return row
}

// postponed reports that a letter failed for now and waits for its next try, which the doctor may bring forward.
func postponed(a appointment.Appointment, i appointment.Invitation) bool {
	return a.ServerHas && i.Delivery.State == appointment.Queued && i.Delivery.Reason != ""
}

// reason is the catalogue key of why a letter failed, or of what it waits for.
func (l *loop) reason(a appointment.Appointment, i appointment.Invitation, status Status) string {
	switch {
	case status == SendFailed:
		return "reason." + i.Delivery.Reason
	case status == Queued && !a.ServerHas && l.connection != Online:
		return "reason.offline"
	case status == Queued && i.Delivery.Reason != "":
		return "reason." + i.Delivery.Reason
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }
