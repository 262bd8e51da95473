// Package appointment is a consultation as the doctor's desktop knows it: when it is, who is invited and how, what has
// happened to it, and the status that follows from that. Book keeps the appointments in one encrypted file.
//
// Step is pure: facts in, facts out, no clock and no I/O. Whoever steps writes the Book before anybody is answered.
package appointment

import (
	"fmt"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

// Times around an appointment.
const (
	Length     = 20 * time.Minute // unless the doctor says otherwise
	Before     = 30 * time.Minute // the link works from so long before the time
	After      = time.Hour        // and until so long after the end
	Resumable  = 10 * time.Minute // a call that was left may be taken up again
	UndoWindow = 8 * time.Second  // of Fullfør and of taking an invitation back
)

// Appointment is one consultation. It is a value; Step returns a changed copy.
type Appointment struct {
	Owner    string           `json:"owner,omitempty"` // whose it is: the account and server that it was made under
	Room     signaling.RoomID `json:"room"`
	Made     time.Time        `json:"made"`
	At       time.Time        `json:"at"`
	Now      bool             `json:"now,omitempty"` // it was made for at once
	Length   time.Duration    `json:"length"`        // nanoseconds
	PIN      PINTime          `json:"pinTime,omitempty"`
	Language string           `json:"language"` // of the letters: "nb", "nn", "en"
	Name     string           `json:"name,omitempty"`
	Note     string           `json:"note,omitempty"` // the doctor's own, shown to nobody else
	UID      string           `json:"uid"`            // of the calendar entry, RFC 5545 section 3.8.4.7
	Sequence int              `json:"sequence"`       // RFC 5545 section 3.8.7.4

	Invitations []Invitation `json:"invitations"` // one for now; third participants will have their own

	Began     time.Time     `json:"began,omitzero"`      // the first admission
	Running   time.Time     `json:"running,omitzero"`    // the call that runs now began
	Left      time.Time     `json:"left,omitzero"`       // the last call was left
	Talked    time.Duration `json:"talked,omitempty"`    // of the calls that were left
	Closing   Closing       `json:"closing,omitempty"`   // how it ends, once somebody decided
	ClosedAt  time.Time     `json:"closedAt,omitzero"`   // the decision; it can be undone for UndoWindow
	Wiped     bool          `json:"wiped,omitempty"`     // final: the secrets are gone
	ServerHas bool          `json:"serverHas"`           // Create was answered
	Changed   bool          `json:"changed,omitempty"`   // the server has an older time
	Forgotten bool          `json:"forgotten,omitempty"` // Delete was answered: the server has nothing left
	Erased    bool          `json:"erased,omitempty"`    // whom it was with is forgotten
}

// Closing is how an appointment ends.
type Closing string

// The ways to end.
const (
	Open      Closing = ""
	Finished  Closing = "finished"
	Cancelled Closing = "cancelled"
	Missed    Closing = "missed" // the time is over and there was no call
)

// Invitation is one person's way in.
type Invitation struct {
	ID       signaling.InvitationID `json:"id"`
	Secret   access.Secret          `json:"secret"`
	PIN      access.PINBudget       `json:"pin"`
	Device   []byte                 `json:"device,omitempty"` // public resume key of the device that gave the PIN
	Epoch    uint32                 `json:"epoch"`            // of the last m2
	Peers    int                    `json:"peers,omitempty"`  // peer connections made so far
	Phone    string                 `json:"phone,omitempty"`  // E.164; a number, an address, or both
	Country  string                 `json:"country,omitempty"`
	Email    string                 `json:"email,omitempty"`
	OpenedAt time.Time              `json:"openedAt,omitzero"` // somebody fetched the note: a hint
	Since    time.Time              `json:"since,omitzero"`    // the wait began
	Proven   time.Time              `json:"proven,omitzero"`   // the first right PIN, or admitted by sight

	Deliveries []Delivery `json:"deliveries"` // every letter, the oldest first
}

// Draft is what the doctor decided about a new appointment. Phone, Email or both are set; At is zero for now, Length zero
// for the usual one, PIN empty for shortly before.
type Draft struct {
	Owner          string
	At             time.Time
	Length         time.Duration
	PIN            PINTime
	Language       string
	Phone, Country string
	Email          string
	Name, Note     string
}

// New makes an appointment with one invitation, its secrets freshly drawn and its letters planned. uidHost is the part
// of the calendar UID behind the @.
func New(now time.Time, d Draft, uidHost string) Appointment {
	now = now.Round(0) // wall clock: another run reads it
	secret := access.NewSecret()
	room := signaling.NewRoomID()
	a := Appointment{
		Owner: d.Owner, Room: room, Made: now, At: d.At, Now: d.At.IsZero(), Length: d.Length, PIN: d.PIN, Language: d.Language,
		Name: d.Name, Note: d.Note, UID: fmt.Sprintf("%s@%s", signaling.NewRoomID(), uidHost),
	}
	if a.Now {
		a.At = now
	}
	if a.Length <= 0 {
		a.Length = Length
	}
	i := Invitation{
		ID: secret.Derive().InvitationID, Secret: secret, PIN: access.NewPINBudget(access.NewPIN()),
		Phone: d.Phone, Country: d.Country, Email: d.Email,
	}
	a.plan(now, &i)
	a.Invitations = []Invitation{i}
	return a
}

// End is when the time that was set aside is over.
func (a Appointment) End() time.Time { return a.At.Add(a.Length) }

// NotBefore is from when the link works.
func (a Appointment) NotBefore() time.Time {
	if a.Now {
		return a.Made
	}
	return a.At.Add(-Before)
}

// NotAfter is until when the link works.
func (a Appointment) NotAfter() time.Time { return a.End().Add(After) }

// Valid reports whether an m1 may be answered now, by the desktop's own clock. A call that runs, or that was left a
// moment ago, keeps the invitation valid past its end; so does an end that can still be undone.
func (a Appointment) Valid(now time.Time) bool {
	if a.Closing != Open && !now.Before(a.UndoUntil()) || now.Before(a.NotBefore()) {
		return false
	}
	return now.Before(a.NotAfter()) || a.stillTalking(now)
}

func (a Appointment) stillTalking(now time.Time) bool {
	return !a.Running.IsZero() || !a.Left.IsZero() && now.Before(a.Left.Add(Resumable))
}

// Overdue reports that the appointment ends by itself now.
func (a Appointment) Overdue(now time.Time) bool {
	return a.Closing == Open && !now.Before(a.NotAfter()) && !a.stillTalking(now)
}

// Settled reports that the decision to end can no longer be undone and has not been carried out.
func (a Appointment) Settled(now time.Time) bool {
	return a.Closing != Open && !a.Wiped && !now.Before(a.UndoUntil())
}

// UndoUntil is until when the end can be undone; zero when there is nothing to undo.
func (a Appointment) UndoUntil() time.Time {
	if a.Wiped || a.Closing != Finished && a.Closing != Cancelled {
		return time.Time{}
	}
	return a.ClosedAt.Add(UndoWindow)
}

// Lasted is how long was talked.
func (a Appointment) Lasted(now time.Time) time.Duration {
	if a.Running.IsZero() {
		return a.Talked
	}
	return a.Talked + max(0, now.Sub(a.Running))
}

// Invitation returns the invitation of that id.
func (a Appointment) Invitation(id signaling.InvitationID) (Invitation, bool) {
	for _, i := range a.Invitations {
		if i.ID == id {
			return i, true
		}
	}
	return Invitation{}, false
}
