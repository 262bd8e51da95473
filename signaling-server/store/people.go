package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

// People lists the accounts of a clinic by name.
func (s *Store) People(ctx context.Context, clinic ClinicID) ([]Doctor, error) {
	all, err := s.Doctors(ctx)
	if err != nil {
		return nil, err
	}
	people := all[:0]
	for _, d := range all {
		if d.Clinic == clinic {
			people = append(people, d)
		}
	}
	return people, nil
}

// SeatCounts counts the signed-in workstations of each account.
func (s *Store) SeatCounts(ctx context.Context, c Clinic) (map[DoctorID]int, error) {
	all, err := s.sessions(ctx)
	if err != nil {
		return nil, err
	}
	counts, now := map[DoctorID]int{}, s.opts.Now()
	for _, open := range all {
		if now.Before(open.session.end(c)) {
			counts[open.session.Doctor]++
		}
	}
	return counts, nil
}

// PersonOf finds an account of a clinic. Code NotYours when there is none.
func (s *Store) PersonOf(ctx context.Context, clinic ClinicID, email string) (Doctor, error) {
	var d Doctor
	_, err := s.get(ctx, doctorPrefix+string(doctorID(email)), &d)
	if err == errAbsent || err == nil && d.Clinic != clinic {
		return Doctor{}, &Error{Code: signaling.NotYours}
	}
	return d, err
}

// NewPerson is who gets an account.
type NewPerson struct {
	Name, Email   string
	Role          signaling.Role
	Administrator bool
}

// AddPerson stores a new account without a password, and returns the code that begins it. Codes: Exists, BadMessage.
func (s *Store) AddPerson(ctx context.Context, clinic ClinicID, p NewPerson) (Doctor, string, error) {
	d, err := newDoctor(clinic, p.Name, p.Email)
	if err != nil {
		return Doctor{}, "", err
	}
	if !p.Role.Known() {
		return Doctor{}, "", &Error{Code: signaling.BadMessage, Err: errors.New("no such role")}
	}
	d.Role, d.Administrator = p.Role, p.Administrator
	code := d.handOut(s.opts.Now())
	return d, code, s.putNew(ctx, d)
}

// NewEnrolment draws a new code for an account of a clinic. Everything stays as it is until it is used. Code NotYours.
func (s *Store) NewEnrolment(ctx context.Context, clinic ClinicID, email string) (Doctor, string, error) {
	var code string
	d, err := s.changePerson(ctx, clinic, email, func(d *Doctor) error {
		code = d.handOut(s.opts.Now())
		return nil
	})
	return d, code, err
}

// RemovePasscode forgets a lost authenticator and its recovery codes. Code NotYours.
func (s *Store) RemovePasscode(ctx context.Context, clinic ClinicID, email string) error {
	_, err := s.changePerson(ctx, clinic, email, func(d *Doctor) error {
		d.Passcode = nil
		return nil
	})
	return err
}

// ChangePerson sets name, roles and whether an account is disabled, which ends its sessions. Codes: NotYours,
// LastAdministrator, BadMessage.
func (s *Store) ChangePerson(ctx context.Context, clinic ClinicID, r signaling.ChangePerson) error {
	name := strings.TrimSpace(r.Name)
	if name == "" || !r.Role.Known() {
		return &Error{Code: signaling.BadMessage}
	}
	if err := s.leavesOne(ctx, clinic, r); err != nil {
		return err
	}
	d, err := s.changePerson(ctx, clinic, r.Email, func(d *Doctor) error {
		d.Name, d.Role, d.Administrator, d.Disabled = name, r.Role, r.Administrator, r.Disabled
		if d.Disabled {
			d.Enrolment = nil
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !d.Disabled:
		s.bus.Publish(Event{Kind: Changed, Doctor: d.ID})
		return nil
	}
	return s.shutOut(ctx, d.ID)
}

// leavesOne refuses a change after which nobody at the clinic could manage it. Two changes at the same moment may slip
// through; the command line helps then.
func (s *Store) leavesOne(ctx context.Context, clinic ClinicID, r signaling.ChangePerson) error {
	if !r.Disabled && (signaling.Account{Role: r.Role, Administrator: r.Administrator}).Administers() {
		return nil
	}
	people, err := s.People(ctx, clinic)
	if err != nil {
		return err
	}
	id, was, others := doctorID(r.Email), false, 0
	for _, d := range people {
		active := !d.Disabled && Account(d, Clinic{}).Administers()
		was = was || active && d.ID == id
		if active && d.ID != id {
			others++
		}
	}
	if was && others == 0 {
		return &Error{Code: signaling.LastAdministrator}
	}
	return nil
}

func (s *Store) changePerson(ctx context.Context, clinic ClinicID, email string, how func(d *Doctor) error) (Doctor, error) {
	d, err := s.change(ctx, doctorID(email), func(d *Doctor) error {
		if d.Clinic != clinic {
			return &Error{Code: signaling.NotYours}
		}
		return how(d)
	})
	if errors.Is(err, ErrNotFound) {
		return d, &Error{Code: signaling.NotYours}
	}
	return d, err
}

// ChangeClinic sets a clinic's settings. Code BadMessage for what cannot be meant; ErrNotFound.
func (s *Store) ChangeClinic(ctx context.Context, id ClinicID, set signaling.ClinicSettings) (Clinic, error) {
	name, phone := strings.TrimSpace(set.Name), strings.TrimSpace(set.Phone)
	if name == "" || phone == "" || set.IdleHours < 0 || set.IdleHours > maxIdle || set.AbsoluteHours < 0 || set.AbsoluteHours > maxAbsolute {
		return Clinic{}, &Error{Code: signaling.BadMessage, Err: errors.New("a name, a phone number, at most 720 hours idle and 2160 in all")}
	}
	for range changeTries {
		var c Clinic
		revision, err := s.get(ctx, clinicPrefix+string(id), &c)
		if err == errAbsent {
			return Clinic{}, ErrNotFound
		}
		if err != nil {
			return Clinic{}, err
		}
		c.Name, c.Phone, c.PasscodeRequired, c.IdleHours, c.AbsoluteHours = name, phone, set.PasscodeRequired, set.IdleHours, set.AbsoluteHours
		if err := s.put(ctx, clinicPrefix+string(id), c, revision, time.Time{}); err != errTaken {
			return c, err
		}
	}
	return Clinic{}, &Error{Code: signaling.StoreDown, Err: errors.New("changed by others meanwhile")}
}

// Settings is what an administrator may set of a clinic.
func (c Clinic) Settings() signaling.ClinicSettings {
	return signaling.ClinicSettings{Name: c.Name, Phone: c.Phone, PasscodeRequired: c.PasscodeRequired, IdleHours: c.IdleHours, AbsoluteHours: c.AbsoluteHours}
}

// FindDoctor finds an account by its address. ErrNotFound when there is none.
func (s *Store) FindDoctor(ctx context.Context, email string) (Doctor, error) {
	var d Doctor
	_, err := s.get(ctx, doctorPrefix+string(doctorID(email)), &d)
	if err == errAbsent {
		return Doctor{}, ErrNotFound
	}
	return d, err
}
