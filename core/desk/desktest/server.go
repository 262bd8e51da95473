// Package desktest holds small complete fakes of what surrounds the desk: a signaling server in memory, a patient's page,
// a post office and a peer connection. They keep the rules of docs/PROTOCOL.md and docs/ACCESS.md as far as the desk can
// see them.
package desktest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"legekonsultasjon/core/signaling"
)

// Server is a signaling server in memory. It implements desk.Server. Its fields may be changed under Lock before it is
// used or through its methods.
type Server struct {
	Account  signaling.Account
	Password string
	Office   Office

	mu          sync.Mutex
	down        error // what a Dial or SignIn gets while the server is down
	store       signaling.Code
	sessions    map[string]bool
	created     []signaling.InvitationID // in order, repetitions included
	invitations map[signaling.InvitationID]held
	desktops    map[signaling.ParticipantID]*desktop
	patients    map[signaling.ParticipantID]*Line
}

type held struct {
	signaling.Create
	holder signaling.Workstation
}

type desktop struct {
	id      signaling.ParticipantID
	who     signaling.Workstation
	conn    signaling.Conn
	session string
}

// NewServer makes a server that knows one doctor.
func NewServer(account signaling.Account, password string) *Server {
	return &Server{
		Account: account, Password: password, sessions: map[string]bool{}, invitations: map[signaling.InvitationID]held{},
		desktops: map[signaling.ParticipantID]*desktop{}, patients: map[signaling.ParticipantID]*Line{},
	}
}

// Stop ends every socket and answers nobody until Start. What is stored stays, places in the queue are forgotten.
func (s *Server) Stop(code signaling.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = &signaling.Error{Code: signaling.Unreachable}
	for id, d := range s.desktops {
		_ = d.conn.Close(code)
		delete(s.desktops, id)
	}
	for id, p := range s.patients {
		p.end()
		delete(s.patients, id)
	}
}

// Refuse lets every Dial and SignIn end with err; nil lets them through.
func (s *Server) Refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

// Start answers again.
func (s *Server) Start() { s.Refuse(nil) }

// Store sets what Create and Delete are answered with; empty is success.
func (s *Server) Store(code signaling.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store = code
}

// EndSessions signs every desktop out.
func (s *Server) EndSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
	for id, d := range s.desktops {
		_ = d.conn.Close(signaling.SignedOut)
		delete(s.desktops, id)
	}
}

// Has reports whether an invitation is stored.
func (s *Server) Has(id signaling.InvitationID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.invitations[id]
	return ok
}

// Restore takes over sessions and invitations of another server, as one that was restored does.
func (s *Server) Restore(of *Server) {
	of.mu.Lock()
	defer of.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for session := range of.sessions {
		s.sessions[session] = true
	}
	for id, held := range of.invitations {
		s.invitations[id] = held
	}
}

// Times returns from when to when an invitation is valid here.
func (s *Server) Times(id signaling.InvitationID) (notBefore, notAfter time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.invitations[id]
	return have.NotBefore.Time(), have.NotAfter.Time()
}

// Sessions counts the sessions that are open.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// SignIn implements desk.Server.
func (s *Server) SignIn(_ context.Context, _ string, in signaling.SignIn) (signaling.SignedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return signaling.SignedIn{}, s.down
	}
	if in.Email != s.Account.Email || in.Password != s.Password {
		return signaling.SignedIn{}, &signaling.Error{Code: signaling.WrongSignIn}
	}
	if code := s.passcode(in.Passcode); code != "" {
		return signaling.SignedIn{}, refuse(code)
	}
	return signaling.SignedIn{Session: s.begin(in.Workstation), Account: s.Account}, nil
}

// SignOut implements desk.Server.
func (s *Server) SignOut(_ context.Context, _ string, out signaling.SignOut) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, out.Session)
	delete(s.Office.seats, out.Session)
	return s.down
}

// Dial implements desk.Server.
func (s *Server) Dial(ctx context.Context, _ string) (signaling.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	ours, theirs := signaling.Pipe()
	go s.serve(ours)
	return theirs, nil
}

func (s *Server) serve(conn signaling.Conn) {
	ctx := context.Background()
	defer conn.Close("")
	first, _, err := conn.Read(ctx)
	hello, ok := first.(signaling.Hello)
	if err != nil || !ok {
		return
	}
	d := s.welcome(conn, hello)
	if d == nil {
		_ = conn.Close(signaling.SignedOut)
		return
	}
	defer s.lost(d)
	for {
		m, relay, err := conn.Read(ctx)
		if err != nil {
			return
		}
		s.take(d, m, relay)
	}
}

