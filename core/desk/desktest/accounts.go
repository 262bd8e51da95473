package desktest

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

// Office is what the server keeps of accounts beside the one that signs in. Its fields may be changed before the server is
// used.
type Office struct {
	Passcode         string // what signing in wants beside the password; empty for none
	Enrolment        string // the code that begins the account, once; empty for none
	PasscodeRequired bool
	People           []signaling.Person // of the clinic
	IdleHours        int

	recovery []string
	seats    map[string]signaling.Seat // by session
}

// RecoveryCodes are the ones that the fake hands out.
func RecoveryCodes() []string { return []string{"4QK7-RT2M-X9WV", "H3NP-6J8Y-2BCD"} }

func refuse(code signaling.Code) error { return &signaling.Error{Code: code} }

// begin makes a session. The caller holds the lock.
func (s *Server) begin(workstation string) string {
	id := signaling.NewInstallationID()
	session := base64.RawURLEncoding.EncodeToString(id[:])
	s.sessions[session] = true
	if s.Office.seats == nil {
		s.Office.seats = map[string]signaling.Seat{}
	}
	now := signaling.At(time.Now())
	s.Office.seats[session] = signaling.Seat{ID: id.String(), Name: workstation, Began: now, Seen: now}
	return session
}

// passcode says whether a sign-in's passcode is right. The caller holds the lock.
func (s *Server) passcode(typed string) signaling.Code {
	o := &s.Office
	switch {
	case o.Passcode == "" && o.PasscodeRequired:
		return signaling.EnrolFirst
	case o.Passcode == "":
		return ""
	case typed == "":
		return signaling.PasscodeNeeded
	case typed == o.Passcode:
		return ""
	case slices.Contains(o.recovery, typed):
		o.recovery = slices.DeleteFunc(o.recovery, func(c string) bool { return c == typed })
		return ""
	}
	return signaling.WrongPasscode
}

// Enrol implements desk.AccountServer.
func (s *Server) Enrol(_ context.Context, _ string, in signaling.Enrol) (signaling.Enrolled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.Office
	switch {
	case s.down != nil:
		return signaling.Enrolled{}, s.down
	case o.Enrolment == "" || in.Email != s.Account.Email || in.Enrolment != o.Enrolment:
		return signaling.Enrolled{}, refuse(signaling.WrongEnrolment)
	case in.Password == "":
		return signaling.Enrolled{Account: s.Account, PasscodeRequired: o.PasscodeRequired}, nil
	case len(in.Password) < signaling.MinPassword:
		return signaling.Enrolled{}, refuse(signaling.ShortPassword)
	case strings.HasPrefix(in.Password, "passord"):
		return signaling.Enrolled{}, refuse(signaling.WeakPassword)
	case in.Secret == "" && o.PasscodeRequired:
		return signaling.Enrolled{}, refuse(signaling.EnrolFirst)
	case in.Secret != "" && len(in.Passcode) != 6:
		return signaling.Enrolled{}, refuse(signaling.WrongPasscode)
	}
	o.Enrolment, o.Passcode, s.Password = "", in.Passcode, in.Password
	out := signaling.Enrolled{Session: s.begin(in.Workstation), Account: s.Account, PasscodeRequired: o.PasscodeRequired}
	if in.Secret != "" {
		o.recovery = RecoveryCodes()
		out.RecoveryCodes = RecoveryCodes()
	}
	return out, nil
}

// open checks a session. The caller holds the lock.
func (s *Server) open(session string, administrators bool) error {
	switch {
	case s.down != nil:
		return s.down
	case !s.sessions[session]:
		return refuse(signaling.SignedOut)
	case administrators && !s.Account.Administers():
		return refuse(signaling.NotAllowed)
	}
	return nil
}

// AccountState implements desk.AccountServer.
func (s *Server) AccountState(_ context.Context, _ string, r signaling.AskAccount) (signaling.AccountState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, r.Email != ""); err != nil {
		return signaling.AccountState{}, err
	}
	state := signaling.AccountState{Passcode: s.Office.Passcode != "", PasscodeRequired: s.Office.PasscodeRequired, RecoveryLeft: len(s.Office.recovery)}
	if r.Email != "" && r.Email != s.Account.Email {
		return state, nil
	}
	for session, seat := range s.Office.seats {
		seat.This = session == r.Session
		seat.Online = seat.This
		state.Workstations = append(state.Workstations, seat)
	}
	slices.SortFunc(state.Workstations, func(a, b signaling.Seat) int { return strings.Compare(a.ID, b.ID) })
	return state, nil
}

// Revoke implements desk.AccountServer.
func (s *Server) Revoke(_ context.Context, _ string, r signaling.Revoke) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, r.Email != ""); err != nil {
		return err
	}
	for session, seat := range s.Office.seats {
		if seat.ID == r.ID {
			s.end(session)
		}
	}
	return nil
}

