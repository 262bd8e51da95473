package room

import (
	"time"

	"legekonsultasjon/core/signaling"
)

// Event is what can happen to a waiting room. The concrete types are below.
type Event interface {
	step(w *WaitingRoom, now time.Time) []action
}

// PatientCame: a socket proved its admission. Welcome is completed here and sent before anything else.
type PatientCame struct {
	ID         signaling.ParticipantID
	Invitation signaling.InvitationID
	Room       signaling.RoomID
	Holder     signaling.Workstation
	Client     Client
	Welcome    signaling.Welcome
}

// PatientLost: the socket is gone; Heard is when it last said anything.
type PatientLost struct {
	ID    signaling.ParticipantID
	Heard time.Time
}

// PatientLeft: he gave up his place on purpose.
type PatientLeft struct{ ID signaling.ParticipantID }

// PatientSent: a frame for the holder. It is dropped when he is not connected.
type PatientSent struct {
	ID      signaling.ParticipantID
	Payload []byte
}

// DesktopCame: a signed-in installation connected. An older connection of the same one is closed with Replaced.
type DesktopCame struct {
	ID          signaling.ParticipantID
	Workstation signaling.Workstation
	Client      Client
	Welcome     signaling.Welcome
}

// DesktopLost: its socket is gone.
type DesktopLost struct{ ID signaling.ParticipantID }

// DesktopSent: a frame for one of the patients that it holds. It is dropped when there is no such live socket.
type DesktopSent struct {
	ID    signaling.ParticipantID
	Relay signaling.Relay
}

// DesktopPlaced: the holder says where a participant is.
type DesktopPlaced struct {
	ID    signaling.ParticipantID
	Place signaling.Place
}

// NoteOpened: somebody fetched the note of an invitation.
type NoteOpened struct {
	Invitation signaling.InvitationID
	Holder     signaling.InstallationID
}

// InvitationDeleted: its sockets are closed with NotValid.
type InvitationDeleted struct{ Invitation signaling.InvitationID }

// SessionEnded: desktops are closed with SignedOut; a zero Installation means all of the doctor's.
type SessionEnded struct{ Installation signaling.InstallationID }

// ticked: time has passed.
type ticked struct{}

// action is one thing to tell one client. Exactly one of message, relay and end is set; end may be the empty code.
type action struct {
	to      Client
	message signaling.Message
	relay   *signaling.Relay
	end     *signaling.Code
}

func send(to Client, m signaling.Message) action { return action{to: to, message: m} }

func closing(to Client, code signaling.Code) action { return action{to: to, end: &code} }

func (a action) do() {
	switch {
	case a.message != nil:
		a.to.Send(a.message)
	case a.relay != nil:
		a.to.Relay(*a.relay)
	case a.end != nil:
		a.to.Close(*a.end)
	}
}

// Step applies one event and returns what is to be told to whom, in order.
func (w *WaitingRoom) Step(now time.Time, e Event) []action {
	return append(w.pass(now), e.step(w, now)...)
}

// pass turns lost sockets into Away and Gone as time goes by.
func (w *WaitingRoom) pass(now time.Time) []action {
	var out []action
	for _, p := range w.which(func(p *Participant) bool { return p.client == nil }) {
		silent := now.Sub(p.Lost)
		switch {
		case silent >= signaling.AwayGrace:
			out = append(out, w.gone(p)...)
		case silent >= signaling.AwayAfter && p.State != signaling.Away:
			if p.State == signaling.Present {
				p.Since = time.Time{} // he was in the call, not in the queue
			}
			p.State = signaling.Away
			out = append(out, w.tell(p)...)
		}
	}
	return out
}

// next is when pass has something to do again; zero for never.
func (w *WaitingRoom) next() time.Time {
	var next time.Time
	for _, r := range w.rooms {
		for _, p := range r.Participants {
			if p.client != nil {
				continue
			}
			at := p.Lost.Add(signaling.AwayAfter)
			if p.State == signaling.Away {
				at = p.Lost.Add(signaling.AwayGrace)
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
		}
	}
	return next
}

// tell sends p's row to all the doctor's desktops.
func (w *WaitingRoom) tell(p *Participant) []action {
	row := w.row(p)
	out := make([]action, 0, len(w.desktops))
	for _, d := range w.desktops {
		out = append(out, send(d.client, row))
	}
	return out
}

// gone tells of p for the last time.
func (w *WaitingRoom) gone(p *Participant) []action {
	p.State = signaling.Gone
	out := w.tell(p)
	w.remove(p)
	return out
}

func (ticked) step(*WaitingRoom, time.Time) []action { return nil }

func (e NoteOpened) step(w *WaitingRoom, now time.Time) []action {
	d := w.holding(e.Holder)
	if d == nil {
		return nil
	}
	return []action{send(d.client, signaling.Opened{Invitation: e.Invitation, At: signaling.At(now)})}
}

func (e InvitationDeleted) step(w *WaitingRoom, _ time.Time) []action {
	var out []action
	for _, p := range w.which(func(p *Participant) bool { return p.Invitation == e.Invitation }) {
		if p.client != nil {
			out = append(out, closing(p.client, signaling.NotValid))
		}
		out = append(out, w.gone(p)...)
	}
	return out
}
