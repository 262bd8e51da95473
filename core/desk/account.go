package desk

import (
	"time"

	"legekonsultasjon/core/signaling"
)

// SignInStep is which part of signing in is shown.
type SignInStep int

// The steps.
const (
	SignInForm     SignInStep = iota // address, e-mail, password
	SignInPasscode                   // the password was right, and a passcode is wanted too
	SignInCode                       // address, e-mail and the code that was handed over
	SignInChoose                     // the code was right: a password, and the authenticator
	SignInRecovery                   // the recovery codes are shown, once
)

// Authenticator is a secret that the doctor puts into an authenticator.
type Authenticator struct {
	Secret string // base32 in groups of four, for typing
	URI    string // otpauth://, for a QR code
}

// Office is the screen of one's own account and, for administrators, of the clinic's people and settings.
type Office struct {
	Busy          bool
	Loaded        bool
	Account       signaling.AccountState
	New           *Authenticator // while another authenticator is being set up
	Clinic        signaling.ClinicSettings
	People        []signaling.Person // administrators only
	Seats         []signaling.Seat   // of SeatsOf
	SeatsOf       string             // the address of a person whose workstations are shown, or ""
	Handed        *Handed            // a code to hand over, shown until it is put away
	Problem       *Problem
	ProblemOf     OfficePart // which part Problem is about
	Done          int        // counts what succeeded: typed text can go
	DonePart      OfficePart // what succeeded last
	Administrates bool
}

// OfficePart is a part of the Office screen.
type OfficePart string

// The parts.
const (
	PartAll         OfficePart = ""
	PartPassword    OfficePart = "password"
	PartPasscode    OfficePart = "passcode"
	PartWorkstation OfficePart = "workstation"
	PartPeople      OfficePart = "people"
	PartAdd         OfficePart = "add"
	PartClinic      OfficePart = "clinic"
)

// Handed is a code with which somebody begins.
type Handed struct {
	Name, Email, Code string
	Expires           time.Time
}

// DoBeginAccount goes to where the code that was handed over is typed; DoBackToSignIn goes back to the form.
type DoBeginAccount struct{}

// DoBackToSignIn goes back to the form.
type DoBackToSignIn struct{}

// DoCheckEnrolment asks whether the code and the address belong together.
type DoCheckEnrolment struct{ Server, Email, Code string }

// DoEnrol begins the account. Passcode is what the authenticator shows; empty for none, where the clinic allows that.
type DoEnrol struct{ Password, Passcode string }

// DoRecoverySeen puts the recovery codes away.
type DoRecoverySeen struct{}

// DoOpenOffice shows account and people, DoCloseOffice goes back.
type DoOpenOffice struct{}

// DoCloseOffice goes back.
type DoCloseOffice struct{}

// DoChangePassword sets another password. Neither is kept.
type DoChangePassword struct{ Password, New string }

// DoNewAuthenticator draws a secret for another authenticator; DoStopAuthenticator lets it be.
type DoNewAuthenticator struct{}

// DoStopAuthenticator lets it be.
type DoStopAuthenticator struct{}

// DoSetPasscode takes the new authenticator into use.
type DoSetPasscode struct{ Password, Passcode string }

// DoRevoke signs a workstation out: one's own, or with Email somebody's of the clinic.
type DoRevoke struct{ Email, ID string }

// DoShowSeats shows a person's workstations; an empty address hides them.
type DoShowSeats struct{ Email string }

// DoAddPerson makes an account; the code to hand over is shown.
type DoAddPerson struct {
	Name, Email   string
	Role          signaling.Role
	Administrator bool
}

// DoChangePerson changes an account.
type DoChangePerson struct {
	Name, Email             string
	Role                    signaling.Role
	Administrator, Disabled bool
}

// DoNewCode draws a new code for a person; DoHandedOver puts it away.
type DoNewCode struct{ Name, Email string }

// DoHandedOver puts the code away.
type DoHandedOver struct{}

// DoRemovePasscode forgets a person's lost authenticator.
type DoRemovePasscode struct{ Email string }

// DoChangeClinic sets the clinic's settings.
type DoChangeClinic struct{ Clinic signaling.ClinicSettings }

func (DoBeginAccount) command()      {}
func (DoBackToSignIn) command()      {}
func (DoCheckEnrolment) command()    {}
func (DoEnrol) command()             {}
func (DoRecoverySeen) command()      {}
func (DoOpenOffice) command()        {}
func (DoCloseOffice) command()       {}
func (DoChangePassword) command()    {}
func (DoNewAuthenticator) command()  {}
func (DoStopAuthenticator) command() {}
func (DoSetPasscode) command()       {}
func (DoRevoke) command()            {}
func (DoShowSeats) command()         {}
func (DoAddPerson) command()         {}
func (DoChangePerson) command()      {}
func (DoNewCode) command()           {}
func (DoHandedOver) command()        {}
func (DoRemovePasscode) command()    {}
func (DoChangeClinic) command()      {}
