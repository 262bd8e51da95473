package front

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// accounts adds the requests about accounts, people and the clinic.
func (s *Server) accounts(mux *http.ServeMux) {
	mux.HandleFunc("POST "+signaling.PathEnrol, s.enrol)
	handle(mux, s, signaling.PathAccount, false, s.accountState)
	handle(mux, s, signaling.PathRevoke, false, s.revoke)
	handle(mux, s, signaling.PathPassword, false, s.changePassword)
	handle(mux, s, signaling.PathPasscode, false, s.setPasscode)
	handle(mux, s, signaling.PathPeople, true, s.people)
	handle(mux, s, signaling.PathAddPerson, true, s.addPerson)
	handle(mux, s, signaling.PathChangePerson, true, s.changePerson)
	handle(mux, s, signaling.PathNewEnrolment, true, s.newEnrolment)
	handle(mux, s, signaling.PathRemovePasscode, true, s.removePasscode)
	handle(mux, s, signaling.PathChangeClinic, true, s.changeClinic)
}

// asker is who asks, by his session.
type asker struct {
	secret  string
	session store.Session
	doctor  store.Doctor
	clinic  store.Clinic
	from    netip.Prefix
}

func (a asker) administers() bool { return store.Account(a.doctor, a.clinic).Administers() }

// request is a body with a session.
type request interface {
	signaling.Request
	By() string
}

// handle answers one kind of request: it reads the body, finds the session and, where it is an administrator's, sees to
// that. answer returns what to reply with, nil for 204.
func handle[T request](mux *http.ServeMux, s *Server, path string, administrators bool, answer func(ctx context.Context, a asker, r T) (any, error)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		data, ok := s.body(w, r)
		if !ok {
			return
		}
		in, err := signaling.DecodeRequest[T](data)
		if err != nil {
			s.refuse(w, signaling.Refused{Code: signaling.CodeOf(err)})
			return
		}
		reply, err := s.asked(r, in.By(), administrators, func(ctx context.Context, a asker) (any, error) { return answer(ctx, a, in) })
		code := store.CodeOf(err)
		s.opts.Count(Accounts, code)
		switch {
		case code != "":
			s.opts.Log.Info("request about accounts refused", "path", path, "code", code)
			s.refuse(w, signaling.Refused{Code: code})
		case reply == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			s.reply(w, http.StatusOK, reply)
		}
	})
}

func (s *Server) asked(r *http.Request, secret string, administrators bool, answer func(ctx context.Context, a asker) (any, error)) (any, error) {
	session, d, clinic, err := s.opts.Store.Session(r.Context(), secret)
	if err != nil {
		return nil, err
	}
	a := asker{secret: secret, session: session, doctor: d, clinic: clinic, from: s.network(r)}
	if administrators && !a.administers() {
		return nil, &store.Error{Code: signaling.NotAllowed}
	}
	return answer(r.Context(), a)
}

// person is the asker or, by address and for administrators, somebody of his clinic.
func (s *Server) person(ctx context.Context, a asker, email string) (store.Doctor, error) {
	if email == "" || email == a.doctor.Email {
		return a.doctor, nil
	}
	if !a.administers() {
		return store.Doctor{}, &store.Error{Code: signaling.NotAllowed}
	}
	return s.opts.Store.PersonOf(ctx, a.clinic.ID, email)
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) {
	data, ok := s.body(w, r)
	if !ok {
		return
	}
	in, err := signaling.DecodeRequest[signaling.Enrol](data)
	if err != nil {
		s.refuse(w, signaling.Refused{Code: signaling.CodeOf(err)})
		return
	}
	begun, err := s.tryEnrol(r, in)
	code := store.CodeOf(err)
	s.opts.Count(Enrolments, code)
	if code != "" {
		s.opts.Log.Info("enrolment refused", "code", code)
		s.refuse(w, signaling.Refused{Code: code})
		return
	}
	s.reply(w, http.StatusOK, signaling.Enrolled{
		Session: begun.Session, Account: store.Account(begun.Doctor, begun.Clinic), PasscodeRequired: begun.Clinic.PasscodeRequired,
		RecoveryCodes: begun.RecoveryCodes,
	})
}

// tryEnrol delays networks that have failed too often. Nothing else is needed: the code has 80 random bits.
func (s *Server) tryEnrol(r *http.Request, in signaling.Enrol) (store.Begun, error) {
	now, from := time.Now(), s.network(r)
	if s.logins.empty(from, now) {
		pause(r.Context(), maxDelay)
	}
	begun, err := s.opts.Store.Enrol(r.Context(), in)
	if store.CodeOf(err) == signaling.WrongEnrolment {
		s.logins.charge(from, now)
	}
	return begun, err
}

