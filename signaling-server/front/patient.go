package front

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/room"
	"legekonsultasjon/signaling-server/store"
)

func (s *Server) patientSocket(w http.ResponseWriter, r *http.Request) {
	if !s.sameOrigin(r, true) {
		http.Error(w, "wrong origin", http.StatusForbidden)
		return
	}
	from := s.network(r)
	conn, err := signaling.Accept(w, r)
	if err != nil {
		return
	}
	// A fresh goroutine: the handler's has grown its stack and holds its buffers until it returns.
	if c := s.open(r, conn, patientKind, patientMessages, patientBytes); c != nil {
		go s.patient(c, from)
	}
}

func (s *Server) patient(c *socket, from netip.Prefix) {
	i, code, ok := s.admit(c, from)
	if !ok {
		s.shut(c, code)
		return
	}
	s.welcome(c, i)
	// A fresh goroutine once more: the proof has grown this one's stack, and from here on it mostly waits.
	doctor := string(i.Owner)
	go func() { s.shut(c, s.patientIn(c, doctor)) }()
}

// admit takes a patient's proof. When it is not right, he has been told so, or code says how to close.
func (s *Server) admit(c *socket, from netip.Prefix) (i store.Invitation, code signaling.Code, ok bool) {
	knock, code, ok := first[signaling.Knock](s, c)
	if !ok {
		return i, code, false
	}
	i, refused := s.prove(s.ctx, knock, from)
	s.opts.Count(Knocks, refused.Code)
	if refused.Code == "" && time.Now().Before(i.NotBefore.Time()) {
		refused = signaling.Refused{Code: signaling.TooEarly, NotBefore: i.NotBefore, Now: signaling.At(time.Now())}
	}
	if refused.Code != "" {
		c.out.Send(refused)
		return i, "", false
	}
	return i, "", true
}

// welcome brings a patient into his doctor's waiting room.
func (s *Server) welcome(c *socket, i store.Invitation) {
	s.greeted(c)
	s.rooms.Post(string(i.Owner), room.PatientCame{
		ID: c.id, Invitation: i.ID, Room: i.Room, Client: c.out,
		Holder:  signaling.Workstation{Installation: i.Holder, Name: i.HolderName},
		Welcome: signaling.Welcome{Version: signaling.Version, Now: signaling.At(time.Now()), ICEServers: s.iceServers(c)},
	})
}

// patientIn is the life of a patient's socket after that.
func (s *Server) patientIn(c *socket, doctor string) signaling.Code {
	for {
		m, relay, err := c.next()
		_ = c.pace.Wait(s.ctx)
		switch {
		case err != nil:
			heard, _ := signaling.LastHeard(c.conn)
			s.rooms.Post(doctor, room.PatientLost{ID: c.id, Heard: heard})
			return readCode(err)
		case relay != nil && relay.Peer == signaling.ParticipantID{}:
			s.rooms.Post(doctor, room.PatientSent{ID: c.id, Payload: relay.Payload})
		case m == signaling.Leave{}:
			s.rooms.Post(doctor, room.PatientLeft{ID: c.id})
			return ""
		default:
			s.rooms.Post(doctor, room.PatientLost{ID: c.id})
			return signaling.BadMessage
		}
	}
}

// prove checks an admission. Without the right one there is one answer, NotValid, for unknown, expired, deleted and wrong
// alike: the same lookup, the same hash and comparison, and not before refusalFloor after the beginning, so that the time
// tells nothing. Each failure is charged to the network it came from; when that has failed too often its look-ups take turns
// and the refusals come late. Nobody is refused for where he comes from.
func (s *Server) prove(ctx context.Context, k signaling.Knock, from netip.Prefix) (store.Invitation, signaling.Refused) {
	began := time.Now()
	if code := signaling.CheckVersion(k.Version); code != "" {
		return store.Invitation{}, signaling.Refused{Code: code}
	}
	wait, leave := refusalFloor, func() {}
	if s.failed.empty(from, began) {
		wait, leave = maxDelay, s.enter(ctx)
	}
	i, found, err := s.opts.Store.Invitation(ctx, k.Invitation)
	leave()
	if err != nil {
		return store.Invitation{}, signaling.Refused{Code: store.CodeOf(err)}
	}
	if !found {
		i.AdmissionHash = nobody()
	}
	got := k.Admission.Hash()
	right := subtle.ConstantTimeCompare(got[:], i.AdmissionHash[:]) == 1
	if right && found && !i.Expired(began) {
		return i, signaling.Refused{}
	}
	s.failed.charge(from, began)
	pause(ctx, time.Until(began.Add(wait)))
	return store.Invitation{}, signaling.Refused{Code: signaling.NotValid}
}

// Bounds of look-ups for networks that have failed too often.
const (
	laneWidth = 4
	laneWait  = time.Second // after which a turn is not waited for any longer
)

// enter waits for a turn at the store, for a second at most: an attack shares four look-ups at a time, and whoever is in
// the same network with it gets through. leave gives the turn back.
func (s *Server) enter(ctx context.Context) (leave func()) {
	late := time.NewTimer(laneWait)
	defer late.Stop()
	select {
	case s.lane <- struct{}{}:
		return func() { <-s.lane }
	case <-late.C:
	case <-ctx.Done():
	}
	return func() {}
}

// nobody is a hash that no known admission has.
func nobody() signaling.AdmissionHash { return sha256.Sum256([]byte("legekonsultasjon/1 nobody")) }

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
