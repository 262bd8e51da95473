package desk

import (
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// requests are the questions that the server has not answered on this socket. They are forgotten with the socket and
// asked again on the next one.
type requests struct {
	last    int
	pending map[int]request
	busy    map[signaling.InvitationID]bool
	after   time.Time // the server's store was in trouble: not before
}

type request struct {
	id     signaling.InvitationID
	create bool
	at     time.Time // the time that the server is told of
	change bool
}

// storeRetry is how long a store in trouble is left alone.
const storeRetry = 5 * time.Second

// register tells the server of new invitations and of ended ones.
func (l *loop) register() {
	if l.connection != Online || l.book == nil || l.now().Before(l.requests.after) {
		return
	}
	for _, a := range l.mine() {
		for _, i := range a.Invitations {
			switch {
			case l.requests.busy[i.ID] || l.book.Dirty(): // nothing is promised that a crash could forget
			case a.Wiped && !a.Forgotten:
				l.request(request{id: i.ID}, func(n int) signaling.Message {
					return signaling.Delete{Request: n, Invitation: i.ID}
				})
			case a.Closing == appointment.Open && !a.ServerHas && l.now().Before(a.NotAfter()):
				l.create(a, i)
			case a.Closing == appointment.Open && a.ServerHas && a.Changed:
				l.change(a, i)
			}
		}
	}
}

func (l *loop) create(a appointment.Appointment, i appointment.Invitation) {
	note, ok := l.note(a, i)
	if !ok {
		return
	}
	l.request(request{id: i.ID, create: true, at: a.At}, func(n int) signaling.Message {
		return signaling.Create{
			Request: n, Invitation: i.ID, Room: a.Room, AdmissionHash: signaling.Admission(i.Secret.Derive().Admission).Hash(),
			NotBefore: signaling.At(a.NotBefore()), NotAfter: signaling.At(a.NotAfter()), Note: note,
		}
	})
}

// change tells the server of an appointment's new time.
func (l *loop) change(a appointment.Appointment, i appointment.Invitation) {
	note, ok := l.note(a, i)
	if !ok {
		return
	}
	l.request(request{id: i.ID, change: true, at: a.At}, func(n int) signaling.Message {
		return signaling.Change{
			Request: n, Invitation: i.ID, NotBefore: signaling.At(a.NotBefore()), NotAfter: signaling.At(a.NotAfter()), Note: note,
		}
	})
}

// note is what the page can show before the doctor is there.
func (l *loop) note(a appointment.Appointment, i appointment.Invitation) ([]byte, bool) {
	account := l.settings.Account
	note, err := access.SealNote(i.Secret.Derive(), access.NoteContent{
		Clinic: account.Clinic, Doctor: account.Doctor, Phone: account.ClinicPhone,
		At: a.At.Format(time.RFC3339), Lang: a.Language,
	})
	if err != nil {
		l.Log.Error("note", "invitation", i.ID, "err", err)
	}
	return note, err == nil
}

func (l *loop) request(r request, message func(n int) signaling.Message) {
	q := &l.requests
	if q.pending == nil {
		q.pending, q.busy = map[int]request{}, map[signaling.InvitationID]bool{}
	}
	q.last++
	if l.wire().send(message(q.last)) == nil {
		q.pending[q.last], q.busy[r.id] = r, true
	}
}

// done takes the answer.
func (l *loop) done(d signaling.Done) {
	r, ok := l.requests.pending[d.Request]
	if !ok {
		return
	}
	delete(l.requests.pending, d.Request)
	delete(l.requests.busy, r.id)
	switch d.Code {
	case "", signaling.Exists: // an id is taken only by ourselves, when the answer to an earlier Create was lost
		l.stepDone(r, d.Code)
		if p := l.problems[slotLine]; p != nil && (p.Code == string(signaling.StoreFull) || p.Code == string(signaling.StoreDown)) {
			l.problems[slotLine] = nil
		}
	case signaling.StoreFull, signaling.StoreDown, signaling.TryLater:
		l.requests.after = l.now().Add(storeRetry)
		l.problems[slotLine] = &Problem{Code: string(d.Code)}
	default:
		l.Log.Error("request refused", "invitation", r.id, "code", d.Code)
		l.requests.busy[r.id] = true // asking again on this socket would be refused again
		if r.create || r.change {
			l.serverRefused(r.id)
		}
	}
}

// serverRefused: the link of these letters would lead nowhere, so they are not sent.
func (l *loop) serverRefused(id signaling.InvitationID) {
	_, i, _ := l.find(id)
	for _, d := range i.Deliveries {
		if d.State != appointment.Queued {
			continue
		}
		l.step(id, appointment.SendFailed{Number: d.Number, Reason: "serverRefused"})
	}
	l.save()
}

func (l *loop) stepDone(r request, code signaling.Code) {
	var e appointment.Event = appointment.ServerForgot{}
	switch {
	case r.create && code == "":
		e = appointment.ServerCreated{At: r.at}
	case r.create: // perhaps with a time of before
		e = appointment.ServerCreated{}
	case r.change:
		e = appointment.ServerChanged{At: r.at}
	}
	l.step(r.id, e)
	l.save()
}

// heard takes one message of the server.
func (l *loop) heard(m signaling.Message, relay *signaling.Relay) {
	if relay != nil {
		l.relayed(*relay)
		return
	}
	switch m := m.(type) {
	case signaling.Participant:
		l.participant(m)
	case signaling.Done:
		l.done(m)
	case signaling.Opened:
		if l.step(m.Invitation, appointment.NoteOpened{At: m.At.Time()}) {
			l.save()
		}
	case signaling.ICEServers:
		l.setServers(m.ICEServers)
	}
}
