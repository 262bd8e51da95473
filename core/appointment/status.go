package appointment

import "time"

// Status is what a row says of an appointment, derived from its facts.
type Status string

// The values of Status.
const (
	StatusQueued    Status = "queued"
	StatusSending   Status = "sending"
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusUnsure    Status = "unsure"
	StatusFailed    Status = "failed"
	StatusOpened    Status = "opened"
	StatusLocked    Status = "locked"
	StatusWaiting   Status = "waiting"
	StatusInCall    Status = "inCall"
	StatusLeft      Status = "left"
	StatusFinished  Status = "finished"
	StatusMissed    Status = "missed"
	StatusCancelled Status = "cancelled"
)

// Presence is what only the running program knows of the patient.
type Presence struct {
	Waiting bool // in the waiting room, perhaps away for a moment
	InCall  bool
}

// Status derives the row's word at time now from facts and presence.
func (a Appointment) Status(now time.Time, p Presence) Status {
	switch {
	case a.Closing == Cancelled:
		return StatusCancelled
	case a.Closing == Missed:
		return StatusMissed
	case a.Closing == Finished:
		return StatusFinished
	case p.InCall:
		return StatusInCall
	case !a.Running.IsZero(), !a.Left.IsZero():
		return StatusLeft
	case p.Waiting:
		return StatusWaiting
	case now.After(a.NotAfter()):
		return StatusMissed
	case len(a.Invitations) == 0:
		return StatusQueued
	}
	return a.Invitations[0].status()
}

func (i Invitation) status() Status {
	switch {
	case i.PIN.Locked():
		return StatusLocked
	case i.Delivery.State == Failed:
		return StatusFailed
	case i.Delivery.State == Queued:
		return StatusQueued
	case i.Delivery.State == Sending:
		return StatusSending
	case !i.OpenedAt.IsZero(): // it has arrived, whatever else is known
		return StatusOpened
	case i.Delivery.State == Unsure:
		return StatusUnsure
	case i.Delivery.State == Delivered:
		return StatusDelivered
	}
	return StatusSent
}

// Ended is how an appointment that is overdue ends: with a call it is finished, without one it was missed.
func (a Appointment) Ended() Closing {
	if a.Began.IsZero() {
		return Missed
	}
	return Finished
}