func (s *Server) welcome(conn signaling.Conn, hello signaling.Hello) *desktop {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sessions[hello.Session] {
		return nil
	}
	for id, other := range s.desktops {
		if other.who.Installation == hello.Installation {
			_ = other.conn.Close(signaling.Replaced)
			delete(s.desktops, id)
		}
	}
	d := &desktop{id: signaling.NewParticipantID(), conn: conn, session: hello.Session,
		who: signaling.Workstation{Installation: hello.Installation, Name: hello.Workstation, Online: true}}
	s.desktops[d.id] = d
	account := s.Account
	_ = conn.Write(context.Background(), signaling.Welcome{Version: signaling.Version, Now: signaling.At(time.Now()), Account: &account})
	for _, p := range s.patients {
		s.tell(p)
	}
	s.presence(d.who.Installation)
	return d
}

func (s *Server) lost(d *desktop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.desktops[d.id] == d {
		delete(s.desktops, d.id)
		s.presence(d.who.Installation)
		for _, p := range s.patients {
			s.tell(p)
		}
	}
}

// presence tells the patients of an installation which of its connections is there.
func (s *Server) presence(id signaling.InstallationID) {
	for _, p := range s.patients {
		if p.holder.Installation == id {
			p.present(s.holding(id))
		}
	}
}

func (s *Server) holding(id signaling.InstallationID) signaling.ParticipantID {
	for _, d := range s.desktops {
		if d.who.Installation == id {
			return d.id
		}
	}
	return signaling.ParticipantID{}
}

func (s *Server) take(d *desktop, m signaling.Message, relay *signaling.Relay) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if relay != nil {
		if p := s.patients[relay.Peer]; p != nil && p.holder.Installation == d.who.Installation {
			p.put(relay.Payload)
		}
		return
	}
	switch m := m.(type) {
	case signaling.Create:
		s.created = append(s.created, m.Invitation)
		code := s.store
		if _, taken := s.invitations[m.Invitation]; taken && code == "" {
			code = signaling.Exists
		}
		if code == "" {
			s.invitations[m.Invitation] = held{m, d.who}
		}
		_ = d.conn.Write(context.Background(), signaling.Done{Request: m.Request, Code: code})
	case signaling.Change:
		code, have := s.store, s.invitations[m.Invitation]
		if _, ok := s.invitations[m.Invitation]; !ok && code == "" {
			code = signaling.NotYours
		}
		if code == "" {
			have.NotBefore, have.NotAfter, have.Note = m.NotBefore, m.NotAfter, m.Note
			s.invitations[m.Invitation] = have
		}
		_ = d.conn.Write(context.Background(), signaling.Done{Request: m.Request, Code: code})
	case signaling.Delete:
		if s.store == "" {
			delete(s.invitations, m.Invitation)
			s.closePatients(m.Invitation)
		}
		_ = d.conn.Write(context.Background(), signaling.Done{Request: m.Request, Code: s.store})
	case signaling.Place:
		s.place(m)
	}
}

func (s *Server) closePatients(id signaling.InvitationID) {
	for socket, p := range s.patients {
		if p.invitation == id {
			p.state = signaling.Gone
			s.tell(p)
			p.end()
			delete(s.patients, socket)
		}
	}
}

func (s *Server) place(m signaling.Place) {
	p := s.patients[m.Participant]
	if p == nil {
		return
	}
	p.state, p.since = m.State, m.Since
	for socket, other := range s.patients { // a place that was kept is taken over
		if other != p && other.invitation == p.invitation && other.away && m.State != signaling.Gone {
			other.state = signaling.Gone
			s.tell(other)
			delete(s.patients, socket)
		}
	}
	s.tell(p)
}

// tell sends a participant's row to every desktop.
func (s *Server) tell(p *Line) {
	holder := p.holder
	holder.Online = s.holding(holder.Installation) != signaling.ParticipantID{}
	row := signaling.Participant{
		Participant: p.ID, Invitation: p.invitation, Room: p.room, State: p.state, Since: p.since, Holder: holder,
		AwaySince: p.awaySince,
	}
	for _, d := range s.desktops {
		_ = d.conn.Write(context.Background(), row)
	}
}

// Connect is a patient's socket with the right admission; it fails for an invitation that is not stored.
func (s *Server) Connect(id signaling.InvitationID, admission signaling.Admission) (*Line, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.invitations[id]
	if s.down != nil || !ok || h.AdmissionHash != admission.Hash() {
		return nil, fmt.Errorf("refused: %s", signaling.NotValid)
	}
	p := newLine(s, id, h.Room, h.holder)
	s.patients[p.ID] = p
	p.present(s.holding(h.holder.Installation))
	s.tell(p)
	return p, nil
}

// FetchNote is a request for the sealed note.
func (s *Server) FetchNote(id signaling.InvitationID) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.invitations[id]
	if !ok {
		return nil, false
	}
	if d := s.desktops[s.holding(h.holder.Installation)]; d != nil {
		_ = d.conn.Write(context.Background(), signaling.Opened{Invitation: id, At: signaling.At(time.Now())})
	}
	return h.Note, true
}
