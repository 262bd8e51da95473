// Package signaling is the wire between the patient's page, the signaling server and the doctor's desktop: the messages,
// their codec, the error codes and the connection that carries them. It knows identifiers, hashes and opaque bytes and
// nothing about a patient. docs/PROTOCOL.md describes every message; testdata holds one JSON vector for each.
package signaling

import "time"

// Version is the protocol version that the first message of every socket and every POST body carries.
const Version = 1

// Limits of the wire, the same on both sides.
const (
	MaxMessage   = 64 << 10         // bytes in one WebSocket message, either kind
	FirstMessage = 5 * time.Second  // from the accepted upgrade to the first message
	WriteTimeout = 10 * time.Second // for one message
	// MessageTimeout is how long a message may take that has begun to arrive.
	MessageTimeout = 9 * time.Second
	PingInterval   = 15 * time.Second
	PongTimeout    = 10 * time.Second
	AwayAfter      = 25 * time.Second // a silent or lost patient is shown as away from here on
	AwayGrace      = 10 * time.Minute // and keeps his place in the queue for this long
)

// Paths of the server. The two sockets carry JSON text messages (one object with a "type") and binary relay messages.
const (
	PathPatient = "/ws/patient"
	PathDesktop = "/ws/desktop"
	PathSignIn  = "/api/signin"  // POST SignIn -> SignedIn
	PathSignOut = "/api/signout" // POST SignOut -> 204
	PathNote    = "/api/note"    // POST Knock -> Note, or Refused
)

// A relay message is binary: an 8-byte ParticipantID (going up: to; coming down: from) and then the payload, an m1, m2
// or sealed frame of docs/ACCESS.md that the server cannot read. A patient's message goes to the all-zero ID, which
// means the desktop installation that holds the invitation.
const RelayHeader = 8

// Message is one JSON message of the sockets. Kind is its "type" member.
type Message interface{ Kind() string }

// Knock is the patient's first message, and the body of a request for the sealed note.
type Knock struct {
	Version    int          `json:"version"`
	Invitation InvitationID `json:"invitation"`
	Admission  Admission    `json:"admission"`
}

// Leave says that the patient gave up his place in the waiting room on purpose; the server closes the socket.
type Leave struct{}

// Hello is the desktop's first message.
type Hello struct {
	Version      int            `json:"version"`
	Session      string         `json:"session"`      // the secret that SignedIn gave
	Installation InstallationID `json:"installation"` // this program on this machine; holds invitations
	Workstation  string         `json:"workstation"`  // the machine's name as the doctor's other machines show it
}

// Create stores an invitation if its id is new. Answered by Done.
type Create struct {
	Request       int           `json:"request"` // counts up per socket; Done repeats it
	Invitation    InvitationID  `json:"invitation"`
	Room          RoomID        `json:"room"`
	AdmissionHash AdmissionHash `json:"admissionHash"`
	NotBefore     Seconds       `json:"notBefore"`
	NotAfter      Seconds       `json:"notAfter"`
	Note          []byte        `json:"note"` // sealed: nonce, ciphertext, tag; at most 8 KiB
}

// Change replaces the times and the note of an invitation of the same doctor. Answered by Done.
type Change struct {
	Request    int          `json:"request"`
	Invitation InvitationID `json:"invitation"`
	NotBefore  Seconds      `json:"notBefore"`
	NotAfter   Seconds      `json:"notAfter"`
	Note       []byte       `json:"note"`
}

// Delete removes an invitation of the same doctor and closes its sockets. Deleting what is gone succeeds. Answered by Done.
type Delete struct {
	Request    int          `json:"request"`
	Invitation InvitationID `json:"invitation"`
}

// Done answers Create, Change and Delete. An empty Code is success.
type Done struct {
	Request int  `json:"request"`
	Code    Code `json:"code,omitempty"`
}

// Place is what the holding desktop says of a participant after it has checked his PIN or resume: the server keeps the
// queue by Since and tells the doctor's other workstations.
type Place struct {
	Participant ParticipantID    `json:"participant"`
	State       ParticipantState `json:"state"` // waiting, present or gone
	Since       Seconds          `json:"since"` // when the wait began
}

// ParticipantState is where a participant is, as the server knows it.
type ParticipantState string

const (
	Unproven ParticipantState = "unproven" // holds the link; no PIN has been checked. Never shown as a row
	Waiting  ParticipantState = "waiting"
	Present  ParticipantState = "present" // in the call
	Away     ParticipantState = "away"    // socket lost or silent for AwayAfter; keeps his place
	Gone     ParticipantState = "gone"    // left, deleted, or away for AwayGrace
)

// Participant tells a doctor's desktops about one socket of one of his invitations, whenever it changes and for each of
// them after Welcome. Rows of a waiting list are keyed by Invitation, sorted by Since.
type Participant struct {
	Participant ParticipantID    `json:"participant"`
	Invitation  InvitationID     `json:"invitation"`
	Room        RoomID           `json:"room"`
	State       ParticipantState `json:"state"`
	Arrived     Seconds          `json:"arrived"`             // when this socket came
	Since       Seconds          `json:"since,omitempty"`     // from Place
	AwaySince   Seconds          `json:"awaySince,omitempty"` // when the socket was lost
	Holder      Workstation      `json:"holder"`
}

