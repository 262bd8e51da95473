package store

import (
	"context"
	"errors"
	"time"

	"legekonsultasjon/core/signaling"
)

// keep is how long a record outlives its validity: a clock that is a little off does not lose a call's invitation.
const keep = time.Hour

// CreateInvitation stores i if its ID is new. Codes: Exists, StoreFull, StoreDown.
func (s *Store) CreateInvitation(ctx context.Context, i Invitation) error {
	err := s.put(ctx, invitationKey(i.ID), i, 0, i.NotAfter.Time().Add(keep))
	if err == errTaken {
		return &Error{Code: signaling.Exists}
	}
	return err
}

// Invitation finds an invitation, expired or not. ok is false when there is none.
func (s *Store) Invitation(ctx context.Context, id signaling.InvitationID) (i Invitation, ok bool, err error) {
	_, err = s.get(ctx, invitationKey(id), &i)
	if err == errAbsent {
		return Invitation{}, false, nil
	}
	return i, err == nil, err
}

// ChangeInvitation replaces the times and the note of an invitation of owner. Codes: NotYours, StoreFull, StoreDown.
func (s *Store) ChangeInvitation(ctx context.Context, owner DoctorID, c signaling.Change) error {
	const tries = 3 // another of the doctor's desktops may change it between the read and the write
	for range tries {
		var i Invitation
		revision, err := s.get(ctx, invitationKey(c.Invitation), &i)
		if err == errAbsent || err == nil && i.Owner != owner {
			return &Error{Code: signaling.NotYours}
		}
		if err != nil {
			return err
		}
		until := max(i.NotAfter, c.NotAfter) // not before the version that it replaces: a crash after that would bring it back
		i.NotBefore, i.NotAfter, i.Note = c.NotBefore, c.NotAfter, c.Note
		err = s.put(ctx, invitationKey(i.ID), i, revision, until.Time().Add(keep))
		if err != errTaken {
			return err
		}
	}
	return &Error{Code: signaling.StoreDown, Err: errors.New("changed by others meanwhile")}
}

// DeleteInvitation removes an invitation of owner and tells every process. Deleting what is gone succeeds. Codes:
// NotYours, StoreDown.
func (s *Store) DeleteInvitation(ctx context.Context, owner DoctorID, id signaling.InvitationID) error {
	var i Invitation
	_, err := s.get(ctx, invitationKey(id), &i)
	if err == errAbsent {
		return nil
	}
	if err != nil {
		return err
	}
	if i.Owner != owner {
		return &Error{Code: signaling.NotYours}
	}
	if err := s.remove(ctx, invitationKey(id)); err != nil {
		return err
	}
	s.bus.Publish(Event{Kind: Deleted, Doctor: owner, Invitation: id})
	return nil
}
