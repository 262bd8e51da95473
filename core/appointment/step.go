package appointment

import (
	"errors"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

// ErrNotNow says that the event does not fit the facts; nothing has changed.
var ErrNotNow = errors.New("not possible at this point")

// Event is what happened to an appointment or to one of its invitations; one of the types below.
type Event interface{ event() }

// Of the letter.
type (
	// SendStarted: the letter is being handed over now.
	SendStarted struct{}
	// SendAccepted: the other side took it.
	SendAccepted struct{ Receipt string }
	// SendDelivered: a receipt came.
	SendDelivered struct{}
	// SendPostponed: nothing was handed over; try again at Next.
	SendPostponed struct {
		Reason string
		Next   time.Time
	}
	// SendFailed: nothing was handed over and trying again is the doctor's decision.
	SendFailed struct{ Reason string }
	// SendInterrupted: the program ended, or the line broke, when nobody can tell whether it was handed over.
	SendInterrupted struct{}
	// SendConfirmed: the doctor says of an unsure letter that it has arrived.
	SendConfirmed struct{}
	// SendAgain: the doctor wants the same invitation sent again.
	SendAgain struct{}
	// PINRenewed: the doctor gave a new PIN, which is to be sent.
	PINRenewed struct{ PIN access.PINCode }
)

// Of the server.
type (
	// ServerCreated: the server has the invitation.
	ServerCreated struct{}
	// ServerForgot: the server has deleted it.
	ServerForgot struct{}
)

// Of the patient.
type (
	// NoteOpened: somebody fetched the note.
	NoteOpened struct{ At time.Time }
	// Answered: an m1 is about to be answered; the epoch is counted.
	Answered struct{}
	// PINTried: a PIN was judged; Budget is what came of it.
	PINTried struct{ Budget access.PINBudget }
	// Entered: the patient is let into the waiting room. Device is nil when nothing is to be remembered.
	Entered struct{ Device []byte }
	// GaveUp: the patient left the waiting room for good; a later wait begins anew.
	GaveUp struct{}
)

// Of the doctor.
type (
	// CallBegan: Delta.
	CallBegan struct{}
	// CallLeft: the call is over for now.
	CallLeft struct{}
	// CallBroken: the program ended during the call; how long it lasted is not known.
	CallBroken struct{}
	// PeerMade: a peer connection is about to be made.
	PeerMade struct{}
	// Closed: the appointment ends so.
	Closed struct{ As Closing }
	// Reopened: the end was undone.
	Reopened struct{}
	// Wiped: the end is final.
	Wiped struct{}
)

func (SendStarted) event()     {}
func (SendAccepted) event()    {}
func (SendDelivered) event()   {}
func (SendPostponed) event()   {}
func (SendFailed) event()      {}
func (SendInterrupted) event() {}
func (SendConfirmed) event()   {}
func (SendAgain) event()       {}
func (PINRenewed) event()      {}
func (ServerCreated) event()   {}
func (ServerForgot) event()    {}
func (NoteOpened) event()      {}
func (Answered) event()        {}
func (PINTried) event()        {}
func (Entered) event()         {}
func (GaveUp) event()          {}
func (CallBegan) event()       {}
func (CallLeft) event()        {}
func (CallBroken) event()      {}
func (PeerMade) event()        {}
func (Closed) event()          {}
func (Reopened) event()        {}
func (Wiped) event()           {}

// Step returns a with the event applied to the appointment, or to its invitation id where the event is about one. The
// error is ErrNotNow, or access.ErrPINsSpent for one PIN too many.
func (a Appointment) Step(now time.Time, id signaling.InvitationID, e Event) (Appointment, error) {
	now = now.Round(0) // wall clock: another run reads it
	next := a
	next.Invitations = append([]Invitation(nil), a.Invitations...)
	for n := range next.Invitations {
		if i := &next.Invitations[n]; i.ID == id {
			handled, err := i.step(now, e)
			if err != nil {
				return a, err
			}
			if handled {
				return next, nil
			}
		}
	}
	if !next.step(now, e) {
		return a, ErrNotNow
	}
	return next, nil
}

func (a *Appointment) step(now time.Time, e Event) bool {
	switch e := e.(type) {
	case ServerCreated:
		a.ServerHas = true
	case ServerForgot:
		a.ServerHas, a.Forgotten = false, true
	case CallBegan:
		return a.begin(now)
	case CallLeft:
		return a.leave(now)
	case CallBroken:
		if a.Running.IsZero() {
			return false
		}
		a.Running, a.Left = time.Time{}, now
	case Closed:
		return a.close(now, e.As)
	case Reopened:
		if !now.Before(a.UndoUntil()) {
			return false
		}
		a.Closing, a.ClosedAt = Open, time.Time{}
	case Wiped:
		return a.wipe(now)
	default:
		return false
	}
	return true
}

func (a *Appointment) begin(now time.Time) bool {
	if a.Closing != Open {
		return false
	}
	if a.Began.IsZero() {
		a.Began = now
	}
	if a.Running.IsZero() {
		a.Running = now
	}
	return true
}

func (a *Appointment) leave(now time.Time) bool {
	if a.Running.IsZero() {
		return false
	}
	a.Talked += max(0, now.Sub(a.Running))
	a.Running, a.Left = time.Time{}, now
	return true
}

func (a *Appointment) close(now time.Time, as Closing) bool {
	if a.Closing != Open || as == Open {
		return false
	}
	a.leave(now)
	a.Closing, a.ClosedAt = as, now
	return true
}

// wipe forgets the secrets. Who has an invitation in his hands is told that it was taken back.
func (a *Appointment) wipe(now time.Time) bool {
	if a.Closing == Open {
		return false
	}
	a.Wiped = true
	for n := range a.Invitations {
		i := &a.Invitations[n]
		i.Secret, i.PIN, i.Device = access.Secret{}, access.PINBudget{}, nil
		if a.Closing == Cancelled && i.Delivery.hasArrived() {
			i.Delivery = i.Delivery.next(now, LetterCancelled)
		}
	}
	if a.Closing == Cancelled {
		a.Sequence++ // RFC 5546 section 2.1.4
	}
	return true
}

// step reports whether the event was about the invitation.
func (i *Invitation) step(now time.Time, e Event) (bool, error) {
	switch e := e.(type) {
	case NoteOpened:
		if i.OpenedAt.IsZero() {
			i.OpenedAt = e.At
		}
	case Answered:
		i.Epoch++
	case PeerMade:
		i.Peers++
	case PINTried:
		i.PIN = e.Budget
	case Entered:
		i.enter(now, e.Device)
	case GaveUp:
		i.Since = time.Time{}
	case PINRenewed:
		budget, err := i.PIN.Renew(e.PIN)
		if err != nil {
			return true, err
		}
		i.PIN = budget
		i.Delivery = i.Delivery.next(now, LetterPIN)
	default:
		handled, ok := i.Delivery.step(now, e)
		if handled && !ok {
			return true, ErrNotNow
		}
		return handled, nil
	}
	return true, nil
}

func (i *Invitation) enter(now time.Time, device []byte) {
	if i.Since.IsZero() {
		i.Since = now
	}
	if i.Proven.IsZero() {
		i.Proven = now
	}
	if len(device) > 0 {
		i.Device = append([]byte(nil), device...)
	}
}

// hasArrived reports that the letter may have come into the patient's hands.
func (d Delivery) hasArrived() bool {
	return d.State == Accepted || d.State == Delivered || d.State == Unsure
}

func (d Delivery) next(now time.Time, letter Letter) Delivery {
	return Delivery{State: Queued, Letter: letter, Number: d.Number + 1, At: now}
}

// step reports whether the event was about the delivery, and whether it fitted.
func (d *Delivery) step(now time.Time, e Event) (handled, ok bool) {
	before := d.State
	switch e := e.(type) {
	case SendStarted:
		if ok = before == Queued; ok {
			d.State, d.Attempts, d.Next = Sending, d.Attempts+1, time.Time{}
		}
	case SendAccepted:
		if ok = before == Sending; ok {
			d.State, d.Reason, d.Receipt = Accepted, "", e.Receipt
		}
	case SendDelivered:
		if ok = before == Accepted; ok {
			d.State = Delivered
		}
	case SendPostponed:
		if ok = before == Sending || before == Queued; ok {
			d.State, d.Reason, d.Next = Queued, e.Reason, e.Next
		}
	case SendFailed:
		if ok = before == Sending || before == Queued; ok {
			d.State, d.Reason = Failed, e.Reason
		}
	case SendInterrupted:
		if ok = before == Sending; ok {
			d.State = Unsure
		}
	case SendConfirmed:
		if ok = before == Unsure; ok {
			d.State = Accepted
		}
	case SendAgain:
		if ok = before != Sending && before != Queued; ok {
			*d = d.next(now, LetterInvitation)
		}
	default:
		return false, false
	}
	if d.State != before {
		d.At = now
	}
	return true, ok
}