// RevokeAll signs every workstation out, as an administrator does.
func (s *Server) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for session := range s.sessions {
		s.end(session)
	}
}

func (s *Server) end(session string) {
	delete(s.sessions, session)
	delete(s.Office.seats, session)
	for id, d := range s.desktops {
		if d.session == session {
			_ = d.conn.Close(signaling.Revoked)
			delete(s.desktops, id)
		}
	}
}

// ChangePassword implements desk.AccountServer.
func (s *Server) ChangePassword(_ context.Context, _ string, r signaling.ChangePassword) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, false); err != nil {
		return err
	}
	switch {
	case r.Password != s.Password:
		return refuse(signaling.WrongSignIn)
	case len(r.New) < signaling.MinPassword:
		return refuse(signaling.ShortPassword)
	}
	s.Password = r.New
	for session := range s.sessions {
		if session != r.Session {
			s.end(session)
		}
	}
	return nil
}

// SetPasscode implements desk.AccountServer.
func (s *Server) SetPasscode(_ context.Context, _ string, r signaling.SetPasscode) (signaling.RecoveryCodes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, false); err != nil {
		return signaling.RecoveryCodes{}, err
	}
	switch {
	case r.Password != s.Password:
		return signaling.RecoveryCodes{}, refuse(signaling.WrongSignIn)
	case len(r.Passcode) != 6:
		return signaling.RecoveryCodes{}, refuse(signaling.WrongPasscode)
	}
	s.Office.Passcode, s.Office.recovery = r.Passcode, RecoveryCodes()
	return signaling.RecoveryCodes{RecoveryCodes: RecoveryCodes()}, nil
}

// People implements desk.AccountServer.
func (s *Server) People(_ context.Context, _ string, r signaling.AskPeople) (signaling.People, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, true); err != nil {
		return signaling.People{}, err
	}
	clinic := signaling.ClinicSettings{Name: s.Account.Clinic, Phone: s.Account.ClinicPhone, PasscodeRequired: s.Office.PasscodeRequired, IdleHours: s.Office.IdleHours}
	return signaling.People{Clinic: clinic, People: slices.Clone(s.Office.People)}, nil
}

// AddPerson implements desk.AccountServer.
func (s *Server) AddPerson(_ context.Context, _ string, r signaling.AddPerson) (signaling.Enrolment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, true); err != nil {
		return signaling.Enrolment{}, err
	}
	if s.person(r.Email) != nil {
		return signaling.Enrolment{}, refuse(signaling.Exists)
	}
	given := s.given()
	s.Office.People = append(s.Office.People, signaling.Person{Email: r.Email, Name: r.Name, Role: r.Role, Administrator: r.Administrator, EnrolBy: given.Expires})
	return given, nil
}

func (s *Server) given() signaling.Enrolment {
	return signaling.Enrolment{Code: "7K3M-9QRT-2XWV-H5NP", Expires: signaling.At(time.Now().Add(7 * 24 * time.Hour))}
}

func (s *Server) person(email string) *signaling.Person {
	for i := range s.Office.People {
		if s.Office.People[i].Email == email {
			return &s.Office.People[i]
		}
	}
	return nil
}

// ChangePerson implements desk.AccountServer.
func (s *Server) ChangePerson(_ context.Context, _ string, r signaling.ChangePerson) error {
	return s.changed(r.Session, r.Email, func(p *signaling.Person) {
		p.Name, p.Role, p.Administrator, p.Disabled = r.Name, r.Role, r.Administrator, r.Disabled
	})
}

// NewEnrolment implements desk.AccountServer.
func (s *Server) NewEnrolment(_ context.Context, _ string, r signaling.NewEnrolment) (signaling.Enrolment, error) {
	given := s.given()
	return given, s.changed(r.Session, r.Email, func(p *signaling.Person) { p.EnrolBy = given.Expires })
}

// RemovePasscode implements desk.AccountServer.
func (s *Server) RemovePasscode(_ context.Context, _ string, r signaling.RemovePasscode) error {
	return s.changed(r.Session, r.Email, func(p *signaling.Person) { p.Passcode = false })
}

func (s *Server) changed(session, email string, how func(p *signaling.Person)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(session, true); err != nil {
		return err
	}
	p := s.person(email)
	if p == nil {
		return refuse(signaling.NotYours)
	}
	how(p)
	return nil
}

// ChangeClinic implements desk.AccountServer.
func (s *Server) ChangeClinic(_ context.Context, _ string, r signaling.ChangeClinic) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(r.Session, true); err != nil {
		return err
	}
	s.Account.Clinic, s.Account.ClinicPhone = r.Clinic.Name, r.Clinic.Phone
	s.Office.PasscodeRequired, s.Office.IdleHours = r.Clinic.PasscodeRequired, r.Clinic.IdleHours
	return nil
}