func (s *Server) accountState(ctx context.Context, a asker, r signaling.AskAccount) (any, error) {
	d, err := s.person(ctx, a, r.Email)
	if err != nil {
		return nil, err
	}
	seats, err := s.opts.Store.Seats(ctx, d, a.clinic, a.secret)
	if err != nil {
		return nil, err
	}
	online := s.online()
	state := signaling.AccountState{Passcode: d.Passcode != nil, PasscodeRequired: a.clinic.PasscodeRequired, Workstations: []signaling.Seat{}}
	if d.Passcode != nil {
		state.RecoveryLeft = len(d.Passcode.Recovery)
	}
	for _, seat := range seats {
		state.Workstations = append(state.Workstations, signaling.Seat{
			ID: seat.ID, Name: seat.Session.Workstation, Began: seat.Session.Began, Seen: seat.Session.Seen, Online: online[seat.ID], This: seat.This,
		})
	}
	return state, nil
}

func (s *Server) revoke(ctx context.Context, a asker, r signaling.Revoke) (any, error) {
	d, err := s.person(ctx, a, r.Email)
	if err != nil {
		return nil, err
	}
	return nil, s.opts.Store.Revoke(ctx, d.ID, r.ID)
}

func (s *Server) changePassword(ctx context.Context, a asker, r signaling.ChangePassword) (any, error) {
	return nil, s.guess(ctx, a.from, a.guesser(), true, false, func() error {
		return s.opts.Store.ChangePassword(ctx, a.doctor, a.session.Installation, r)
	})
}

func (s *Server) setPasscode(ctx context.Context, a asker, r signaling.SetPasscode) (any, error) {
	var out signaling.RecoveryCodes
	err := s.guess(ctx, a.from, a.guesser(), true, false, func() (err error) {
		out.RecoveryCodes, err = s.opts.Store.SetPasscode(ctx, a.doctor, a.session.Installation, r)
		return err
	})
	return out, err
}

func (a asker) guesser() guesser { return guesserOf(a.doctor.Email, a.session.Installation, true) }

func (s *Server) people(ctx context.Context, a asker, _ signaling.AskPeople) (any, error) {
	all, err := s.opts.Store.People(ctx, a.clinic.ID)
	if err != nil {
		return nil, err
	}
	seats, err := s.opts.Store.SeatCounts(ctx, a.clinic)
	if err != nil {
		return nil, err
	}
	out := signaling.People{Clinic: a.clinic.Settings(), People: []signaling.Person{}}
	for _, d := range all {
		account := store.Account(d, a.clinic)
		p := signaling.Person{Email: d.Email, Name: d.Name, Role: d.Role, Administrator: account.Administers(), Disabled: d.Disabled,
			Begun: d.Password != "", Passcode: d.Passcode != nil, Workstations: seats[d.ID]}
		if p.Role == "" {
			p.Role = signaling.RoleDoctor
		}
		if d.Enrolment != nil && time.Now().Before(d.Enrolment.Expires.Time()) {
			p.EnrolBy = d.Enrolment.Expires
		}
		out.People = append(out.People, p)
	}
	return out, nil
}

func (s *Server) addPerson(ctx context.Context, a asker, r signaling.AddPerson) (any, error) {
	d, code, err := s.opts.Store.AddPerson(ctx, a.clinic.ID, store.NewPerson{Name: r.Name, Email: r.Email, Role: r.Role, Administrator: r.Administrator})
	return enrolment(d, code), err
}

func (s *Server) newEnrolment(ctx context.Context, a asker, r signaling.NewEnrolment) (any, error) {
	d, code, err := s.opts.Store.NewEnrolment(ctx, a.clinic.ID, r.Email)
	return enrolment(d, code), err
}

func enrolment(d store.Doctor, code string) signaling.Enrolment {
	out := signaling.Enrolment{Code: code}
	if d.Enrolment != nil {
		out.Expires = d.Enrolment.Expires
	}
	return out
}

func (s *Server) changePerson(ctx context.Context, a asker, r signaling.ChangePerson) (any, error) {
	return nil, s.opts.Store.ChangePerson(ctx, a.clinic.ID, r)
}

func (s *Server) removePasscode(ctx context.Context, a asker, r signaling.RemovePasscode) (any, error) {
	return nil, s.opts.Store.RemovePasscode(ctx, a.clinic.ID, r.Email)
}

func (s *Server) changeClinic(ctx context.Context, a asker, r signaling.ChangeClinic) (any, error) {
	_, err := s.opts.Store.ChangeClinic(ctx, a.clinic.ID, r.Clinic)
	return nil, err
}

// online are the sessions that this process has sockets of.
func (s *Server) online() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	on := map[string]bool{}
	for c := range s.sockets {
		if c.seat != "" {
			on[c.seat] = true
		}
	}
	return on
}

// endSeat closes the sockets of a session that was ended.
func (s *Server) endSeat(seat string, why signaling.Code) {
	if why == "" {
		why = signaling.SignedOut
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		if c.seat == seat {
			c.out.Close(why)
		}
	}
}

// sit notes whose session a socket speaks for, before the session is looked up: one that ends meanwhile is either found gone
// or its end is heard.
func (s *Server) sit(c *socket, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.session, c.seat = secret, store.SessionID(secret)
}

// callAgain closes an account's desktops so that they connect again, and are told who they are now. Calls go on meanwhile.
func (s *Server) callAgain(id store.DoctorID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		if c.account == id {
			c.out.Close(signaling.Draining)
		}
	}
}
