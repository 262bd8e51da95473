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

// dayRows are Dagens timer, by time, and what needs a look on other days; or those of another day that is looked at.
func (l *loop) dayRows() []DayRow {
	var rows []DayRow
	now := l.now()
	day := l.dayShown(now)
	for _, a := range l.mine() {
		if len(a.Invitations) == 0 || a.Erased {
			continue
		}
		row := l.dayRow(a, a.Invitations[0], now)
		if sameDay(a.At, day) || l.day.IsZero() && needsLook(row.Status) {
			rows = append(rows, row)
		}
	}
	return l.withDrafts(rows, day)
}

// dayShown is midnight of the day that is looked at.
func (l *loop) dayShown(now time.Time) time.Time {
	if !l.day.IsZero() {
		return l.day
	}
	return dayStart(now)
}

// booked counts the appointments of each day.
func (l *loop) booked() []BookedDay {
	var out []BookedDay
	zone := l.now().Location()
	for _, a := range l.mine() { // by time
		if a.Closing == appointment.Cancelled || a.Erased {
			continue
		}
		day := dayStart(a.At.In(zone))
		if n := len(out); n == 0 || !out[n-1].Day.Equal(day) {
			out = append(out, BookedDay{Day: day})
		}
		out[len(out)-1].Count++
	}
	return out
}

func sameDay(at, now time.Time) bool {
	y, m, d := at.In(now.Location()).Date()
	ny, nm, nd := now.Date()
	return y == ny && m == nm && d == nd
}

// needsLook tells the states that a doctor should see before the day comes.
func needsLook(s Status) bool {
	return s == Queued || s == Sending || s == SendFailed || s == SendLate || s == Unsure || s == PINLocked || s == WaitingNow || s == InCall
}

func (l *loop) dayRow(a appointment.Appointment, i appointment.Invitation, now time.Time) DayRow {
	g := l.guests[i.ID]
	inCall := l.call != nil && l.call.id == i.ID
	status := Status(a.Status(now, appointment.Presence{Waiting: g != nil && g.in, InCall: inCall}))
	open := a.Closing == appointment.Open
	sent, pending, planned := i.PINPlan()
	here := open && now.Before(a.NotAfter())
	row := DayRow{
		Invitation: i.ID, Note: a.Note, At: a.At, Length: a.Length, Status: status, Reason: l.reason(a, i, status, now),
		CanResend:  !now.After(a.End()) && (open || a.Closing == appointment.Cancelled && a.Wiped) && i.CanSendAgain(),
		CanCancel:  here && a.Began.IsZero(),
		CanMove:    here && a.Began.IsZero() && !inCall && (g == nil || !g.in),
		CanNewPIN:  here && !inCall && sent && i.PIN.Renewed < access.PINRenewed,
		CanSendPIN: open && !now.After(a.End()) && !sent && !(planned && pending.State == appointment.Queued && pending.Planned.IsZero()),
		CanAloud:   here && !inCall,
		CanFinish:  open && !a.Began.IsZero(),
		CanShow:    true,
	}
	if here && !sent && a.Began.IsZero() {
		row.PINAt, row.PINAloud = pending.Planned, !planned && a.PIN == appointment.PINAloud
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

// reason is the catalogue key of why a letter did not go out, or of what it waits for.
func (l *loop) reason(a appointment.Appointment, i appointment.Invitation, status Status, now time.Time) string {
	if status == Queued && !a.ServerHas && l.connection != Online {
		return "reason.offline"
	}
	over := a.Closing == appointment.Cancelled
	for _, d := range i.Deliveries {
		switch {
		case over && d.Letter != appointment.LetterCancelled:
		case (status == SendFailed || over) && d.State == appointment.Failed, status == Queued && d.Postponed():
			return "reason." + d.Reason
		case (status == SendLate || over) && d.State == appointment.Late:
			return "reason.late"
		}
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }
