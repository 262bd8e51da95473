package signaling

// Paths of an account's own matters and of an administrator's. Every body carries the version and, but for PathEnrol, a
// session; an administrator reaches the people of his own clinic only.
const (
	PathEnrol          = "/api/enrol"           // POST Enrol -> Enrolled
	PathAccount        = "/api/account"         // POST AskAccount -> AccountState
	PathRevoke         = "/api/revoke"          // POST Revoke -> 204
	PathPassword       = "/api/password"        // POST ChangePassword -> 204
	PathPasscode       = "/api/passcode"        // POST SetPasscode -> RecoveryCodes
	PathPeople         = "/api/people"          // POST AskPeople -> People
	PathAddPerson      = "/api/people/add"      // POST AddPerson -> Enrolment
	PathChangePerson   = "/api/people/change"   // POST ChangePerson -> 204
	PathNewEnrolment   = "/api/people/enrol"    // POST NewEnrolment -> Enrolment
	PathRemovePasscode = "/api/people/passcode" // POST RemovePasscode -> 204
	PathChangeClinic   = "/api/clinic"          // POST ChangeClinic -> 204
)

// Role is what somebody does at a clinic. The empty Role is RoleDoctor: accounts were once doctors' only.
type Role string

const (
	RoleDoctor        Role = "doctor"        // invites and takes calls
	RoleReceptionist  Role = "receptionist"  // invites; never presses Delta
	RoleAdministrator Role = "administrator" // manages people and the clinic's settings, nothing else
)

// Known reports whether r is one of the three, or empty.
func (r Role) Known() bool {
	return r == "" || r == RoleDoctor || r == RoleReceptionist || r == RoleAdministrator
}

// MayJoin reports whether the account's holder may take calls.
func (a Account) MayJoin() bool { return a.Role == "" || a.Role == RoleDoctor }

// MayInvite reports whether the account's holder may make invitations.
func (a Account) MayInvite() bool { return a.Role != RoleAdministrator }

// Administers reports whether the account's holder manages people and the clinic's settings.
func (a Account) Administers() bool { return a.Administrator || a.Role == RoleAdministrator }

// MinPassword is the fewest characters of a new password.
const MinPassword = 12

// Limits of single members.
const (
	MaxName      = 128 // bytes of a person's or a clinic's name, and of a telephone number
	MaxEnrolment = 64  // bytes of a code for enrolment as typed
	MaxPasscode  = 32  // bytes of a passcode or a recovery code as typed
	MaxSecret    = 64  // characters of a passcode's secret in base32

	MaxAnswer = 1 << 20 // bytes of an answer to a POST: a list of people is the longest
)

// Enrol begins an account with the code that an administrator handed over. Without Password it only asks whether address and
// code belong together. With it the password is set, and with Secret (base32, RFC 4648 section 6, of 20 random bytes that the
// desktop drew) and Passcode (what the authenticator shows for it) signing in wants a passcode from then on (RFC 6238: SHA-1,
// six digits, 30 s).
type Enrol struct {
	Version      int            `json:"version"`
	Email        string         `json:"email"`
	Enrolment    string         `json:"enrolment"`
	Password     string         `json:"password,omitempty"`
	Secret       string         `json:"secret,omitempty"`
	Passcode     string         `json:"passcode,omitempty"`
	Installation InstallationID `json:"installation"`
	Workstation  string         `json:"workstation"`
}

// Enrolled is its answer. Session and RecoveryCodes are there when the account has begun.
type Enrolled struct {
	Session          string   `json:"session,omitempty"`
	Account          Account  `json:"account"`
	PasscodeRequired bool     `json:"passcodeRequired"` // by the clinic
	RecoveryCodes    []string `json:"recoveryCodes,omitempty"`
}

// AskAccount asks for an account's state: one's own or, with Email, somebody's of the administrator's clinic.
type AskAccount struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Email   string `json:"email,omitempty"`
}

// AccountState says how an account is signed in to.
type AccountState struct {
	Passcode         bool   `json:"passcode"` // signing in wants one
	PasscodeRequired bool   `json:"passcodeRequired"`
	RecoveryLeft     int    `json:"recoveryLeft"`
	Workstations     []Seat `json:"workstations"`
}

