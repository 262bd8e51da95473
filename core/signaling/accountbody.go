package signaling

import "fmt"

// Request is the body of a POST about accounts.
type Request interface {
	fit() error // whether the members keep their limits
}

// DecodeRequest reads the body of a request about accounts under the rules of Decode. One of another protocol version is an
// *Error with the code that CheckVersion gives for it.
func DecodeRequest[T Request](data []byte) (T, error) {
	var r, none T
	h, err := decodeBody(data, &r)
	if err != nil {
		return none, err
	}
	if code := CheckVersion(h.version); code != "" {
		return none, &Error{Code: code}
	}
	if err := r.fit(); err != nil {
		return none, bad(err)
	}
	return r, nil
}

func (r Enrol) fit() error {
	return first(fitEmail(r.Email), atMost("enrolment", len(r.Enrolment), MaxEnrolment), fitPassword(r.Password),
		atMost("secret", len(r.Secret), MaxSecret), atMost("passcode", len(r.Passcode), MaxPasscode),
		atMost("workstation", len(r.Workstation), MaxWorkstation))
}

func (r AskAccount) fit() error { return first(fitSession(r.Session), fitEmail(r.Email)) }

func (r Revoke) fit() error {
	return first(fitSession(r.Session), fitEmail(r.Email), atMost("id", len(r.ID), MaxName))
}

func (r ChangePassword) fit() error {
	return first(fitSession(r.Session), fitPassword(r.Password), fitPassword(r.New))
}

func (r SetPasscode) fit() error {
	return first(fitSession(r.Session), fitPassword(r.Password), atMost("secret", len(r.Secret), MaxSecret),
		atMost("passcode", len(r.Passcode), MaxPasscode))
}

func (r AskPeople) fit() error { return fitSession(r.Session) }

func (r AddPerson) fit() error {
	return first(fitSession(r.Session), fitEmail(r.Email), atMost("name", len(r.Name), MaxName), fitRole(r.Role))
}

func (r ChangePerson) fit() error {
	return first(fitSession(r.Session), fitEmail(r.Email), atMost("name", len(r.Name), MaxName), fitRole(r.Role))
}

func (r NewEnrolment) fit() error   { return first(fitSession(r.Session), fitEmail(r.Email)) }
func (r RemovePasscode) fit() error { return first(fitSession(r.Session), fitEmail(r.Email)) }

func (r ChangeClinic) fit() error {
	return first(fitSession(r.Session), atMost("name", len(r.Clinic.Name), MaxName), atMost("phone", len(r.Clinic.Phone), MaxName))
}

func fitSession(s string) error  { return atMost("session", len(s), MaxSession) }
func fitEmail(s string) error    { return atMost("email", len(s), MaxEmail) }
func fitPassword(s string) error { return atMost("password", len(s), MaxPassword) }

func fitRole(r Role) error {
	if !r.Known() {
		return fmt.Errorf("role %.16q", string(r))
	}
	return nil
}

// By is the session that asks.
func (r AskAccount) By() string { return r.Session }

// By is the session that asks.
func (r Revoke) By() string { return r.Session }

// By is the session that asks.
func (r ChangePassword) By() string { return r.Session }

// By is the session that asks.
func (r SetPasscode) By() string { return r.Session }

// By is the session that asks.
func (r AskPeople) By() string { return r.Session }

// By is the session that asks.
func (r AddPerson) By() string { return r.Session }

// By is the session that asks.
func (r ChangePerson) By() string { return r.Session }

// By is the session that asks.
func (r NewEnrolment) By() string { return r.Session }

// By is the session that asks.
func (r RemovePasscode) By() string { return r.Session }

// By is the session that asks.
func (r ChangeClinic) By() string { return r.Session }
