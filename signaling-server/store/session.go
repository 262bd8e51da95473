package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

// Limits of sessions, unless the clinic has others.
const (
	DefaultIdle     = 7 * 24 * time.Hour  // since the workstation was last connected
	DefaultAbsolute = 30 * 24 * time.Hour // since it signed in
	maxIdle         = 30 * 24             // hours
	maxAbsolute     = 90 * 24             // hours
)

// seenEvery bounds how often a session that is used is written, and how exactly Seen is known.
const seenEvery = time.Hour

// maxKnown is how many installations an account remembers; the one that signed in longest ago is forgotten.
const maxKnown = 16

func (c Clinic) idle() time.Duration {
	if c.IdleHours > 0 {
		return time.Duration(c.IdleHours) * time.Hour
	}
	return DefaultIdle
}

func (c Clinic) absolute() time.Duration {
	if c.AbsoluteHours > 0 {
		return time.Duration(c.AbsoluteHours) * time.Hour
	}
	return DefaultAbsolute
}

// withTimes fills in what sessions of before these limits do not say.
func (se Session) withTimes() Session {
	const formerLife = 30 * 24 * time.Hour // since the last use
	if se.Seen == 0 {
		se.Seen = signaling.At(se.Expires.Time().Add(-formerLife))
	}
	if se.Began == 0 {
		se.Began = se.Seen
	}
	return se
}

