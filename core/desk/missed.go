package desk

import (
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// overlookAll takes what was due while nobody could send out of the queue: at the start and at a sign-in, because nothing
// that is due is sent late without a word. Each such letter stands in the list that the doctor is shown.
func (l *loop) overlookAll() {
	if l.book == nil {
		return
	}
	now := l.now()
	for _, a := range l.mine() {
		open := a.Closing == appointment.Open
		for _, i := range a.Invitations {
			for _, d := range i.Deliveries {
				calledOff := d.Letter == appointment.LetterCancelled && a.Closing == appointment.Cancelled
				switch {
				case d.State != appointment.Queued || !open && !calledOff || !d.Overlooked(now):
				case now.After(a.End()):
					if l.step(i.ID, appointment.SendFailed{Number: d.Number, Reason: tooLate}) {
						l.missed = append(l.missed, letterID{i.ID, d.Number})
					}
				default:
					l.overlook(i.ID, d)
				}
			}
		}
	}
	if len(l.missed) > 0 {
		l.Log.Info("letters were due while the program was closed", "count", len(l.missed))
		l.save()
	}
}

// overlook takes one letter out of the queue.
func (l *loop) overlook(id signaling.InvitationID, d appointment.Delivery) {
	if l.step(id, appointment.SendOverlooked{Number: d.Number}) {
		l.missed = append(l.missed, letterID{id, d.Number})
	}
}

// missedView lists what was overlooked and has not been dealt with, by the time of the appointment.
func (l *loop) missedView() []MissedLetter {
	var out []MissedLetter
	for _, a := range l.mine() {
		for _, i := range a.Invitations {
			for _, id := range l.missed {
				d, ok := i.Letter(id.number)
				if id.invitation != i.ID || !ok || d.State != appointment.Late && d.State != appointment.Failed {
					continue
				}
				m := MissedLetter{
					Invitation: i.ID, Number: d.Number, At: a.At, Due: d.Time(), Letter: string(d.Letter),
					CanSend: d.State == appointment.Late && !l.now().After(a.End()),
				}
				m.Label, _ = l.label(a)
				out = append(out, m)
			}
		}
	}
	return out
}

// sendMissed sends one letter that was overlooked; dropMissed lets it be.
func (l *loop) sendMissed(c DoSendMissed) {
	if l.step(c.Invitation, appointment.SendNow{Number: c.Number}) {
		l.save()
	}
}

func (l *loop) dropMissed(c DoDropMissed) {
	if l.step(c.Invitation, appointment.SendDropped{Number: c.Number}) {
		l.save()
	}
}

// dayStart is midnight of a time's day, in its time zone.
func dayStart(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
