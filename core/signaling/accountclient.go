package signaling

import (
	"context"
	"errors"
)

// Enrol begins an account. Time and errors of this and the following as for SignIn.
func (c Client) Enrol(ctx context.Context, serverURL string, r Enrol) (Enrolled, error) {
	var out Enrolled
	if err := c.post(ctx, serverURL, PathEnrol, r, &out); err != nil {
		return Enrolled{}, err
	}
	if r.Password != "" && out.Session == "" {
		return Enrolled{}, &Error{Code: NotOurServer, Err: errors.New("no session in the answer")}
	}
	return out, nil
}

// AccountState asks how an account is signed in to.
func (c Client) AccountState(ctx context.Context, serverURL string, r AskAccount) (AccountState, error) {
	var out AccountState
	err := c.post(ctx, serverURL, PathAccount, r, &out)
	return out, err
}

// Revoke signs a workstation out. One that is signed out already succeeds.
func (c Client) Revoke(ctx context.Context, serverURL string, r Revoke) error {
	return c.post(ctx, serverURL, PathRevoke, r, nil)
}

// ChangePassword sets another password.
func (c Client) ChangePassword(ctx context.Context, serverURL string, r ChangePassword) error {
	return c.post(ctx, serverURL, PathPassword, r, nil)
}

// SetPasscode lets signing in want passcodes of a new secret, and returns the recovery codes.
func (c Client) SetPasscode(ctx context.Context, serverURL string, r SetPasscode) (RecoveryCodes, error) {
	var out RecoveryCodes
	err := c.post(ctx, serverURL, PathPasscode, r, &out)
	return out, err
}

// People asks for everybody of the clinic.
func (c Client) People(ctx context.Context, serverURL string, r AskPeople) (People, error) {
	var out People
	err := c.post(ctx, serverURL, PathPeople, r, &out)
	return out, err
}

// AddPerson makes an account.
func (c Client) AddPerson(ctx context.Context, serverURL string, r AddPerson) (Enrolment, error) {
	var out Enrolment
	err := c.post(ctx, serverURL, PathAddPerson, r, &out)
	return out, err
}

// ChangePerson changes an account.
func (c Client) ChangePerson(ctx context.Context, serverURL string, r ChangePerson) error {
	return c.post(ctx, serverURL, PathChangePerson, r, nil)
}

// NewEnrolment draws a new code for an account.
func (c Client) NewEnrolment(ctx context.Context, serverURL string, r NewEnrolment) (Enrolment, error) {
	var out Enrolment
	err := c.post(ctx, serverURL, PathNewEnrolment, r, &out)
	return out, err
}

// RemovePasscode forgets a lost authenticator.
func (c Client) RemovePasscode(ctx context.Context, serverURL string, r RemovePasscode) error {
	return c.post(ctx, serverURL, PathRemovePasscode, r, nil)
}

// ChangeClinic sets the clinic's settings.
func (c Client) ChangeClinic(ctx context.Context, serverURL string, r ChangeClinic) error {
	return c.post(ctx, serverURL, PathChangeClinic, r, nil)
}
