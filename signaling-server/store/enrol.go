package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"legekonsultasjon/core/signaling"
)

// Enrolment is a code that was handed out, as the server keeps it.
type Enrolment struct {
	Hash    string            `json:"hash"`
	Expires signaling.Seconds `json:"expires"`
}

// EnrolmentLife is how long a code that was handed out can be used.
const EnrolmentLife = 7 * 24 * time.Hour

const enrolmentSize = 16 // characters of five bits

// handOut draws a code for an account; an earlier one is void.
func (d *Doctor) handOut(now time.Time) (code string) {
	code = newCode(enrolmentSize)
	d.Enrolment = &Enrolment{Hash: codeHash("enrolment", d.ID, code), Expires: signaling.At(now.Add(EnrolmentLife))}
	return code
}

func (d Doctor) fits(code string, now time.Time) bool {
	want := codeHash("enrolment", "", "") // nobody's
	if d.Enrolment != nil {
		want = d.Enrolment.Hash
	}
	same := subtle.ConstantTimeCompare([]byte(want), []byte(codeHash("enrolment", d.ID, code))) == 1
	return same && d.Enrolment != nil && now.Before(d.Enrolment.Expires.Time())
}

// Begun is what Enrol gives.
type Begun struct {
	Session       string
	RecoveryCodes []string
	Doctor        Doctor
	Clinic        Clinic
}

// Enrol begins an account by the code that was handed out, or, without a password, only looks whether it fits. The code is
// used up by whoever is first; everything that was there before is replaced, and all sessions end. Codes: WrongEnrolment for
// an unknown address, a wrong, used or expired code and a disabled account alike; ShortPassword, WeakPassword, EnrolFirst when
// the clinic wants a passcode and none was given, WrongPasscode, BadMessage, TryLater, StoreFull, StoreDown.
func (s *Store) Enrol(ctx context.Context, in signaling.Enrol) (Begun, error) {
	id := doctorID(in.Email)
	d, c, ok, err := s.account(ctx, id)
	if err != nil {
		return Begun{}, err
	}
	d.ID = id // also of nobody: the same work
	if fits := d.fits(in.Enrolment, s.opts.Now()); !fits || !ok {
		return Begun{}, &Error{Code: signaling.WrongEnrolment}
	}
	if in.Password == "" {
		return Begun{Doctor: d, Clinic: c}, nil
	}
	return s.enrol(ctx, d, c, in)
}

func (s *Store) enrol(ctx context.Context, d Doctor, c Clinic, in signaling.Enrol) (Begun, error) {
	if in.Secret == "" && c.PasscodeRequired {
		return Begun{}, &Error{Code: signaling.EnrolFirst}
	}
	password, err := s.newPassword(ctx, in.Password, d)
	if err != nil {
		return Begun{}, err
	}
	begun := Begun{Clinic: c}
	var passcode *Passcode
	if in.Secret != "" {
		if passcode, begun.RecoveryCodes, err = s.newPasscode(ctx, d.ID, in.Password, in.Secret, in.Passcode); err != nil {
			return Begun{}, err
		}
	}
	begun.Doctor, err = s.change(ctx, d.ID, func(now *Doctor) error {
		if now.Disabled || !now.fits(in.Enrolment, s.opts.Now()) {
			return &Error{Code: signaling.WrongEnrolment} // used meanwhile
		}
		now.Password, now.Passcode, now.Enrolment, now.Known = password, passcode, nil, nil
		now.remember(in.Installation)
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return Begun{}, &Error{Code: signaling.WrongEnrolment}
	}
	if err != nil {
		return Begun{}, err
	}
	if err := s.endSessions(ctx, d.ID, "", signaling.Revoked); err != nil {
		return Begun{}, err
	}
	begun.Session, err = s.begin(ctx, begun.Doctor, c, in.Installation, in.Workstation)
	return begun, err
}

// SetPasscode lets signing in want passcodes of a new secret. Codes: WrongSignIn when the password is wrong, else as Enrol.
func (s *Store) SetPasscode(ctx context.Context, d Doctor, installation signaling.InstallationID, r signaling.SetPasscode) ([]string, error) {
	in := signaling.SignIn{Password: r.Password, Installation: installation}
	if err := s.checkKnown(ctx, d, true, in); err != nil {
		return nil, err
	}
	passcode, codes, err := s.newPasscode(ctx, d.ID, r.Password, r.Secret, r.Passcode)
	if err != nil {
		return nil, err
	}
	_, err = s.change(ctx, d.ID, func(now *Doctor) error {
		if now.Password != d.Password {
			return &Error{Code: signaling.WrongSignIn} // changed meanwhile
		}
		now.Passcode = passcode
		return nil
	})
	return codes, err
}

// ChangePassword sets another password and ends the account's other sessions. Codes: WrongSignIn when the one so far is
// wrong; ShortPassword, WeakPassword.
func (s *Store) ChangePassword(ctx context.Context, d Doctor, installation signaling.InstallationID, r signaling.ChangePassword) error {
	in := signaling.SignIn{Password: r.Password, Installation: installation}
	if err := s.checkKnown(ctx, d, true, in); err != nil {
		return err
	}
	password, err := s.newPassword(ctx, r.New, d)
	if err != nil {
		return err
	}
	var moved *Passcode
	if d.Passcode != nil {
		if moved, err = s.resealed(ctx, d, r); err != nil {
			return err
		}
	}
	_, err = s.change(ctx, d.ID, func(now *Doctor) error {
		if now.Password != d.Password || (now.Passcode == nil) != (moved == nil) {
			return &Error{Code: signaling.WrongSignIn}
		}
		now.Password = password
		if moved != nil { // what was used meanwhile stays used
			now.Passcode.Salt, now.Passcode.Sealed = moved.Salt, moved.Sealed
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.endSessions(ctx, d.ID, r.Session, signaling.Revoked)
}

// resealed is the passcode's secret under the new password.
func (s *Store) resealed(ctx context.Context, d Doctor, r signaling.ChangePassword) (*Passcode, error) {
	secret, err := s.openPasscode(ctx, d.ID, r.Password, d.Passcode)
	if err != nil {
		return nil, err
	}
	return s.sealPasscode(ctx, d.ID, r.New, secret)
}
