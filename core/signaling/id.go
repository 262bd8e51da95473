package signaling

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// InvitationID names an invitation to the server; it is derived from the link secret and says nothing about it.
type InvitationID [16]byte

// RoomID names an appointment's room, independent of every secret.
type RoomID [16]byte

// ParticipantID names one socket for as long as it lives, a patient's or a desktop's.
type ParticipantID [8]byte

// InstallationID names one installation of the desktop program.
type InstallationID [16]byte

// AdmissionHash is SHA-256 of an Admission: what the server keeps.
type AdmissionHash [32]byte

// Admission proves to the server that its sender holds the link. It prints as a placeholder.
type Admission [32]byte

// Hash returns what the server compares.
func (a Admission) Hash() AdmissionHash { return sha256.Sum256(a[:]) }

// String keeps the secret out of logs.
func (Admission) String() string { return "[admission]" }

// GoString keeps the secret out of logs.
func (Admission) GoString() string { return "[admission]" }

// Seconds is a time on the wire: whole seconds since 1970-01-01 UTC.
type Seconds int64

// At turns a time into Seconds; the zero time becomes 0.
func At(t time.Time) Seconds {
	if t.IsZero() {
		return 0
	}
	return Seconds(t.Unix())
}

// Time is the inverse of At.
func (s Seconds) Time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0)
}

// NewRoomID draws a RoomID.
func NewRoomID() (id RoomID) { fill(id[:]); return }

// NewParticipantID draws a ParticipantID.
func NewParticipantID() (id ParticipantID) { fill(id[:]); return }

// NewInstallationID draws an InstallationID.
func NewInstallationID() (id InstallationID) { fill(id[:]); return }

func fill(b []byte) { _, _ = rand.Read(b) } // crypto/rand.Read never fails; it ends the program instead

// The identifiers are lower-case hex in JSON and in text.

func (id InvitationID) String() string   { return hex.EncodeToString(id[:]) }
func (id RoomID) String() string         { return hex.EncodeToString(id[:]) }
func (id ParticipantID) String() string  { return hex.EncodeToString(id[:]) }
func (id InstallationID) String() string { return hex.EncodeToString(id[:]) }
func (h AdmissionHash) String() string   { return hex.EncodeToString(h[:]) }

func (id InvitationID) MarshalText() ([]byte, error)   { return hexText(id[:]), nil }
func (id RoomID) MarshalText() ([]byte, error)         { return hexText(id[:]), nil }
func (id ParticipantID) MarshalText() ([]byte, error)  { return hexText(id[:]), nil }
func (id InstallationID) MarshalText() ([]byte, error) { return hexText(id[:]), nil }
func (h AdmissionHash) MarshalText() ([]byte, error)   { return hexText(h[:]), nil }
func (a Admission) MarshalText() ([]byte, error)       { return hexText(a[:]), nil }

func (id *InvitationID) UnmarshalText(b []byte) error   { return unhex(id[:], b) }
func (id *RoomID) UnmarshalText(b []byte) error         { return unhex(id[:], b) }
func (id *ParticipantID) UnmarshalText(b []byte) error  { return unhex(id[:], b) }
func (id *InstallationID) UnmarshalText(b []byte) error { return unhex(id[:], b) }
func (h *AdmissionHash) UnmarshalText(b []byte) error   { return unhex(h[:], b) }
func (a *Admission) UnmarshalText(b []byte) error       { return unhex(a[:], b) }

func hexText(b []byte) []byte { return hex.AppendEncode(nil, b) }

func unhex(dst, text []byte) error {
	if len(text) != 2*len(dst) {
		return fmt.Errorf("%d hex digits, want %d", len(text), 2*len(dst))
	}
	for _, c := range text {
		if c >= 'A' && c <= 'F' {
			return fmt.Errorf("upper-case hex digit %q", c)
		}
	}
	_, err := hex.Decode(dst, text)
	return err
}
