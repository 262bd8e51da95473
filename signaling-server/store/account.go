package store

import (
	"context"
	"errors"
	"net/mail"
	"sort"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

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

// AddDoctor stores a new doctor's account with a password. Codes: Exists when the address has one; ShortPassword,
// WeakPassword.
func (s *Store) AddDoctor(ctx context.Context, clinic ClinicID, name, email, password string) (Doctor, error) {
	d, err := newDoctor(clinic, name, email)
	if err != nil {
		return Doctor{}, err
	}
	if d.Password, err = s.newPassword(ctx, password, d); err != nil {
		return Doctor{}, err
	}
	return d, s.putNew(ctx, d)
}

func newDoctor(clinic ClinicID, name, email string) (Doctor, error) {
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != strings.TrimSpace(email) {
		return Doctor{}, &Error{Code: signaling.BadMessage, Err: errors.New("not an e-mail address")}
	}
	d := Doctor{ID: doctorID(email), Clinic: clinic, Name: strings.TrimSpace(name), Email: address.Address}
	if d.Name == "" {
		return Doctor{}, &Error{Code: signaling.BadMessage, Err: errors.New("an account needs a name")}
	}
	return d, nil
}

func (s *Store) putNew(ctx context.Context, d Doctor) error {
	err := s.put(ctx, doctorPrefix+string(d.ID), d, 0, time.Time{})
	if err == errTaken {
		return &Error{Code: signaling.Exists}
	}
	return err
}

// Doctors lists all accounts by name.
func (s *Store) Doctors(ctx context.Context) ([]Doctor, error) {
	all, err := list[Doctor](ctx, s, doctorPrefix)
	sort.Slice(all, func(a, b int) bool { return all[a].Name < all[b].Name })
	return all, err
}

// DisableDoctor ends all sessions of an account and lets nobody sign in to it. ErrNotFound when there is none.
func (s *Store) DisableDoctor(ctx context.Context, email string) error {
	d, err := s.change(ctx, doctorID(email), func(d *Doctor) error {
		d.Disabled = true
		return nil
	})
	if err != nil {
		return err
	}
	return s.shutOut(ctx, d.ID)
}

// shutOut ends everything that a disabled account is signed in with.
func (s *Store) shutOut(ctx context.Context, id DoctorID) error {
	err := s.endSessions(ctx, id, "", signaling.Revoked)
	s.bus.Publish(Event{Kind: SignedOut, Doctor: id})
	return err
}

// changeTries bounds how often a change begins anew because somebody else changed the record meanwhile.
const changeTries = 5

// change reads an account, changes it and writes it back, unless another did so meanwhile: then it begins anew. An error of
// how ends it and is returned. ErrNotFound when there is no such account.
func (s *Store) change(ctx context.Context, id DoctorID, how func(d *Doctor) error) (Doctor, error) {
	for range changeTries {
		var d Doctor
		revision, err := s.get(ctx, doctorPrefix+string(id), &d)
		if err == errAbsent {
			return Doctor{}, ErrNotFound
		}
		if err != nil {
			return Doctor{}, err
		}
		if err := how(&d); err != nil {
			return d, err
		}
		if err := s.put(ctx, doctorPrefix+string(id), d, revision, time.Time{}); err != errTaken {
			return d, err
		}
	}
	return Doctor{}, &Error{Code: signaling.StoreDown, Err: errors.New("changed by others meanwhile")}
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
