package front

import (
	"net/http"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/room"
	"legekonsultasjon/signaling-server/store"
)

// maxAhead is how far in the future an invitation may end.
const maxAhead = 400 * 24 * time.Hour

func (s *Server) desktopSocket(w http.ResponseWriter, r *http.Request) {
	if !s.sameOrigin(r, false) {
		http.Error(w, "wrong origin", http.StatusForbidden)
		return
	}
	conn, err := signaling.Accept(w, r)
	if err != nil {
		return
	}
	if c := s.open(r, conn, desktopKind, desktopMessages, desktopBytes); c != nil {
		go s.desktop(c)
	}
}

func (s *Server) desktop(c *socket) {
	var code signaling.Code
	defer func() { s.shut(c, code) }()
	hello, code, ok := first[signaling.Hello](s, c)
	if !ok {
		return
	}
	if code = signaling.CheckVersion(hello.Version); code != "" {
		return
	}
	s.sit(c, hello.Session)
	session, d, clinic, err := s.opts.Store.Session(s.ctx, hello.Session)
	if err == nil && session.Installation != hello.Installation {
		err = &store.Error{Code: signaling.SignedOut} // a session belongs to the installation that signed in
	}
	if code = store.CodeOf(err); code != "" {
		return
	}
	s.mu.Lock()
	c.account = d.ID
	s.mu.Unlock()
	code = s.desktopIn(c, hello, d, clinic)
}

// desktopIn is the life of a desktop's socket after its Hello.
func (s *Server) desktopIn(c *socket, hello signaling.Hello, d store.Doctor, clinic store.Clinic) signaling.Code {
	who := signaling.Workstation{Installation: hello.Installation, Name: hello.Workstation}
	account := store.Account(d, clinic)
	s.greeted(c)
	doctor := string(d.ID)
	s.rooms.Post(doctor, room.DesktopCame{
		ID: c.id, Workstation: who, Client: c.out,
		Welcome: signaling.Welcome{
			Version: signaling.Version, Now: signaling.At(time.Now()), ICEServers: s.iceServers(c), Account: &account,
		},
	})
	defer s.rooms.Post(doctor, room.DesktopLost{ID: c.id})
	for {
		m, relay, err := c.next()
		_ = c.pace.Wait(s.ctx)
		switch {
		case err != nil:
			return readCode(err)
		case relay != nil:
			s.rooms.Post(doctor, room.DesktopSent{ID: c.id, Relay: *relay})
		case !s.obey(c, d, who, m):
			return signaling.BadMessage
		}
	}
}

// obey does what a desktop asks; false when that is nothing a desktop may ask.
func (s *Server) obey(c *socket, d store.Doctor, who signaling.Workstation, m signaling.Message) bool {
	c.working.Lock()
	defer c.working.Unlock()
	doctor, account := d.ID, store.Account(d, store.Clinic{})
	switch m := m.(type) {
	case signaling.Create:
		if !account.MayInvite() {
			s.answer(c, m.Request, signaling.NotAllowed)
			break
		}
		s.answer(c, m.Request, s.create(doctor, who, m))
	case signaling.Change:
		s.answer(c, m.Request, s.change(doctor, m))
	case signaling.Delete:
		s.answer(c, m.Request, store.CodeOf(s.opts.Store.DeleteInvitation(s.ctx, doctor, m.Invitation)))
	case signaling.Place:
		if m.State == signaling.Present && !account.MayJoin() {
			return false // a receptionist's desktop has no Delta
		}
		s.rooms.Post(string(doctor), room.DesktopPlaced{ID: c.id, Place: m})
	default:
		return false
	}
	return true
}

func (s *Server) answer(c *socket, request int, code signaling.Code) {
	s.opts.Count(Requests, code)
	if code != "" {
		s.log(c).Info("request refused", "code", code)
	}
	c.out.Send(signaling.Done{Request: request, Code: code})
}

func (s *Server) create(doctor store.DoctorID, who signaling.Workstation, m signaling.Create) signaling.Code {
	if !sensible(m.NotAfter) {
		return signaling.BadMessage
	}
	return store.CodeOf(s.opts.Store.CreateInvitation(s.ctx, store.Invitation{
		ID: m.Invitation, Owner: doctor, Holder: who.Installation, HolderName: who.Name, Room: m.Room,
		AdmissionHash: m.AdmissionHash, NotBefore: m.NotBefore, NotAfter: m.NotAfter, Note: m.Note,
	}))
}

func (s *Server) change(doctor store.DoctorID, m signaling.Change) signaling.Code {
	if !sensible(m.NotAfter) {
		return signaling.BadMessage
	}
	return store.CodeOf(s.opts.Store.ChangeInvitation(s.ctx, doctor, m))
}

// sensible refuses an end that is past or too far away to be meant.
func sensible(notAfter signaling.Seconds) bool {
	left := time.Until(notAfter.Time())
	return left > 0 && left <= maxAhead
}