// Workstation is one installation of the desktop program.
type Workstation struct {
	Installation InstallationID `json:"installation"`
	Name         string         `json:"name"`
	Online       bool           `json:"online"`
}

// Opened hints that somebody fetched the note of an invitation (mail scanners do it too). Sent to the holder only.
type Opened struct {
	Invitation InvitationID `json:"invitation"`
	At         Seconds      `json:"at"`
}

// Welcome answers Knock and Hello. Account is there for desktops only, Participant for patients only.
type Welcome struct {
	Version     int           `json:"version"`
	Now         Seconds       `json:"now"` // the server's clock
	Participant ParticipantID `json:"participant,omitzero"`
	Desktop     ParticipantID `json:"desktop,omitzero"` // for patients: as in Presence
	ICEServers  []ICEServer   `json:"iceServers"`
	Account     *Account      `json:"account,omitempty"`
}

// Presence tells a patient which connection of the holding desktop is there; zero means none. When it changes to
// another value every session is over and the page sends a fresh m1.
type Presence struct {
	Desktop ParticipantID `json:"desktop,omitzero"`
}

// ICEServers brings fresh TURN credentials on a long-lived socket.
type ICEServers struct {
	ICEServers []ICEServer `json:"iceServers"`
}

// ICEServer is one entry of RTCConfiguration.iceServers.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// Refused is the last message before the server closes a socket, and the body of every refused POST. NotBefore and Now
// come with Code TooEarly only.
type Refused struct {
	Code      Code    `json:"code"`
	NotBefore Seconds `json:"notBefore,omitempty"`
	Now       Seconds `json:"now,omitempty"`
}

// Code is a stable reason; words for it are in the catalogue.
type Code string

const (
	NotValid     Code = "notValid"     // unknown, expired, deleted or wrong: nothing tells these apart
	TooEarly     Code = "tooEarly"     // right admission, before NotBefore
	PageTooOld   Code = "pageTooOld"   // the client's protocol version is below the server's: update this side
	ServerTooOld Code = "serverTooOld" // it is above: update the server
	BadMessage   Code = "badMessage"   // not JSON, unknown type, out of order, too large
	TooSlow      Code = "tooSlow"      // the bounded send queue was full, or a deadline passed
	Draining     Code = "draining"     // the server is stopping; reconnect
	SignedOut    Code = "signedOut"    // the session is unknown, ended or expired, or the doctor is disabled
	WrongSignIn  Code = "wrongSignIn"  // e-mail and password do not belong together
	TryLater     Code = "tryLater"     // too many attempts; wait a little
	Exists       Code = "exists"       // Create: the id is taken
	NotYours     Code = "notYours"     // Change: no such invitation of this doctor
	StoreFull    Code = "storeFull"    // the server's disk is full; running calls go on
	StoreDown    Code = "storeDown"    // the store did not answer in time
	Replaced     Code = "replaced"     // the same installation connected again

	Revoked           Code = "revoked"           // the workstation was signed out by somebody
	PasscodeNeeded    Code = "passcodeNeeded"    // the password is right, and a passcode is wanted too
	WrongPasscode     Code = "wrongPasscode"     // wrong, or used before
	EnrolFirst        Code = "enrolFirst"        // the clinic wants passcodes and the account has none: a code for enrolment is needed
	WrongEnrolment    Code = "wrongEnrolment"    // address and code do not belong together, or the code is used or too old
	ShortPassword     Code = "shortPassword"     // fewer than MinPassword characters
	WeakPassword      Code = "weakPassword"      // one of those that are tried first
	NotAllowed        Code = "notAllowed"        // not with this role
	LastAdministrator Code = "lastAdministrator" // the clinic would have none left
)

// SignIn asks for a session.
type SignIn struct {
	Version      int            `json:"version"`
	Email        string         `json:"email"`
	Password     string         `json:"password"`
	Installation InstallationID `json:"installation"`
	Workstation  string         `json:"workstation"`
	Passcode     string         `json:"passcode,omitempty"` // of the authenticator, or a recovery code
}

// SignedIn is its answer.
type SignedIn struct {
	Session string  `json:"session"` // base64url of 32 random bytes; the server keeps its hash
	Account Account `json:"account"`
}

// SignOut ends a session.
type SignOut struct {
	Session string `json:"session"`
}

// Account is what the server knows about a doctor and his clinic.
type Account struct {
	Doctor      string `json:"doctor"` // the name that patients read
	Email       string `json:"email"`
	Clinic      string `json:"clinic"`
	ClinicPhone string `json:"clinicPhone"` // E.164 or as the clinic writes it

	Role          Role `json:"role,omitempty"`
	Administrator bool `json:"administrator,omitempty"` // beside the role
}

// Note answers a Knock on PathNote.
type Note struct {
	Note      []byte  `json:"note"`
	NotBefore Seconds `json:"notBefore"`
	NotAfter  Seconds `json:"notAfter"`
	Now       Seconds `json:"now"`
}