// Seat is one signed-in workstation.
type Seat struct {
	ID     string  `json:"id"` // for Revoke
	Name   string  `json:"name"`
	Began  Seconds `json:"began"`  // when it signed in
	Seen   Seconds `json:"seen"`   // when it was last connected, to the hour
	Online bool    `json:"online"` // now
	This   bool    `json:"this"`   // the one that asks
}

// Revoke signs a workstation out, one's own or, with Email, somebody's of the administrator's clinic.
type Revoke struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Email   string `json:"email,omitempty"`
	ID      string `json:"id"`
}

// ChangePassword sets another password and ends the account's other sessions.
type ChangePassword struct {
	Version  int    `json:"version"`
	Session  string `json:"session"`
	Password string `json:"password"`
	New      string `json:"new"`
}

// SetPasscode lets signing in want passcodes of a new secret (see Enrol). Recovery codes of before are void.
type SetPasscode struct {
	Version  int    `json:"version"`
	Session  string `json:"session"`
	Password string `json:"password"`
	Secret   string `json:"secret"`
	Passcode string `json:"passcode"`
}

// RecoveryCodes are shown once. Each takes the place of a passcode once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recoveryCodes"`
}

// AskPeople asks for everybody of the administrator's clinic.
type AskPeople struct {
	Version int    `json:"version"`
	Session string `json:"session"`
}

// People answers it.
type People struct {
	Clinic ClinicSettings `json:"clinic"`
	People []Person       `json:"people"`
}

// Person is an account as administrators see it.
type Person struct {
	Email         string  `json:"email"`
	Name          string  `json:"name"`
	Role          Role    `json:"role"`
	Administrator bool    `json:"administrator"`
	Disabled      bool    `json:"disabled"`
	Begun         bool    `json:"begun"`             // has a password
	Passcode      bool    `json:"passcode"`          // signing in wants one
	EnrolBy       Seconds `json:"enrolBy,omitempty"` // until when the code that was handed out can be used
	Workstations  int     `json:"workstations"`      // signed in
}

// ClinicSettings is what an administrator sets for the clinic. Hours are 0 for the default.
type ClinicSettings struct {
	Name             string `json:"name"`
	Phone            string `json:"phone"`
	PasscodeRequired bool   `json:"passcodeRequired"`
	IdleHours        int    `json:"idleHours"`     // after which a workstation that was not connected is signed out
	AbsoluteHours    int    `json:"absoluteHours"` // after which any is
}

// AddPerson makes an account, which begins with the code of the answer.
type AddPerson struct {
	Version       int    `json:"version"`
	Session       string `json:"session"`
	Email         string `json:"email"`
	Name          string `json:"name"`
	Role          Role   `json:"role"`
	Administrator bool   `json:"administrator"`
}

// Enrolment is a code to hand over: it begins an account, or begins it anew, once.
type Enrolment struct {
	Code    string  `json:"code"`
	Expires Seconds `json:"expires"`
}

// ChangePerson sets everything but the address, which names the account. Disabling ends all sessions.
type ChangePerson struct {
	Version       int    `json:"version"`
	Session       string `json:"session"`
	Email         string `json:"email"`
	Name          string `json:"name"`
	Role          Role   `json:"role"`
	Administrator bool   `json:"administrator"`
	Disabled      bool   `json:"disabled"`
}

// NewEnrolment draws a new code. Password, passcode and sessions stay as they are until it is used.
type NewEnrolment struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Email   string `json:"email"`
}

// RemovePasscode forgets a lost authenticator. Where the clinic wants passcodes, signing in then wants a new Enrolment.
type RemovePasscode struct {
	Version int    `json:"version"`
	Session string `json:"session"`
	Email   string `json:"email"`
}

// ChangeClinic sets the clinic's settings.
type ChangeClinic struct {
	Version int            `json:"version"`
	Session string         `json:"session"`
	Clinic  ClinicSettings `json:"clinic"`
}
