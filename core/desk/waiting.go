package desk

import (
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// entered: a PIN or resume was right in k and stands in the book. The session becomes the live one, the server and the
// other workstations learn where the patient is, and the doctor hears of somebody who was not there before.
func (l *loop) entered(g *guest, k *link, has onPage) {
	l.act(g, g.sessions.Step(l.now(), access.SessionProven{Session: k.session}))
	if g.socket != k.socket && l.connected(g, g.socket) {
		_ = l.wire().send(signaling.Place{Participant: g.socket, State: signaling.Gone})
	}
	isNew := !g.in
	g.retries, g.retryAt = 0, time.Time{}
	g.in, g.socket, g.away, g.quiet, g.locked = true, k.socket, time.Time{}, time.Time{}, nil
	l.place(g)
	l.takeUpPeer(g, k, has)
	if l.call != nil && l.call.id == g.id {
		_ = k.Send(access.Admit{})
		return
	}
	if isNew {
		l.arrived(g)
	}
}

func (l *loop) connected(g *guest, socket signaling.ParticipantID) bool {
	p, ok := g.sockets[socket]
	return ok && p.State != signaling.Away && p.State != signaling.Gone
}

// place tells the server where the patient is.
func (l *loop) place(g *guest) {
	_, i, ok := l.find(g.id)
	if !ok || !g.in {
		return
	}
	state := signaling.Waiting
	if l.call != nil && l.call.id == g.id {
		state = signaling.Present
	}
	_ = l.wire().send(signaling.Place{Participant: g.socket, State: state, Since: signaling.At(i.Since)})
}

func (l *loop) arrived(g *guest) {
	l.Log.Info("patient arrived", "invitation", g.id)
	l.Notifier.PatientArrived(l.settings.Chime && l.call == nil)
	if l.call != nil {
		l.tell(Notice{Code: "arrived", Args: l.labelArgs(g.id)})
	}
}

// participant takes what the server says of one socket.
func (l *loop) participant(p signaling.Participant) {
	if p.Holder.Installation != l.settings.Installation {
		if p.State == signaling.Waiting || p.State == signaling.Away {
			l.others[p.Participant] = p
		} else {
			delete(l.others, p.Participant)
		}
		return
	}
	if g := l.guest(p.Invitation); g != nil {
		l.ownParticipant(g, p)
	}
}

func (l *loop) ownParticipant(g *guest, p signaling.Participant) {
	g.sockets[p.Participant] = p
	l.adopt(g, p)
	switch p.State {
	case signaling.Gone:
		delete(g.sockets, p.Participant)
		l.socketClosed(g, p.Participant)
		if p.Participant == g.socket {
			l.gone(g)
		}
	case signaling.Away:
		l.socketClosed(g, p.Participant)
		if p.Participant == g.socket {
			g.away = p.AwaySince.Time()
		}
	}
}

// adopt gives a row to a patient of whom the server knows, from before we were started, that he was let in.
func (l *loop) adopt(g *guest, p signaling.Participant) {
	proven := p.State == signaling.Waiting || p.State == signaling.Present || p.State == signaling.Away
	_, i, ok := l.find(g.id)
	if proven && !g.in && ok && !i.Proven.IsZero() && !i.Since.IsZero() {
		g.in, g.socket = true, p.Participant
	}
}

func (l *loop) socketClosed(g *guest, socket signaling.ParticipantID) {
	delete(l.sockets, socket)
	l.act(g, g.sessions.Step(l.now(), access.SocketClosed{Socket: access.Socket(socket)}))
}

// gone: the patient has given up his place, or was away too long. He may come back and begins a new wait.
func (l *loop) gone(g *guest) {
	if g.live() != nil {
		return // a newer socket is there
	}
	g.in, g.socket, g.away, g.quiet = false, signaling.ParticipantID{}, time.Time{}, time.Time{}
	if l.call == nil || l.call.id != g.id {
		l.dropPeer(g)
	}
	if l.step(g.id, appointment.GaveUp{}) {
		l.save()
	}
}

// watchGuests notices patients who were there before the line broke and do not come back.
func (l *loop) watchGuests(now time.Time) {
	for _, g := range l.guests {
		switch {
		case !g.in || g.live() != nil || l.connection != Online:
			g.quiet = time.Time{}
		case g.quiet.IsZero():
			g.quiet = now
		case now.Sub(g.quiet) >= signaling.AwayGrace:
			l.gone(g)
		case now.Sub(g.quiet) >= signaling.AwayAfter && g.away.IsZero():
			g.away = g.quiet
		}
	}
}
