package room

import (
	"time"

	"legekonsultasjon/core/signaling"
)

func (e DesktopCame) step(w *WaitingRoom, _ time.Time) []action {
	var out []action
	before := w.holding(e.Workstation.Installation)
	if before != nil {
		delete(w.desktops, before.id)
		out = append(out, closing(before.client, signaling.Replaced))
	} else if len(w.desktops) >= MaxDesktops {
		return []action{closing(e.Client, signaling.TryLater)}
	}
	w.desktops[e.ID] = &desktop{id: e.ID, who: e.Workstation, client: e.Client}
	out = append(out, send(e.Client, e.Welcome))
	out = append(out, w.presence(e.Workstation.Installation, true)...)
	for _, p := range w.which(func(*Participant) bool { return true }) {
		if p.Holder.Installation != e.Workstation.Installation { // the others were told to everybody by presence
			out = append(out, send(e.Client, w.row(p)))
		}
	}
	return out
}

// presence tells the patients of an installation and the doctor's desktops that its connection came or went. Every session
// is over then, so a participant who had been put out of the waiting room may begin again.
func (w *WaitingRoom) presence(id signaling.InstallationID, came bool) []action {
	var out []action
	now := signaling.Presence{Desktop: w.holdingID(id)}
	for _, p := range w.which(func(p *Participant) bool { return p.Holder.Installation == id }) {
		if came && p.State == signaling.Gone {
			p.State = signaling.Unproven
		}
		if p.client != nil {
			out = append(out, send(p.client, now))
		}
		if p.State != signaling.Gone {
			out = append(out, w.tell(p)...)
		}
	}
	return out
}

func (e DesktopLost) step(w *WaitingRoom, _ time.Time) []action {
	d := w.desktops[e.ID]
	if d == nil {
		return nil // it was replaced
	}
	delete(w.desktops, e.ID)
	return w.presence(d.who.Installation, false)
}

func (e DesktopSent) step(w *WaitingRoom, _ time.Time) []action {
	p := w.held(e.ID, e.Relay.Peer)
	if p == nil || p.client == nil {
		return nil
	}
	return []action{{to: p.client, relay: &signaling.Relay{Peer: e.ID, Payload: e.Relay.Payload}}}
}

// held finds a participant that this desktop connection holds.
func (w *WaitingRoom) held(by, id signaling.ParticipantID) *Participant {
	d, p := w.desktops[by], w.find(id)
	if d == nil || p == nil || p.Holder.Installation != d.who.Installation {
		return nil
	}
	return p
}

func (e DesktopPlaced) step(w *WaitingRoom, now time.Time) []action {
	p := w.held(e.ID, e.Place.Participant)
	if p == nil {
		return nil // it went meanwhile
	}
	switch {
	case e.Place.State == signaling.Gone && p.client == nil:
		return w.gone(p)
	case e.Place.State == signaling.Gone:
		p.State, p.Since = signaling.Gone, time.Time{}
		return w.tell(p)
	case p.client == nil:
		return nil // lost: it is the next socket that can be proven
	}
	p.Since = w.since(p, e.Place, now)
	p.State = e.Place.State
	return append(w.dropPlaces(p.Invitation), w.tell(p)...)
}

// since is the beginning of the wait: what the desktop says, never in the future, and for one who kept his place in the
// queue not later than that.
func (w *WaitingRoom) since(p *Participant, said signaling.Place, now time.Time) time.Time {
	since := said.Since.Time()
	if since.IsZero() || since.After(now) {
		since = now
	}
	kept := w.place(p.Invitation)
	if said.State == signaling.Waiting && !kept.IsZero() && kept.Before(since) {
		return kept
	}
	return since
}

func (e SessionEnded) step(w *WaitingRoom, _ time.Time) []action {
	var out []action
	for _, d := range w.desktops {
		if e.Installation == (signaling.InstallationID{}) || e.Installation == d.who.Installation {
			delete(w.desktops, d.id)
			out = append(out, closing(d.client, signaling.SignedOut))
			out = append(out, w.presence(d.who.Installation, false)...)
		}
	}
	return out
}
