package room

import (
	"time"

	"legekonsultasjon/core/signaling"
)

func (e PatientCame) step(w *WaitingRoom, now time.Time) []action {
	out, ok := w.makeRoom(e.Invitation)
	if !ok {
		return append(out, closing(e.Client, signaling.TryLater))
	}
	p := &Participant{
		ID: e.ID, Invitation: e.Invitation, Room: e.Room, Holder: e.Holder, State: signaling.Unproven, Arrived: now,
		Since: w.place(e.Invitation), client: e.Client,
	}
	w.add(p)
	welcome := e.Welcome
	welcome.Participant = e.ID
	welcome.Desktop = w.holdingID(e.Holder.Installation)
	out = append(out, send(e.Client, welcome))
	return append(out, w.tell(p)...)
}

// makeRoom keeps the sockets of one invitation side by side up to MaxSockets; then the oldest unproven one goes.
func (w *WaitingRoom) makeRoom(id signaling.InvitationID) ([]action, bool) {
	live := w.which(func(p *Participant) bool { return p.Invitation == id && p.client != nil })
	if len(live) < MaxSockets {
		return nil, true
	}
	for _, p := range live {
		if !p.proven() {
			return append([]action{closing(p.client, signaling.TryLater)}, w.gone(p)...), true
		}
	}
	return nil, false
}

func (e PatientLost) step(w *WaitingRoom, now time.Time) []action {
	p := w.find(e.ID)
	if p == nil || p.client == nil {
		return nil
	}
	p.client = nil
	p.Lost = e.Heard
	if p.Lost.IsZero() || p.Lost.After(now) {
		p.Lost = now
	}
	if !p.proven() || w.hasSuccessor(p) {
		return w.gone(p)
	}
	return w.pass(now)
}

// hasSuccessor reports whether another live socket of the same invitation has been proven.
func (w *WaitingRoom) hasSuccessor(p *Participant) bool {
	others := w.which(func(o *Participant) bool {
		return o != p && o.Invitation == p.Invitation && o.client != nil && o.proven()
	})
	return len(others) > 0
}

func (e PatientLeft) step(w *WaitingRoom, _ time.Time) []action {
	p := w.find(e.ID)
	if p == nil {
		return nil
	}
	out := w.gone(p)
	return append(out, w.dropPlaces(p.Invitation)...)
}

// dropPlaces gives up what lost sockets of an invitation have kept.
func (w *WaitingRoom) dropPlaces(id signaling.InvitationID) []action {
	var out []action
	for _, p := range w.which(func(p *Participant) bool { return p.Invitation == id && p.client == nil }) {
		out = append(out, w.gone(p)...)
	}
	return out
}

func (e PatientSent) step(w *WaitingRoom, _ time.Time) []action {
	p := w.find(e.ID)
	if p == nil {
		return nil
	}
	d := w.holding(p.Holder.Installation)
	if d == nil {
		return nil
	}
	return []action{{to: d.client, relay: &signaling.Relay{Peer: p.ID, Payload: e.Payload}}}
}
