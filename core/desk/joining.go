package desk

import (
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/signaling"
)

// running is the call that the doctor is in: from Delta to Avslutt, whether or not the patient is there all the time.
type running struct {
	id                 signaling.InvitationID
	began              time.Time // media flows; zero before
	microphone, camera bool
	picture            bool
	heartSound         bool
	volume             int // in percent
	quality            string
	network            lineWatch
	panel              panel
	lost               map[call.Device]string // problem code of a device that failed
	notGenuine, failed bool
}

// join is Delta, Ta opp igjen, and Avslutt og ta neste.
func (l *loop) join(id signaling.InvitationID) {
	g := l.guests[id]
	if g == nil || l.call != nil && l.call.id == id || !l.canJoin(g) {
		return
	}
	if l.call != nil {
		l.leave()
	}
	if !l.step(id, appointment.CallBegan{}) {
		return
	}
	defer func() { // nobody waits for the disk, and a full one does not keep the doctor from his patient
		l.show()
		l.save()
	}()
	l.call = &running{id: id, microphone: true, camera: true, volume: normalVolume, lost: map[call.Device]string{}}
	l.settingsOpen, l.problems[slotCall] = false, nil
	if l.notice != nil && l.notice.Undo == nil {
		l.notice = nil // it was about the list, and going away it would move the picture
	}
	g.retries, g.retryAt = 0, time.Time{}
	l.Log.Info("joined", "invitation", id)
	if g.locked != nil { // by sight
		l.admitDevice(g, g.locked)
		return
	}
	if k := g.live(); k != nil {
		_ = k.Send(access.Admit{})
		l.place(g)
	}
	l.admitPeer(g)
}

// canJoin tells whether Delta leads anywhere: the patient is there and proven, waits before a locked PIN, or is about to
// come back from a call that was left.
func (l *loop) canJoin(g *guest) bool {
	a, _, ok := l.find(g.id)
	if !ok || !l.settings.Account.MayJoin() || a.Closing != appointment.Open || !a.Valid(l.now()) || g.asks != nil || g.broken {
		return false
	}
	return g.live() != nil || g.locked != nil ||
		g.in && g.away.IsZero() && l.connection == Online && l.resumable(a)
}

func (l *loop) resumable(a appointment.Appointment) bool {
	return !a.Left.IsZero() && l.now().Before(a.Left.Add(appointment.Resumable))
}

// leave is Avslutt: the patient is told, his page asks to wait again, and the row offers to take the call up again.
func (l *loop) leave() {
	c := l.call
	if c == nil {
		return
	}
	l.call = nil
	l.step(c.id, appointment.CallLeft{})
	l.step(c.id, appointment.GaveUp{}) // the next wait begins anew
	l.save()
	l.Log.Info("left", "invitation", c.id)
	g := l.guests[c.id]
	if g == nil {
		return
	}
	if g.in && g.live() != nil {
		_ = l.wire().send(signaling.Place{Participant: g.socket, State: signaling.Waiting, Since: signaling.At(l.now())})
	}
	l.closeLink(g, g.live(), access.ByeLeft)
	l.dropPeer(g)
	if l.session == "" {
		delete(l.guests, c.id)
	}
}

// mismatch: what was signed and what is there differ. The peer connection is closed at once; after one retry with new
// keys and certificates both sides stop.
func (l *loop) mismatch(g *guest, again bool) {
	l.Log.Warn("audit: connection could not be secured", "invitation", g.id, "again", again)
	l.dropPeer(g)
	if again {
		return
	}
	g.broken = true
	l.problems[slotCall] = &Problem{Code: "notGenuine", Args: l.labelArgs(g.id)}
	if l.call != nil && l.call.id == g.id {
		l.call.notGenuine = true
	}
}

func (l *loop) setMicrophone(on bool) {
	if l.call == nil {
		return
	}
	l.call.microphone = on
	if g := l.guests[l.call.id]; g != nil && g.peer != nil {
		g.peer.SetMicrophone(on)
	}
}

func (l *loop) setCamera(on bool) {
	if l.call == nil {
		return
	}
	l.call.camera = on
	if g := l.guests[l.call.id]; g != nil && g.peer != nil {
		g.peer.SetCamera(on)
	}
}
