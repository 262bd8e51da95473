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

// Of one letter, by its Number.
type (
	// SendStarted: the letter is being handed over now.
	SendStarted struct{ Number int }
	// SendAccepted: the other side took it.
	SendAccepted struct {
		Number  int
		Receipt string
	}
	// SendDelivered: a receipt came.
	SendDelivered struct{ Number int }
	// SendLost: it was taken, and will not arrive.
	SendLost struct {
		Number int
		Reason string
	}
	// SendPostponed: nothing was handed over; try again at Next.
	SendPostponed struct {
		Number int
		Reason string
		Next   time.Time
	}
	// SendFailed: nothing was handed over and trying again is the doctor's decision.
	SendFailed struct {
		Number int
		Reason string
	}
	// SendInterrupted: the program ended, or the line broke, when nobody can tell whether it was handed over.
	SendInterrupted struct{ Number int }
	// SendOverlooked: its time passed while nobody could send it.
	SendOverlooked struct{ Number int }
	// SendConfirmed: the doctor says of an unsure letter that it has arrived.
	SendConfirmed struct{ Number int }
	// SendDropped: the letter is not to be sent.
	SendDropped struct{ Number int }
	// SendNow: the doctor wants a letter sent that was overlooked or failed. It gets a new Number.
	SendNow struct{ Number int }
)

// Of the letters of an invitation.
type (
	// SendAgain: the doctor wants what stopped, or else all that was sent, sent now.
	SendAgain struct{}
	// SendPIN: the doctor wants the PIN sent now rather than at its time.
	SendPIN struct{}
	// PINRenewed: the doctor gave a new PIN, which is to be sent.
	PINRenewed struct{ PIN access.PINCode }
)

// Of the server.
type (
	// ServerCreated: the server has the invitation with the time At; zero when that is not known.
	ServerCreated struct{ At time.Time }
	// ServerChanged: the server has the time At.
	ServerChanged struct{ At time.Time }
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
	// Moved: the appointment is at another time, or has another length.
	Moved struct {
		At     time.Time
		Length time.Duration // zero keeps it
	}
	// Closed: the appointment ends so.
	Closed struct{ As Closing }
	// Reopened: the end was undone.
	Reopened struct{}
	// Wiped: the end is final.
	Wiped struct{}
	// Erased: the doctor had the patient's data erased.
	Erased struct{}
)

func (SendStarted) event()     {}
func (SendAccepted) event()    {}
func (SendDelivered) event()   {}
func (SendLost) event()        {}
func (SendPostponed) event()   {}
func (SendFailed) event()      {}
func (SendInterrupted) event() {}
func (SendOverlooked) event()  {}
func (SendConfirmed) event()   {}
func (SendDropped) event()     {}
func (SendNow) event()         {}
func (SendAgain) event()       {}
func (SendPIN) event()         {}
func (ServerChanged) event()   {}
func (Moved) event()           {}
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
func (Erased) event()          {}

// Step returns a with the event applied to the appointment, or to its invitation id where the event is about one. The
// error is ErrNotNow, or access.ErrPINsSpent for one PIN too many.
func (a Appointment) Step(now time.Time, id signaling.InvitationID, e Event) (Appointment, error) {
	now = now.Round(0) // wall clock: another run reads it
	next := a
	next.Invitations = append([]Invitation(nil), a.Invitations...)
	for n := range next.Invitations {
		i := &next.Invitations[n]
		i.Deliveries = append([]Delivery(nil), i.Deliveries...)
	}
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
		a.Changed = !e.At.Equal(a.At) && (!e.At.IsZero() || a.Sequence > 0)
	case ServerChanged:
		a.Changed = a.Changed && !e.At.Equal(a.At)
	case ServerForgot:
		a.ServerHas, a.Forgotten = false, true
	case Moved:
		return a.move(now, e)
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
	case Erased:
		return a.erase()
	default:
		return false
	}
	return true
}

// move sets another time. Who was told of the old one is told of the new one, and the calendar entry's sequence rises
// (RFC 5546 section 2.1.4).
func (a *Appointment) move(now time.Time, e Moved) bool {
	length := e.Length
	if length <= 0 {
		length = a.Length
	}
	at := e.At.Round(0)
	same := at.Equal(a.At) && length == a.Length
	if a.Closing != Open || !a.Began.IsZero() || same || !at.Add(length).After(now) {
		return false
	}
	a.At, a.Length, a.Now = at, length, false
	a.Sequence++
	a.Changed = a.ServerHas
	for n := range a.Invitations {
		a.Invitations[n].moved(now, *a)
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
		if a.Closing == Cancelled {
			i.calledOff(now)
		} else {
			i.drop(now, func(d Delivery) bool { return d.State == Queued || d.State == Late })
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
		i.renewPIN(now)
	case SendAgain:
		if !i.sendAgain(now) {
			return true, ErrNotNow
		}
	case SendNow:
		if !i.sendNow(now, e.Number) {
			return true, ErrNotNow
		}
	case SendPIN:
		if !i.sendPIN(now) {
			return true, ErrNotNow
		}
	default:
		number, about := letterOf(e)
		if about && !i.stepLetter(now, number, e) {
			return true, ErrNotNow
		}
		return about, nil
	}
	return true, nil
}

// letterOf is the number of the letter that an event is about.
func letterOf(e Event) (number int, ok bool) {
	switch e := e.(type) {
	case SendStarted:
		return e.Number, true
	case SendAccepted:
		return e.Number, true
	case SendDelivered:
		return e.Number, true
	case SendLost:
		return e.Number, true
	case SendPostponed:
		return e.Number, true
	case SendFailed:
		return e.Number, true
	case SendInterrupted:
		return e.Number, true
	case SendOverlooked:
		return e.Number, true
	case SendConfirmed:
		return e.Number, true
	case SendDropped:
		return e.Number, true
	}
	return 0, false
}

// stepLetter applies an event to one letter. A link that went makes up for one that did not.
func (i *Invitation) stepLetter(now time.Time, number int, e Event) bool {
	for n := range i.Deliveries {
		d := &i.Deliveries[n]
		if d.Number != number {
			continue
		}
		if !d.step(now, e) {
			return false
		}
		if d.State == Accepted && d.Letter.HasLink() {
			way := d.Way
			i.drop(now, func(o Delivery) bool {
				return (o.State == Failed || o.State == Late) && o.Letter.HasLink() && !o.Letter.HasPIN() && o.Way == way
			})
		}
		return true
	}
	return false
}

func (i *Invitation) enter(now time.Time, device []byte) {
	if i.Since.IsZero() {
		i.Since = now
	}
	if i.Proven.IsZero() {
		i.Proven = now
		i.drop(now, func(d Delivery) bool { return !d.Planned.IsZero() && d.Letter.HasPIN() }) // he has it
	}
	if len(device) > 0 {
		i.Device = append([]byte(nil), device...)
	}
}
