// Package store keeps what the signaling server must remember: invitations, clinics, doctors' accounts and sessions, in one
// key-value bucket of NATS JetStream, embedded in the process or reached by URL. It holds hashes and sealed notes and
// nothing about a patient. Every call answers within two seconds; its errors carry a signaling.Code (CodeOf).
package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"legekonsultasjon/core/signaling"
)

// DoctorID names an account; it is derived from the e-mail address, so an address has one account only.
type DoctorID string

// ClinicID names a clinic; it is random.
type ClinicID string

// Invitation is one patient's way into one room, as far as the server knows it.
type Invitation struct {
	ID            signaling.InvitationID   `json:"id"`
	Owner         DoctorID                 `json:"owner"`
	Holder        signaling.InstallationID `json:"holder"` // the desktop installation that made it
	HolderName    string                   `json:"holderName"`
	Room          signaling.RoomID         `json:"room"`
	AdmissionHash signaling.AdmissionHash  `json:"admissionHash"`
	NotBefore     signaling.Seconds        `json:"notBefore"`
	NotAfter      signaling.Seconds        `json:"notAfter"`
	Note          []byte                   `json:"note"`
}

// Expired reports whether the invitation is no longer valid at now.
func (i Invitation) Expired(now time.Time) bool { return !now.Before(i.NotAfter.Time()) }

// Clinic is what patients read about where the doctor works, and what holds for the accounts there.
type Clinic struct {
	ID    ClinicID `json:"id"`
	Name  string   `json:"name"`
	Phone string   `json:"phone"`

	PasscodeRequired bool `json:"passcodeRequired,omitempty"`
	IdleHours        int  `json:"idleHours,omitempty"`     // 0 is DefaultIdle
	AbsoluteHours    int  `json:"absoluteHours,omitempty"` // 0 is DefaultAbsolute
}

// Doctor is an account: a doctor's, or somebody else's of the clinic.
type Doctor struct {
	ID       DoctorID `json:"id"`
	Clinic   ClinicID `json:"clinic"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Password string   `json:"password"` // argon2id, PHC string; never the password. Empty until the account has begun
	Disabled bool     `json:"disabled"`

	Role          signaling.Role `json:"role,omitempty"` // empty is a doctor
	Administrator bool           `json:"administrator,omitempty"`

	Passcode  *Passcode  `json:"passcode,omitempty"`  // nil: signing in wants none
	Enrolment *Enrolment `json:"enrolment,omitempty"` // nil: no code is handed out
	Known     []string   `json:"known,omitempty"`     // hashes of installations that have signed in, newest last; at most maxKnown
}

// Session is a signed-in installation. Its key is the hash of its secret.
type Session struct {
	Doctor       DoctorID                 `json:"doctor"`
	Installation signaling.InstallationID `json:"installation"`
	Workstation  string                   `json:"workstation"`
	Began        signaling.Seconds        `json:"began,omitempty"`
	Seen         signaling.Seconds        `json:"seen,omitempty"` // used last, to an hour
	Expires      signaling.Seconds        `json:"expires"`
}

// Account is the part of a doctor's account that his desktop is told.
func Account(d Doctor, c Clinic) signaling.Account {
	return signaling.Account{Doctor: d.Name, Email: d.Email, Clinic: c.Name, ClinicPhone: c.Phone, Role: d.Role, Administrator: d.Administrator}
}

// Keys in the bucket.
const (
	invitationPrefix = "invitation."
	clinicPrefix     = "clinic."
	doctorPrefix     = "doctor."
	sessionPrefix    = "session."
)

func invitationKey(id signaling.InvitationID) string { return invitationPrefix + id.String() }

func sessionKey(secret string) string {
	sum := sha256.Sum256([]byte("legekonsultasjon/1 session" + secret))
	return sessionPrefix + hex.EncodeToString(sum[:])
}

// doctorID is the same for every way of writing an address in upper and lower case.
func doctorID(email string) DoctorID {
	sum := sha256.Sum256([]byte("legekonsultasjon/1 doctor" + strings.ToLower(strings.TrimSpace(email))))
	return DoctorID(hex.EncodeToString(sum[:16]))
}

func newClinicID() ClinicID {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return ClinicID(hex.EncodeToString(b[:]))
}