// end is when a session is over by the clinic's limits of now.
func (se Session) end(c Clinic) time.Time {
	idle, absolute := se.Seen.Time().Add(c.idle()), se.Began.Time().Add(c.absolute())
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// Knows reports whether an installation is known to the account: nobody but the account's holder has its id.
func (s *Store) Knows(ctx context.Context, email string, installation signaling.InstallationID) (bool, error) {
	d, _, ok, err := s.account(ctx, doctorID(email))
	return ok && d.knows(installation), err
}

func (d Doctor) knows(i signaling.InstallationID) bool {
	return slices.Contains(d.Known, installationHash(d.ID, i))
}

// remember makes an installation a known one.
func (d *Doctor) remember(i signaling.InstallationID) {
	d.forget(i)
	d.Known = append(d.Known, installationHash(d.ID, i))
	if len(d.Known) > maxKnown {
		d.Known = d.Known[len(d.Known)-maxKnown:]
	}
}

func (d *Doctor) forget(i signaling.InstallationID) {
	hash := installationHash(d.ID, i)
	d.Known = slices.DeleteFunc(slices.Clone(d.Known), func(h string) bool { return h == hash })
}

func installationHash(id DoctorID, i signaling.InstallationID) string {
	sum := sha256.Sum256([]byte("legekonsultasjon/1 installation" + string(id) + i.String()))
	return hex.EncodeToString(sum[:16])
}

// SignIn checks a password and, where one is wanted, a passcode, and makes a session. Codes: WrongSignIn for an unknown
// address, a wrong password and a disabled account alike, with the same work; then PasscodeNeeded, WrongPasscode, EnrolFirst;
// TryLater when too many sign-ins are being checked; StoreFull, StoreDown.
func (s *Store) SignIn(ctx context.Context, in signaling.SignIn) (secret string, d Doctor, c Clinic, err error) {
	d, c, ok, err := s.account(ctx, doctorID(in.Email))
	if err != nil {
		return "", d, c, err
	}
	if err := s.checkKnown(ctx, d, ok, in); err != nil {
		return "", Doctor{}, Clinic{}, err
	}
	if err := s.spendPasscode(ctx, d, c, in); err != nil {
		return "", Doctor{}, Clinic{}, err
	}
	secret, err = s.begin(ctx, d, c, in.Installation, in.Workstation)
	return secret, d, c, err
}

func (s *Store) checkKnown(ctx context.Context, d Doctor, ok bool, in signaling.SignIn) error {
	encoded := ""
	if ok {
		encoded = d.Password
	}
	leave, err := s.hasher.turn(ctx, ok && d.knows(in.Installation))
	if err != nil {
		return &Error{Code: signaling.TryLater, Err: err}
	}
	defer leave()
	if !s.hasher.matches(in.Password, encoded) {
		return &Error{Code: signaling.WrongSignIn}
	}
	return nil
}

// spendPasscode uses up the passcode where one is wanted, and makes the installation known.
func (s *Store) spendPasscode(ctx context.Context, d Doctor, c Clinic, in signaling.SignIn) error {
	switch {
	case d.Passcode == nil && c.PasscodeRequired:
		return &Error{Code: signaling.EnrolFirst}
	case d.Passcode == nil && d.knows(in.Installation):
		return nil
	case d.Passcode != nil && in.Passcode == "":
		return &Error{Code: signaling.PasscodeNeeded}
	}
	secret, sealed := "", d.Passcode
	if sealed != nil {
		var err error
		if secret, err = s.openPasscode(ctx, d.ID, in.Password, sealed); err != nil {
			return err
		}
	}
	_, err := s.change(ctx, d.ID, func(now *Doctor) error {
		switch {
		case now.Disabled || now.Password != d.Password || (now.Passcode == nil) != (sealed == nil):
			return &Error{Code: signaling.WrongSignIn} // changed while it was being checked
		case sealed != nil && string(now.Passcode.Sealed) != string(sealed.Sealed):
			return errWrongPasscode
		}
		if sealed != nil {
			if err := now.spend(secret, in.Passcode, s.opts.Now()); err != nil {
				return err
			}
		}
		now.remember(in.Installation)
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return &Error{Code: signaling.WrongSignIn}
	}
	return err
}

// begin makes a session.
func (s *Store) begin(ctx context.Context, d Doctor, c Clinic, i signaling.InstallationID, workstation string) (string, error) {
	var b [32]byte
	_, _ = rand.Read(b[:])
	secret, now := base64.RawURLEncoding.EncodeToString(b[:]), signaling.At(s.opts.Now())
	return secret, s.putSession(ctx, sessionKey(secret), 0, c, Session{Doctor: d.ID, Installation: i, Workstation: workstation, Began: now, Seen: now})
}

func (s *Store) putSession(ctx context.Context, key string, revision uint64, c Clinic, se Session) error {
	se.Expires = signaling.At(se.end(c))
	return s.put(ctx, key, se, revision, se.end(c))
}

// Session finds who holds a session's secret, and notes once an hour that it is used. Code SignedOut when it is unknown, over
// by the clinic's limits or of a disabled account; StoreDown.
func (s *Store) Session(ctx context.Context, secret string) (Session, Doctor, Clinic, error) {
	key, now := sessionKey(secret), s.opts.Now()
	var se Session
	revision, err := s.get(ctx, key, &se)
	if err != nil && err != errAbsent {
		return se, Doctor{}, Clinic{}, err
	}
	if err == errAbsent {
		return Session{}, Doctor{}, Clinic{}, &Error{Code: signaling.SignedOut}
	}
	d, c, ok, err := s.account(ctx, se.Doctor)
	if err != nil {
		return se, d, c, err
	}
	se = se.withTimes()
	if !ok || !now.Before(se.end(c)) {
		return Session{}, Doctor{}, Clinic{}, &Error{Code: signaling.SignedOut}
	}
	if now.Sub(se.Seen.Time()) >= min(seenEvery, c.idle()/4) {
		se.Seen = signaling.At(now)
		if err := s.putSession(ctx, key, revision, c, se); err != nil && err != errTaken {
			s.opts.Log.Warn("store: session not renewed", "err", err) // it is valid all the same
		}
	}
	return se, d, c, nil
}

// SignOut ends a session and tells every process. Ending one that is over succeeds.
func (s *Store) SignOut(ctx context.Context, secret string) error {
	key := sessionKey(secret)
	var se Session
	_, err := s.get(ctx, key, &se)
	if err == errAbsent {
		return nil
	}
	if err != nil {
		return err
	}
	return s.endSession(ctx, key, se, signaling.SignedOut)
}

func (s *Store) endSession(ctx context.Context, key string, se Session, why signaling.Code) error {
	if err := s.remove(ctx, key); err != nil {
		return err
	}
	s.bus.Publish(Event{Kind: SignedOut, Doctor: se.Doctor, Installation: se.Installation, Session: seatID(key), Code: why})
	return nil
}

// SessionID names a session by the hash of its secret.
func SessionID(secret string) string { return seatID(sessionKey(secret)) }

func seatID(key string) string { return strings.TrimPrefix(key, sessionPrefix) }

// endSessions ends all sessions of an account but the one with the secret except, "" for none.
func (s *Store) endSessions(ctx context.Context, id DoctorID, except string, why signaling.Code) error {
	all, err := s.sessions(ctx)
	if err != nil {
		return err
	}
	keep := ""
	if except != "" {
		keep = sessionKey(except)
	}
	for _, open := range all {
		if open.session.Doctor != id || open.key == keep {
			continue
		}
		if err := s.endSession(ctx, open.key, open.session, why); err != nil {
			return err
		}
	}
	return nil
}

type openSession struct {
	key     string
	session Session
}

// sessions lists all that are stored, over ones included.
func (s *Store) sessions(ctx context.Context) ([]openSession, error) {
	keys, err := s.keys(ctx, sessionPrefix)
	if err != nil {
		return nil, err
	}
	var all []openSession
	for _, key := range keys {
		var se Session
		_, err := s.get(ctx, key, &se)
		if err == errAbsent {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, openSession{key, se.withTimes()})
	}
	return all, nil
}

// Seat is one signed-in workstation of an account.
type Seat struct {
	ID      string // for Revoke: the SessionID
	Session Session
	This    bool // the one with the given secret
}

// Seats lists an account's signed-in workstations, the one seen last first; secret is the asker's own session.
func (s *Store) Seats(ctx context.Context, d Doctor, c Clinic, secret string) ([]Seat, error) {
	all, err := s.sessions(ctx)
	if err != nil {
		return nil, err
	}
	own, now := sessionKey(secret), s.opts.Now()
	var seats []Seat
	for _, open := range all {
		if open.session.Doctor == d.ID && now.Before(open.session.end(c)) {
			seats = append(seats, Seat{ID: seatID(open.key), Session: open.session, This: open.key == own})
		}
	}
	sort.Slice(seats, func(a, b int) bool { return seats[a].Session.Seen > seats[b].Session.Seen })
	return seats, nil
}

// Revoke ends the session with that ID of an account, and forgets its installation. One that is over succeeds; NotYours when
// it is another account's.
func (s *Store) Revoke(ctx context.Context, id DoctorID, seat string) error {
	if raw, err := hex.DecodeString(seat); err != nil || len(raw) != sha256.Size {
		return &Error{Code: signaling.BadMessage}
	}
	key := sessionPrefix + seat
	var se Session
	_, err := s.get(ctx, key, &se)
	if err == errAbsent {
		return nil
	}
	if err != nil {
		return err
	}
	if se.Doctor != id {
		return &Error{Code: signaling.NotYours}
	}
	if _, err := s.change(ctx, id, func(d *Doctor) error {
		d.forget(se.Installation)
		return nil
	}); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return s.endSession(ctx, key, se, signaling.Revoked)
}
