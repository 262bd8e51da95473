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
			}
		}
	}
}

func (l *loop) create(a appointment.Appointment, i appointment.Invitation) {
	keys := i.Secret.Derive()
	account := l.settings.Account
	note, err := access.SealNote(keys, access.NoteContent{
		Clinic: account.Clinic, Doctor: account.Doctor, Phone: account.ClinicPhone,
		At: a.At.Format(time.RFC3339), Lang: a.Language,
	})
	if err != nil {
		l.Log.Error("note", "invitation", i.ID, "err", err)
		return
	}
	l.request(request{id: i.ID, create: true}, func(n int) signaling.Message {
		return signaling.Create{
			Request: n, Invitation: i.ID, Room: a.Room, AdmissionHash: signaling.Admission(keys.Admission).Hash(),
			NotBefore: signaling.At(a.NotBefore()), NotAfter: signaling.At(a.NotAfter()), Note: note,
		}
	})
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
		l.stepDone(r)
		if p := l.problems[slotLine]; p != nil && (p.Code == string(signaling.StoreFull) || p.Code == string(signaling.StoreDown)) {
			l.problems[slotLine] = nil
		}
	case signaling.StoreFull, signaling.StoreDown, signaling.TryLater:
		l.requests.after = l.now().Add(storeRetry)
		l.problems[slotLine] = &Problem{Code: string(d.Code)}
	default:
		l.Log.Error("request refused", "invitation", r.id, "code", d.Code)
		l.requests.busy[r.id] = true // asking again on this socket would be refused again
		if r.create {
			l.step(r.id, appointment.SendFailed{Reason: "serverRefused"})
			l.save()
		}
	}
}

func (l *loop) stepDone(r request) {
	var e appointment.Event = appointment.ServerForgot{}
	if r.create {
		e = appointment.ServerCreated{}
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
		l.ice = m.ICEServers
	}
}
