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
	StatusLate      Status = "late" // a letter's time passed while nobody could send it
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
	return a.Invitations[0].status(now)
}

// status is the word of the letters: what needs the doctor first, then what is under way, then how far the least of
// them has come. A reminder whose time has not come says nothing.
func (i Invitation) status(now time.Time) Status {
	if i.PIN.Locked() {
		return StatusLocked
	}
	has := map[DeliveryState]bool{}
	unsure := false
	for _, d := range i.Deliveries {
		if d.State == Queued && !d.Planned.IsZero() && now.Before(d.Planned) {
			continue
		}
		has[d.State] = true
		unsure = unsure || d.State == Unsure && !i.shows(d)
	}
	for _, s := range []struct {
		is     bool
		status Status
	}{
		{has[Failed], StatusFailed}, {has[Late], StatusLate}, {has[Queued], StatusQueued}, {has[Sending], StatusSending},
		{unsure, StatusUnsure}, {!i.OpenedAt.IsZero(), StatusOpened},
		{has[Accepted] || has[Unsure], StatusSent}, {has[Delivered], StatusDelivered}, {has[Dropped], StatusFailed},
	} {
		if s.is {
			return s.status
		}
	}
	return StatusQueued
}

// shows reports that what the patient did shows that a letter has arrived: the only one that brought the link when the
// link was opened, or one with the PIN when the PIN was right.
func (i Invitation) shows(d Delivery) bool {
	if d.Letter.HasPIN() && !i.Proven.IsZero() {
		return true
	}
	if !d.Letter.HasLink() || i.OpenedAt.IsZero() {
		return false
	}
	for _, other := range i.Deliveries {
		if other.Number != d.Number && other.Letter.HasLink() && other.hasArrived() {
			return false
		}
	}
	return true
}

// UnsureLetters are those of which nobody can tell whether they went, and which nothing has shown to have arrived.
func (i Invitation) UnsureLetters() []Delivery {
	var out []Delivery
	for _, d := range i.Deliveries {
		if d.State == Unsure && !i.shows(d) {
			out = append(out, d)
		}
	}
	return out
}

// Ended is how an appointment that is overdue ends: with a call it is finished, without one it was missed.
func (a Appointment) Ended() Closing {
	if a.Began.IsZero() {
		return Missed
	}
	return Finished
}
