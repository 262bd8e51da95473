package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"sort"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

// SessionLife is how long a session lasts after it was last used; a use in its second half renews it.
const SessionLife = 30 * 24 * time.Hour

// MinPassword is the fewest characters of a new password.
const MinPassword = 10

// AddClinic stores a new clinic and returns it.
func (s *Store) AddClinic(ctx context.Context, name, phone string) (Clinic, error) {
	c := Clinic{ID: newClinicID(), Name: strings.TrimSpace(name), Phone: strings.TrimSpace(phone)}
	if c.Name == "" || c.Phone == "" {
		return Clinic{}, errors.New("a clinic needs a name and a phone number")
	}
	return c, s.put(ctx, clinicPrefix+string(c.ID), c, 0, time.Time{})
}

// Clinics lists all clinics by name.
func (s *Store) Clinics(ctx context.Context) ([]Clinic, error) {
	all, err := list[Clinic](ctx, s, clinicPrefix)
	sort.Slice(all, func(a, b int) bool { return all[a].Name < all[b].Name })
	return all, err
}

// FindClinic finds a clinic by its ID or, when only one has it, by its name. ErrNotFound when there is none.
func (s *Store) FindClinic(ctx context.Context, idOrName string) (Clinic, error) {
	all, err := s.Clinics(ctx)
	if err != nil {
		return Clinic{}, err
	}
	var found []Clinic
	for _, c := range all {
		if string(c.ID) == idOrName {
			return c, nil
		}
		if strings.EqualFold(c.Name, strings.TrimSpace(idOrName)) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return Clinic{}, ErrNotFound
	case 1:
		return found[0], nil
	}
	return Clinic{}, errors.New("several clinics have this name; give the id")
}

// AddDoctor stores a new account. Code Exists when the address has one.
func (s *Store) AddDoctor(ctx context.Context, clinic ClinicID, name, email, password string) (Doctor, error) {
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != strings.TrimSpace(email) {
		return Doctor{}, errors.New("not an e-mail address")
	}
	if len([]rune(password)) < MinPassword || len(password) > signaling.MaxPassword {
		return Doctor{}, fmt.Errorf("a password has at least %d characters and at most %d bytes", MinPassword, signaling.MaxPassword)
	}
	if strings.TrimSpace(name) == "" {
		return Doctor{}, errors.New("a doctor needs a name")
	}
	d := Doctor{ID: doctorID(email), Clinic: clinic, Name: strings.TrimSpace(name), Email: address.Address,
		Password: s.hasher.hash(password)}
	err = s.put(ctx, doctorPrefix+string(d.ID), d, 0, time.Time{})
	if err == errTaken {
		return Doctor{}, &Error{Code: signaling.Exists}
	}
	return d, err
}

// Doctors lists all accounts by name.
func (s *Store) Doctors(ctx context.Context) ([]Doctor, error) {
	all, err := list[Doctor](ctx, s, doctorPrefix)
	sort.Slice(all, func(a, b int) bool { return all[a].Name < all[b].Name })
	return all, err
}

// DisableDoctor ends all sessions of an account and lets nobody sign in to it. ErrNotFound when there is none.
func (s *Store) DisableDoctor(ctx context.Context, email string) error {
	var d Doctor
	revision, err := s.get(ctx, doctorPrefix+string(doctorID(email)), &d)
	if err == errAbsent {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	d.Disabled = true
	if err := s.put(ctx, doctorPrefix+string(d.ID), d, revision, time.Time{}); err != nil {
		return err
	}
	s.bus.Publish(Event{Kind: SignedOut, Doctor: d.ID})
	return nil
}

// account reads a doctor and his clinic. ok is false when one of them is missing or the doctor is disabled.
func (s *Store) account(ctx context.Context, id DoctorID) (d Doctor, c Clinic, ok bool, err error) {
	_, err = s.get(ctx, doctorPrefix+string(id), &d)
	if err == nil {
		_, err = s.get(ctx, clinicPrefix+string(d.Clinic), &c)
	}
	if err == errAbsent {
		return d, c, false, nil
	}
	return d, c, err == nil && !d.Disabled, err
}

// SignIn checks a password and makes a session. Codes: WrongSignIn for an unknown address, a wrong password and a disabled
// account alike, with the same work; TryLater when too many sign-ins are being checked; StoreFull, StoreDown.
func (s *Store) SignIn(ctx context.Context, in signaling.SignIn) (secret string, d Doctor, c Clinic, err error) {
	d, c, ok, err := s.account(ctx, doctorID(in.Email))
	if err != nil {
		return "", d, c, err
	}
	known := ""
	if ok {
		known = d.Password
	}
	waiting, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	right, err := s.hasher.matches(waiting, in.Password, known)
	if err != nil {
		return "", d, c, &Error{Code: signaling.TryLater, Err: err}
	}
	if !right {
		return "", Doctor{}, Clinic{}, &Error{Code: signaling.WrongSignIn}
	}
	var b [32]byte
	_, _ = rand.Read(b[:])
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	err = s.putSession(ctx, secret, 0, Session{Doctor: d.ID, Installation: in.Installation, Workstation: in.Workstation})
	return secret, d, c, err
}

func (s *Store) putSession(ctx context.Context, secret string, revision uint64, se Session) error {
	expires := s.opts.Now().Add(SessionLife)
	se.Expires = signaling.At(expires)
	return s.put(ctx, sessionKey(secret), se, revision, expires)
}

// Session finds who holds a session's secret, and renews it in its second half. Code SignedOut when it is unknown, over or
// of a disabled doctor; StoreDown.
func (s *Store) Session(ctx context.Context, secret string) (Session, Doctor, Clinic, error) {
	var se Session
	revision, err := s.get(ctx, sessionKey(secret), &se)
	if err != nil && err != errAbsent {
		return se, Doctor{}, Clinic{}, err
	}
	left := se.Expires.Time().Sub(s.opts.Now())
	if err == errAbsent || left <= 0 {
		return Session{}, Doctor{}, Clinic{}, &Error{Code: signaling.SignedOut}
	}
	d, c, ok, err := s.account(ctx, se.Doctor)
	if err != nil {
		return se, d, c, err
	}
	if !ok {
		return Session{}, Doctor{}, Clinic{}, &Error{Code: signaling.SignedOut}
	}
	if left < SessionLife/2 {
		if err := s.putSession(ctx, secret, revision, se); err != nil && err != errTaken {
			s.opts.Log.Warn("store: session not renewed", "err", err) // it is valid all the same
		}
	}
	return se, d, c, nil
}

// SignOut ends a session and tells every process. Ending one that is over succeeds.
func (s *Store) SignOut(ctx context.Context, secret string) error {
	var se Session
	_, err := s.get(ctx, sessionKey(secret), &se)
	if err == errAbsent {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.remove(ctx, sessionKey(secret)); err != nil {
		return err
	}
	s.bus.Publish(Event{Kind: SignedOut, Doctor: se.Doctor, Installation: se.Installation})
	return nil
}

func list[T any](ctx context.Context, s *Store, prefix string) ([]T, error) {
	keys, err := s.keys(ctx, prefix)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(keys))
	for _, key := range keys {
		var record T
		_, err := s.get(ctx, key, &record)
		if err == errAbsent {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
	return out, nil
}
