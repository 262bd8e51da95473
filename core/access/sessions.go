package access

import (
	"slices"
	"time"
)

// Socket names one patient socket as long as it lives: the server's participant id.
type Socket [8]byte

// Sessions is the doctor's side of one invitation: which sessions stand, which of them is live, how often it may be
// begun anew. Step is the machine; it opens and seals nothing, reads no clock, and one goroutine owns it. The zero
// value is ready.
type Sessions struct {
	live       *held
	unproven   []*held // oldest first, at most UnprovenLimit
	lastM1     time.Time
	breaks     Breaks
	mismatches int
	stopped    bool
}

type held struct {
	socket  Socket
	session *Session
}

// SessionEvent is what happened; one of the types that begin with Session.
type SessionEvent interface{ sessionEvent() }

// SessionAsked: an m1 came from a socket. Answered by ActAnswer, or by nothing (too soon, or stopped): the patient asks
// again.
type SessionAsked struct{ Socket Socket }

// SessionBegun: the m1 was answered, and this session stands unproven beside the live one.
type SessionBegun struct {
	Socket  Socket
	Session *Session
}

// SessionProven: the session's pin or resume was right, or the doctor let it in, and he has consented to a new device.
type SessionProven struct{ Session *Session }

// SessionBroke: Open gave ErrBroken or ErrRefused.
type SessionBroke struct{ Session *Session }

// SessionMismatch: the confirmation, a fingerprint or the SDP gate failed in the live session.
type SessionMismatch struct{}

// SessionConfirmed: the confirmation of a peer connection has verified, so earlier mismatches are forgotten.
type SessionConfirmed struct{}

// SessionClosed: the session ended in good order (Bye was sent or received).
type SessionClosed struct{ Session *Session }

// SocketClosed: the patient's socket is gone, and with it every session that began on it.
type SocketClosed struct{ Socket Socket }

// AllClosed: the desktop's own socket is gone, or the invitation ended.
type AllClosed struct{}

func (SessionAsked) sessionEvent()     {}
func (SessionBegun) sessionEvent()     {}
func (SessionProven) sessionEvent()    {}
func (SessionBroke) sessionEvent()     {}
func (SessionMismatch) sessionEvent()  {}
func (SessionConfirmed) sessionEvent() {}
func (SessionClosed) sessionEvent()    {}
func (SocketClosed) sessionEvent()     {}
func (AllClosed) sessionEvent()        {}

// SessionAction is what the owner must do now; one of the types that begin with Act.
type SessionAction interface{ sessionAction() }

// ActAnswer: count the epoch in the book, Respond to the m1, send the m2, then step SessionBegun and send Ready.
type ActAnswer struct{ Socket Socket }

// ActEnd: send Bye with the reason if there is one, then Wipe. The session is no longer held. WasLive tells the live
// one from an unproven one.
type ActEnd struct {
	Socket  Socket
	Session *Session
	Bye     string
	WasLive bool
}

// ActMismatch: close the peer connection at once. Again says that one retry with new keys and certificates follows when
// the patient handshakes; otherwise stop in plain words. Write the audit event.
type ActMismatch struct{ Again bool }

func (ActAnswer) sessionAction()   {}
func (ActEnd) sessionAction()      {}
func (ActMismatch) sessionAction() {}

// Live is the proven session and its socket, or nil.
func (s *Sessions) Live() (*Session, Socket) {
	if s.live == nil {
		return nil, Socket{}
	}
	return s.live.session, s.live.socket
}

// Stopped reports that mismatches ended the invitation's tries: no m1 is answered any more.
func (s *Sessions) Stopped() bool { return s.stopped }

// Find returns the session, live or unproven, that a frame from this socket names; nil drops the frame.
func (s *Sessions) Find(socket Socket, wire []byte) *Session {
	for _, h := range s.all() {
		if h.socket == socket && h.session.Names(wire) {
			return h.session
		}
	}
	return nil
}

