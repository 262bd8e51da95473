package desk

import (
	"bytes"
	"errors"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// relayed takes what a patient's socket sent: an m1, or a frame of one of his sessions. Anything else has no effect.
func (l *loop) relayed(r signaling.Relay) {
	if len(r.Payload) == access.M1Len {
		l.knocked(r.Peer, r.Payload)
		return
	}
	g := l.guests[l.sockets[r.Peer]]
	if g == nil {
		return
	}
	session := g.sessions.Find(access.Socket(r.Peer), r.Payload)
	k := g.links[session]
	if k == nil {
		return
	}
	m, err := k.open(r.Payload)
	switch {
	case err == nil:
		l.said(g, k, m)
	case errors.Is(err, access.ErrBroken), errors.Is(err, access.ErrRefused):
		l.Log.Warn("session broke", "invitation", g.id, "refused", errors.Is(err, access.ErrRefused))
		l.act(g, g.sessions.Step(l.now(), access.SessionBroke{Session: session}))
	}
}

// knocked answers an m1 if the invitation is valid by our own clock and book. The epoch stands in the book before.
func (l *loop) knocked(socket signaling.ParticipantID, m1 []byte) {
	raw, err := access.InvitationOf(m1)
	if err != nil {
		return
	}
	id, now := signaling.InvitationID(raw), l.now()
	a, _, ok := l.find(id)
	if !ok || !a.Valid(now) {
		l.Log.Info("knock on an invitation that is not valid", "known", ok)
		return
	}
	g := l.guest(id)
	if g == nil {
		return
	}
	for _, action := range g.sessions.Step(now, access.SessionAsked{Socket: access.Socket(socket)}) {
		if _, ok := action.(access.ActAnswer); !ok || !l.step(id, appointment.Answered{}) {
			continue
		}
		_, i, _ := l.find(id)
		w := l.wire()
		l.afterSave(func() { l.answer(g, w, socket, m1, i.Epoch) })
	}
}

func (l *loop) answer(g *guest, w *wire, socket signaling.ParticipantID, m1 []byte, epoch uint32) {
	a, i, ok := l.find(g.id)
	if !ok || l.guests[g.id] != g || w == nil || w != l.wire() {
		return
	}
	m2, session, err := access.Respond(g.keys, m1, epoch)
	if err != nil {
		l.Log.Warn("handshake", "invitation", g.id, "err", err)
		return
	}
	k := &link{socket: socket, wire: w, session: session}
	g.links[session] = k
	l.sockets[socket] = g.id
	l.act(g, g.sessions.Step(l.now(), access.SessionBegun{Socket: access.Socket(socket), Session: session}))
	_ = w.relay(socket, m2)
	_ = k.Send(l.ready(a, i))
}

func (l *loop) ready(a appointment.Appointment, i appointment.Invitation) access.Ready {
	return access.Ready{
		TriesLeft: i.PIN.TriesLeft(), Time: a.At.Format(time.RFC3339), Wait: i.PIN.WaitSeconds(l.now()), Locked: i.PIN.Locked(),
	}
}

// readyAgain tells the pages that wait for a PIN that there is a new one.
func (l *loop) readyAgain(id signaling.InvitationID) {
	a, i, ok := l.find(id)
	g := l.guests[id]
	if !ok || g == nil {
		return
	}
	g.locked = nil
	for _, k := range g.links {
		if !k.granted() {
			_ = k.Send(l.ready(a, i))
		}
	}
}

// said takes one message of a patient.
func (l *loop) said(g *guest, k *link, m access.Message) {
	switch m := m.(type) {
	case access.PIN:
		l.tried(g, k, m)
	case access.Resume:
		l.resumed(g, k, m)
	case access.Answer, access.Candidate:
		if g.peer != nil && g.live() == k {
			g.peer.Receive(m)
		}
	case access.Bye:
		l.patientBye(g, k, m.Reason)
	}
}

// tried judges a PIN. What came of it is in the book before the patient learns it.
func (l *loop) tried(g *guest, k *link, m access.PIN) {
	a, i, ok := l.find(g.id)
	now := l.now()
	if !ok || k.granted() || g.asks != nil && g.asks.session == k.session || !a.Valid(now) {
		return
	}
	budget, verdict := i.PIN.Try(now, m.PIN)
	switch verdict {
	case access.PINRight:
		l.rightPIN(g, k, i, m)
	case access.PINWrong:
		l.step(g.id, appointment.PINTried{Budget: budget})
		l.afterSave(func() {
			l.wrongPIN(g, k, budget, m)
		})
	default:
		l.wrongPIN(g, k, budget, m)
	}
}

func (l *loop) wrongPIN(g *guest, k *link, budget access.PINBudget, m access.PIN) {
	now := l.now()
	_ = k.Send(access.PINResult{TriesLeft: budget.TriesLeft(), Wait: budget.WaitSeconds(now), Locked: budget.Locked()})
	if !budget.Locked() || g.links[k.session] == nil {
		return
	}
	if g.locked == nil {
		g.since = now
		l.Log.Warn("PIN locked", "invitation", g.id)
	}
	g.locked = &asking{session: k.session, device: validDevice(m.Device), peer: m.Peer}
}

// rightPIN lets the patient in, or asks the doctor when the PIN came from another device than the first.
func (l *loop) rightPIN(g *guest, k *link, i appointment.Invitation, m access.PIN) {
	device := validDevice(m.Device)
	if !i.Proven.IsZero() && !bytes.Equal(i.Device, device) {
		g.asks = &asking{session: k.session, device: device, peer: m.Peer}
		g.since = l.now()
		_ = k.Send(access.PINResult{OK: true, TriesLeft: i.PIN.TriesLeft(), NewDevice: true})
		l.Log.Info("new device", "invitation", g.id)
		return
	}
	l.admitDevice(g, &asking{session: k.session, device: device, peer: m.Peer})
}

// admitDevice lets a session in after a right PIN, by sight, or with the doctor's consent.
func (l *loop) admitDevice(g *guest, who *asking) {
	l.step(g.id, appointment.Entered{Device: who.device})
	l.afterSave(func() {
		k := g.links[who.session]
		_, i, _ := l.find(g.id)
		if k == nil || k.Send(access.PINResult{OK: true, TriesLeft: i.PIN.TriesLeft()}) != nil {
			return
		}
		l.entered(g, k, onPage{peer: who.peer})
	})
}

func validDevice(device []byte) []byte {
	if !access.ValidDevice(device) {
		return nil
	}
	return device
}

// resumed lets a device in that has given the PIN before.
func (l *loop) resumed(g *guest, k *link, m access.Resume) {
	a, i, ok := l.find(g.id)
	now := l.now()
	if !ok || k.granted() || !a.Valid(now) {
		return
	}
	if len(i.Device) == 0 || !access.VerifyResume(i.Device, k.session.TH(), m.Signature) {
		_ = k.Send(access.ResumeResult{TriesLeft: i.PIN.TriesLeft(), Wait: i.PIN.WaitSeconds(now), Locked: i.PIN.Locked()})
		return
	}
	l.step(g.id, appointment.Entered{})
	l.afterSave(func() {
		admitted := l.call != nil && l.call.id == g.id
		if k.Send(access.ResumeResult{OK: true, Admitted: admitted, TriesLeft: i.PIN.TriesLeft()}) == nil {
			l.entered(g, k, onPage{m.Peer, m.Lost})
		}
	})
}

// consent answers the question about a new device.
func (l *loop) consent(id signaling.InvitationID, yes bool) {
	g := l.guests[id]
	if g == nil || g.asks == nil {
		return
	}
	who := g.asks
	g.asks = nil
	if yes {
		l.admitDevice(g, who)
		return
	}
	l.closeLink(g, g.links[who.session], access.ByeRefused)
}

// closeLink ends one session in good order.
func (l *loop) closeLink(g *guest, k *link, bye string) {
	if k == nil {
		return
	}
	if bye != "" {
		_ = k.Send(access.Bye{Reason: bye})
	}
	l.act(g, g.sessions.Step(l.now(), access.SessionClosed{Session: k.session}))
}

// patientBye: the patient's page ends the session itself.
func (l *loop) patientBye(g *guest, k *link, reason string) {
	if reason == access.ByeMismatch && g.live() == k {
		if g.peer != nil {
			g.peer.Receive(access.Bye{Reason: reason}) // it ends as not genuine, whatever else it was about to say
		}
		l.act(g, g.sessions.Step(l.now(), access.SessionMismatch{}))
		return
	}
	wasLive := g.live() == k
	l.closeLink(g, k, "")
	if wasLive {
		l.dropPeer(g) // he hung up: nothing is to be waited for
	}
}
