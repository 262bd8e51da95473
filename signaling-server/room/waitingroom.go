// Package room is the server's truth about who is where: one WaitingRoom per doctor with the Rooms of his appointments and
// the Participants in them, kept in memory only. It passes opaque frames between a patient and the desktop installation
// that holds his invitation, keeps a patient's place when his socket is lost, and tells the doctor's desktops what changes.
// Patients never learn of each other. WaitingRoom is a pure state machine; Rooms runs one goroutine per active doctor.
package room

import (
	"sort"
	"time"

	"legekonsultasjon/core/signaling"
)

// Bounds of one doctor's waiting room.
const (
	MaxSockets  = 8  // of one invitation; the oldest unproven one gives way
	MaxDesktops = 16 // of one doctor
)

// Client is the way to one socket. No call blocks: a client that does not keep up is closed with TooSlow, and everything
// after Close is dropped.
type Client interface {
	Send(signaling.Message)
	Relay(signaling.Relay)
	Close(signaling.Code)
}

// WaitingRoom is one doctor's: his connected desktops and his rooms. Not safe for concurrent use; step and the queries are
// called by its owner only.
type WaitingRoom struct {
	desktops map[signaling.ParticipantID]*desktop
	rooms    map[signaling.RoomID]*Room
}

// Room is one appointment's. It exists while somebody is in it or keeps a place in it.
type Room struct {
	ID           signaling.RoomID
	Participants map[signaling.ParticipantID]*Participant
}

// Participant is one patient's socket, or the place that it left.
type Participant struct {
	ID         signaling.ParticipantID
	Invitation signaling.InvitationID
	Room       signaling.RoomID
	Holder     signaling.Workstation // Online is filled in when it is told
	State      signaling.ParticipantState
	Arrived    time.Time
	Since      time.Time // beginning of the wait, as Place said
	Lost       time.Time // when the socket was last heard of; zero while it lives

	client Client // nil once lost
}

type desktop struct {
	id     signaling.ParticipantID
	who    signaling.Workstation
	client Client
}

func newWaitingRoom() *WaitingRoom {
	return &WaitingRoom{
		desktops: map[signaling.ParticipantID]*desktop{},
		rooms:    map[signaling.RoomID]*Room{},
	}
}

func (w *WaitingRoom) empty() bool { return len(w.desktops) == 0 && len(w.rooms) == 0 }

func (w *WaitingRoom) add(p *Participant) {
	r := w.rooms[p.Room]
	if r == nil {
		r = &Room{ID: p.Room, Participants: map[signaling.ParticipantID]*Participant{}}
		w.rooms[p.Room] = r
	}
	r.Participants[p.ID] = p
}

func (w *WaitingRoom) remove(p *Participant) {
	r := w.rooms[p.Room]
	if r == nil {
		return
	}
	delete(r.Participants, p.ID)
	if len(r.Participants) == 0 {
		delete(w.rooms, p.Room)
	}
}

func (w *WaitingRoom) find(id signaling.ParticipantID) *Participant {
	for _, r := range w.rooms {
		if p := r.Participants[id]; p != nil {
			return p
		}
	}
	return nil
}

// which returns the participants that fit, by arrival.
func (w *WaitingRoom) which(fits func(*Participant) bool) []*Participant {
	var out []*Participant
	for _, r := range w.rooms {
		for _, p := range r.Participants {
			if fits(p) {
				out = append(out, p)
			}
		}
	}
	sort.Slice(out, func(a, b int) bool {
		if !out[a].Arrived.Equal(out[b].Arrived) {
			return out[a].Arrived.Before(out[b].Arrived)
		}
		return string(out[a].ID[:]) < string(out[b].ID[:])
	})
	return out
}

// holding returns the connection of an installation, or nil.
func (w *WaitingRoom) holding(id signaling.InstallationID) *desktop {
	for _, d := range w.desktops {
		if d.who.Installation == id {
			return d
		}
	}
	return nil
}

func (w *WaitingRoom) holdingID(id signaling.InstallationID) signaling.ParticipantID {
	if d := w.holding(id); d != nil {
		return d.id
	}
	return signaling.ParticipantID{}
}

// place is when the wait of an invitation began that still has its place, or zero.
func (w *WaitingRoom) place(id signaling.InvitationID) time.Time {
	var since time.Time
	for _, p := range w.which(func(p *Participant) bool { return p.Invitation == id && p.queued() }) {
		if since.IsZero() || p.Since.Before(since) {
			since = p.Since
		}
	}
	return since
}

func (p *Participant) proven() bool {
	return p.State == signaling.Waiting || p.State == signaling.Present || p.State == signaling.Away
}

// queued reports whether p has a place in the queue: one who was in the call has left it.
func (p *Participant) queued() bool {
	return (p.State == signaling.Waiting || p.State == signaling.Away) && !p.Since.IsZero()
}

// row is p as a doctor's desktops are told of him.
func (w *WaitingRoom) row(p *Participant) signaling.Participant {
	holder := p.Holder
	if d := w.holding(holder.Installation); d != nil {
		holder = d.who
		holder.Online = true
	}
	row := signaling.Participant{
		Participant: p.ID, Invitation: p.Invitation, Room: p.Room, State: p.State,
		Arrived: signaling.At(p.Arrived), Since: signaling.At(p.Since), Holder: holder,
	}
	if p.State == signaling.Away {
		row.AwaySince = signaling.At(p.Lost)
	}
	return row
}