func (s *Sessions) all() []*held {
	if s.live == nil {
		return s.unproven
	}
	return append([]*held{s.live}, s.unproven...)
}

// Step takes one event at time now and returns what to do, in order.
func (s *Sessions) Step(now time.Time, event SessionEvent) []SessionAction {
	switch e := event.(type) {
	case SessionAsked:
		return s.asked(now, e.Socket)
	case SessionBegun:
		return s.begun(e)
	case SessionProven:
		return s.proven(e.Session)
	case SessionBroke:
		return s.broke(now, e.Session)
	case SessionMismatch:
		return s.mismatch()
	case SessionConfirmed:
		s.mismatches = 0
	case SessionClosed:
		return s.end("", func(h *held) bool { return h.session == e.Session })
	case SocketClosed:
		return s.end("", func(h *held) bool { return h.socket == e.Socket })
	case AllClosed:
		return s.end("", func(*held) bool { return true })
	}
	return nil
}

func (s *Sessions) asked(now time.Time, socket Socket) []SessionAction {
	since := now.Sub(s.lastM1)
	if s.stopped || !s.lastM1.IsZero() && since >= 0 && since < HandshakeEvery {
		return nil
	}
	s.lastM1 = now
	return []SessionAction{ActAnswer{socket}}
}

// begun also drops an older unproven session of the same socket: the page has one handshake at a time, and a socket that
// asks over and over must not crowd the others out.
func (s *Sessions) begun(e SessionBegun) []SessionAction {
	actions := s.endUnproven(func(h *held) bool { return h.socket == e.Socket })
	s.unproven = append(s.unproven, &held{e.Socket, e.Session})
	if len(s.unproven) > UnprovenLimit {
		oldest := s.unproven[0]
		actions = append(actions, s.endUnproven(func(h *held) bool { return h == oldest })...)
	}
	return actions
}

// proven puts the session in the live one's place. A page in another tab, or on another device, is told so.
func (s *Sessions) proven(session *Session) []SessionAction {
	at := slices.IndexFunc(s.unproven, func(h *held) bool { return h.session == session })
	if at < 0 {
		return nil
	}
	next := s.unproven[at]
	s.unproven = slices.Delete(s.unproven, at, at+1)
	var actions []SessionAction
	if old := s.live; old != nil {
		bye := ByeOpenedElsewhere
		if old.socket == next.socket {
			bye = "" // the same page began anew: it has forgotten that session
		}
		actions = append(actions, ActEnd{old.socket, old.session, bye, true})
	}
	s.live = next
	return actions
}

// broke ends the session. Only breaks of the live one are counted: whoever merely holds the link must not be able to
// bring about a Mismatch.
func (s *Sessions) broke(now time.Time, session *Session) []SessionAction {
	if s.live == nil || s.live.session != session {
		return s.endUnproven(func(h *held) bool { return h.session == session })
	}
	if !s.breaks.Record(now) {
		return s.mismatch()
	}
	return s.end(ByeBroken, func(h *held) bool { return h.session == session })
}

func (s *Sessions) mismatch() []SessionAction {
	s.mismatches++
	s.stopped = s.mismatches > MismatchRetry
	actions := []SessionAction{ActMismatch{Again: !s.stopped}}
	return append(actions, s.end(ByeMismatch, func(h *held) bool { return s.stopped || h == s.live })...)
}

func (s *Sessions) end(bye string, which func(*held) bool) []SessionAction {
	var actions []SessionAction
	if s.live != nil && which(s.live) {
		actions = append(actions, ActEnd{s.live.socket, s.live.session, bye, true})
		s.live = nil
	}
	return append(actions, s.endUnproven(which)...)
}

func (s *Sessions) endUnproven(which func(*held) bool) []SessionAction {
	var actions []SessionAction
	s.unproven = slices.DeleteFunc(s.unproven, func(h *held) bool {
		if !which(h) {
			return false
		}
		actions = append(actions, ActEnd{h.socket, h.session, "", false})
		return true
	})
	return actions
}
