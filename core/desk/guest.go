package desk

import (
	"sync"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

// guest is what the running program knows of one invitation's patient beyond the book.
type guest struct {
	id       signaling.InvitationID
	keys     access.Keys
	sessions access.Sessions
	links    map[*access.Session]*link
	sockets  map[signaling.ParticipantID]signaling.Participant // as the server told

	in     bool                    // has a row: a PIN or resume was right and he has not gone
	socket signaling.ParticipantID // the one that was proven last
	away   time.Time               // since when he is away
	quiet  time.Time               // since when there has been no live session while we were online
	since  time.Time               // locked: the row's wait began

	asks   *asking // a new device waits for the doctor's consent
	locked *asking // the last session that met a locked PIN

	peer    *peerHandle
	retries int       // peer connections that failed in a row
	retryAt time.Time // the next is not made before
	broken  bool      // the connection could not be secured: stopped for good
}

// asking is a session that the doctor has to decide about, with what its PIN message said.
type asking struct {
	session *access.Session
	device  []byte
	peer    int
}

// guest returns the guest of an invitation of ours that is not over, made at first use; nil when there is none.
func (l *loop) guest(id signaling.InvitationID) *guest {
	if g := l.guests[id]; g != nil {
		return g
	}
	a, i, ok := l.find(id)
	if !ok || a.Wiped || a.Owner != l.owner() {
		return nil
	}
	g := &guest{
		id: id, keys: i.Secret.Derive(), links: map[*access.Session]*link{},
		sockets: map[signaling.ParticipantID]signaling.Participant{},
	}
	l.guests[id] = g
	return g
}

// live is the link of the proven session, or nil.
func (g *guest) live() *link {
	session, _ := g.sessions.Live()
	return g.links[session]
}

// link is one session with a patient over one socket of ours. Its methods are safe from several goroutines: the call's
// peer seals through it too, and frames go out in the order in which they were sealed.
type link struct {
	socket signaling.ParticipantID
	wire   *wire

	mu           sync.Mutex
	session      *access.Session
	negotiations int
}

// NextNegotiation implements call.Numbering: a second peer connection in the same session goes on counting, so that a
// late answer to the first is never taken for one to the second.
func (k *link) NextNegotiation() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.negotiations++
	return k.negotiations
}

// Send seals and relays one message. It implements call.Channel.
func (k *link) Send(m access.Message) error {
	if k == nil {
		return errLineDown
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	frame, err := k.session.Seal(m)
	if err != nil {
		return err
	}
	return k.wire.relay(k.socket, frame)
}

// Confirmation implements call.Channel.
func (k *link) Confirmation(role byte, offer, answer string, fingerprintP, fingerprintD [32]byte) [32]byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session.Confirmation(role, offer, answer, fingerprintP, fingerprintD)
}

func (k *link) open(frame []byte) (access.Message, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session.Open(frame)
}

func (k *link) granted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.session.Granted()
}

// wipe forgets the keys, after a last word if there is one.
func (k *link) wipe(bye string) {
	if bye != "" {
		_ = k.Send(access.Bye{Reason: bye})
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session.Wipe()
}

// closeSessions ends all sessions of a guest without a word: a socket is gone, or the words have been said.
func (l *loop) closeSessions(g *guest) {
	l.act(g, g.sessions.Step(l.now(), access.AllClosed{}))
}

// act carries out what the sessions of a guest call for.
func (l *loop) act(g *guest, actions []access.SessionAction) {
	for _, action := range actions {
		switch action := action.(type) {
		case access.ActAnswer: // knocked carries it out
		case access.ActEnd:
			l.endSession(g, action)
		case access.ActMismatch:
			l.mismatch(g, action.Again)
		}
	}
}

func (l *loop) endSession(g *guest, end access.ActEnd) {
	if k := g.links[end.Session]; k != nil {
		k.wipe(end.Bye)
		delete(g.links, end.Session)
	}
	if g.asks != nil && g.asks.session == end.Session {
		g.asks = nil
	}
	if g.locked != nil && g.locked.session == end.Session {
		g.locked = nil
	}
	if end.WasLive && g.peer != nil {
		g.peer.Detach() // a confirmed one goes on
		if !g.peer.confirmed {
			l.dropPeer(g)
		}
	}
}
