// Package desk is the doctor's application without a face: it holds the appointments, checks PINs, owns the sessions
// with patients and the call, and shows itself as a State. A window draws the State and posts Commands; nothing else.
package desk

import (
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/signaling"
)

// State is everything a window needs to draw, derived anew after every event. It is a value: nothing in it changes
// after it was handed out.
type State struct {
	Screen     Screen
	Language   string // "nb", "nn" or "en": the language of the desktop's own words
	Theme      string // "system", "light" or "dark"
	Now        time.Time
	Connection Connection
	SignIn     SignIn
	Account    signaling.Account // empty until signed in
	Waiting    []WaitingRow      // longest wait first
	Day        []DayRow          // the invitations of DayOf, by time; today also what needs a look on other days
	DayOf      time.Time         // midnight of the day that is shown
	Booked     []BookedDay       // the days that have appointments, in order
	Expected   int               // patients who wait or may still come today
	Missed     []MissedLetter    // what was due while the program was closed, until the doctor has dealt with it
	Invite     Invite
	Verify     *Verify // the dialog, when open
	Patient    *Patient
	Unsure     []UnsurePatient // several who may have got a letter or not; one alone is a Question
	Import     *Import         // the list that was read, when open
	DayList    DayList
	ReadAloud  *ReadAloud
	Call       *Call // the running call, or nil
	Settings   Settings
	Office     *Office // account and people, when open
	Sound      Sound
	Notice     *Notice   // one quiet line at the bottom; nil is none
	Problem    *Problem  // what stands in the way of everything; a banner with a next step
	Question   *Question // something the doctor must decide, one at a time
}

// Screen is which view fills the window.
type Screen int

const (
	ScreenUnlock Screen = iota // no keyring: the passphrase of the sealed secret file
	ScreenSignIn
	ScreenHome
	ScreenCall
	ScreenSettings
	ScreenOffice // account and people
)

// Connection is the state of the line to the signaling server.
type Connection int

const (
	Offline Connection = iota
	Connecting
	Online
)

// SignIn is the sign-in form (and the unlock form, which uses Busy and Problem only).
type SignIn struct {
	Server, Email string // remembered values to begin with
	Busy          bool
	Problem       *Problem
	SealedFile    bool // there is no keyring here: secrets go into a file sealed with a passphrase, said openly
	NewPassphrase bool // the sealed file does not exist yet: the passphrase is chosen now

	Step             SignInStep
	Doctor, Clinic   string         // SignInChoose: whose account begins
	Authenticator    *Authenticator // SignInChoose
	PasscodeRequired bool           // SignInChoose: by the clinic
	RecoveryCodes    []string       // SignInRecovery
}

// WaitingRow is one patient in Venter på time.
type WaitingRow struct {
	Invitation  signaling.InvitationID
	Label       string    // what the doctor wrote: name or initials, else the grouped number or the address
	Detail      string    // number or address when Label is a name, "" otherwise
	Note        string    // the doctor's own note
	At          time.Time // the appointment
	Since       time.Time // the wait began
	Away        time.Time // zero, or since when the patient is away
	Late        bool      // waited over 15 minutes: amber
	Ready       bool      // connection and confirmation are done: Delta is instant
	SameWay     bool      // link and PIN went in one message: the proof is weaker
	HeldBy      string    // "" or the workstation that invited: no Delta here
	HolderAway  bool      // that workstation is offline
	CanJoin     bool      // Delta is possible
	Resumable   bool      // the doctor left this call; Delta reads Ta opp igjen until ResumeUntil
	ResumeUntil time.Time
	NewDevice   bool // a right PIN from another device: the doctor must consent first
	Locked      bool // PIN tries are spent: give a new PIN or admit by sight
}

// BookedDay is a day of the calendar.
type BookedDay struct {
	Day   time.Time // its midnight
	Count int       // appointments that were not called off
}

// MissedLetter was due while nobody could send it.
type MissedLetter struct {
	Invitation signaling.InvitationID
	Number     int
	Label      string
	Letter     string    // catalogue key "letter.<Letter>"
	At         time.Time // the appointment
	Due        time.Time
	CanSend    bool // false: the appointment is over
}

// PINTime is when the PIN of a later appointment is sent.
type PINTime = appointment.PINTime

// The choices of PINTime.
const (
	PINShortly   = appointment.PINShortly
	PINDayBefore = appointment.PINDayBefore
	PINAtOnce    = appointment.PINAtOnce
	PINAloud     = appointment.PINAloud
)

// DayRow is one invitation of Dagens timer.
type DayRow struct {
	Invitation signaling.InvitationID
	Label      string
	Detail     string
	Note       string
	At         time.Time
	Length     time.Duration
	Status     Status
	PINAt      time.Time     // when the PIN is to be sent; zero when it has been, or is not to be sent
	PINAloud   bool          // the PIN has not been sent and is to be read aloud
	Reason     string        // catalogue key of why it failed, "" otherwise
	Lasted     time.Duration // of the call, when finished
	CanResend  bool
	CanCancel  bool
	CanNewPIN  bool
	CanSendPIN bool // it has not been sent yet
	CanAloud   bool
	CanMove    bool
	CanFinish  bool
	CanShow    bool      // all about its patient
	CanVerify  bool      // a draft: nothing has been made of it; Invitation is the draft's name
	UndoUntil  time.Time // zero, or until when Fullfør or the cancellation can be undone
}

// Status is what a day row says, derived from the appointment's facts.
type Status string

const (
	Queued     Status = "queued"
	Sending    Status = "sending"
	Sent       Status = "sent"      // the mail server or gateway took it; not a receipt
	Delivered  Status = "delivered" // only with a receipt
	Unsure     Status = "unsure"    // the program ended while sending: the doctor is asked
	Opened     Status = "opened"
	WaitingNow Status = "waiting"
	InCall     Status = "inCall"
	Left       Status = "left" // the call was left and may be taken up again
	Finished   Status = "finished"
	Missed     Status = "missed" // the time is over and nobody came
	Cancelled  Status = "cancelled"
	SendFailed Status = "failed" // Reason says why
	SendLate   Status = "late"   // a letter's time passed while nobody could send it
	PINLocked  Status = "locked"
	Draft      Status = "draft" // imported, and to be verified
)

// Invite is the invitation form's remembered choices and answer. The texts of the fields belong to the window until
// the doctor presses Inviter.
type Invite struct {
	Country                    string // ISO 3166, remembered, "NO" at first
	Language                   string // of the letter: "nb", "nn", "en"
	Length                     time.Duration
	PIN                        PINTime  // as the settings say
	MailReady, SMSReady        bool     // whether the clinic's mail account and SMS gateway are set up
	PhoneProblem, EmailProblem *Problem // shown under the field
	Prefill                    *Prefill // what the form is to hold, or nil
}

// Prefill is what came from outside and is to be corrected by hand: the form takes it once for each Serial.
type Prefill struct {
	Serial         int
	Phone, Country string // as it was given
	Email          string
	At             time.Time // zero is now
	Length         time.Duration
	Language       string
}

// Way is how a request came in.
type Way string

// The ways in.
const (
	WayForm    Way = ""        // the form of the window
	WayURL     Way = "url"     // the URL scheme
	WayCommand Way = "command" // the command line
	WayDraft   Way = "draft"   // a row that was imported
)

// Import is a list of appointments that was read, before anything is made of it.
type Import struct {
	Name       string // of the file, or the calendar's host
	Subscribes bool   // taking it remembers the address and follows it
	Rows       []ImportRow
	Known      int // rows that are drafts or appointments already
	Troubles   []ImportTrouble
	Left       int // events that are over, called off, far away, or hold nobody to invite
}

// ImportRow is one appointment of the list.
type ImportRow struct {
	At     time.Time
	Length time.Duration
	Name   string
	To     string // number and address as people write them
}

// ImportTrouble is a row that is not taken: "intake.<Code>" in the catalogue.
type ImportTrouble struct {
	Line int // of the file; 0 in a calendar
	Code string
	At   time.Time // zero where it is not known
	Text string    // what stood there
}

// DayList is how the import stands.
type DayList struct {
	Busy       bool
	Problem    *Problem  // of the last file or address: "problem.intake.<code>"
	Subscribed string    // host of the calendar that is followed, or ""
	Fetched    time.Time // when it last answered
	Drafts     int       // of the day that is shown
}

// Verify is the dialog that makes the doctor check the number, the address, or both: then the link goes to the address
// and the PIN to the number.
type Verify struct {
	Phone   string // grouped, or ""
	Email   string // or ""
	Country string // catalogue-free country name in the desktop's language
	Mobile  bool
	Domain  string // the part behind @, set apart
	Meant   string // the domain that was perhaps meant, when this one looks like a slip of the keyboard
	Strange bool   // letters that look like others: the address may not be what it seems
	At      time.Time
	Now     bool // the appointment is for now
	Length  time.Duration
	PIN     PINTime
	PINAt   time.Time // when the PIN goes; zero is at once, or never with PINAloud
	SMS     SMSCount
	Busy    bool
	Problem *Problem

	Serial     int    // differs from dialog to dialog
	Way        Way    // where it came from
	Name, Note string // to begin with
	Through    bool   // one of the drafts that are gone through: it can be skipped
	Left       int    // how many come after it
}

// ReadAloud shows link code and PIN for the telephone.
type ReadAloud struct {
	Label string
	PIN   string
	Code  string // typed code, groups of four
	Host  string // where the patient types it
}

// CallState is what the call screen says of the connection.
type CallState string

const (
	CallConnecting  CallState = "connecting"
	CallSecure      CallState = "secure" // "Sikker forbindelse, kontrollert": confirmation verified
	CallInterrupted CallState = "interrupted"
	CallPatientGone CallState = "patientGone" // away; may come back
	CallNotGenuine  CallState = "notGenuine"
	CallFailed      CallState = "failed"
)

// Call is the running call.
type Call struct {
	Invitation                                       signaling.InvitationID
	Label, Detail                                    string
	State                                            CallState
	Began                                            time.Time // zero until media flows
	Microphone                                       bool      // on
	Camera                                           bool
	Volume                                           int // of the patient's sound, in percent
	PatientMicrophone, PatientCamera                 bool
	Picture                                          bool // the patient's first picture has been shown
	MicrophoneProblem, CameraProblem, SpeakerProblem *Problem
	Quality                                          string       // catalogue key: "", "good", "slow", "bad"
	Network                                          call.Network // what is said while the line is slow
	Panel                                            *Panel       // the connection panel, while it is open
	Next                                             *WaitingRow  // the next one waiting: Delta reads Avslutt og ta neste
}

// Settings is what the settings screen edits: the stored values without secrets.
type Settings struct {
	Mail                           MailSettings
	SMS, SMSReserve                SMSSettings // the reserve takes over when the other refuses
	SMSGateways                    []SMSGateway
	SMSPreviews                    []SMSPreview
	MailPresets                    []MailPreset
	MailSignIn                     MailSignIn
	Cameras, Microphones, Speakers []DeviceChoice
	Rings                          []DeviceChoice // speakers, for the chime
	Ring                           string         // id of the one it rings on, "" for none
	Trying                         Trying
	Language, Theme                string
	RelayOnly                      bool
	Chime                          bool
	PIN                            PINTime
	KeepDays                       int // an appointment stays in the book for so long after it
	Workstation                    string
	Keyring                        string // "keyring" or "sealedFile"
	MailTest                       Test
	SMSTest, SMSReserveTest        Test
	Saved                          bool
	Problem                        *Problem
}

// MailSettings is the clinic's SMTP account.
type MailSettings struct {
	Host        string
	Port        int
	Security    string // "starttls", "tls"; "none" is taken for loopback only
	User        string
	From        string
	FromName    string
	HasPassword bool

	Provider   string // of MailPresets, or "" for any other
	ByPassword bool   // although the provider offers to sign in there
	ClientID   string
	Tenant     string
	HasClient  bool // what Google calls a client secret is stored
}

// MailPreset is a known mail provider: what it puts into MailSettings, and what signing in there asks for.
type MailPreset struct {
	ID, Name, Host, Security string
	Port                     int
	Tenant, Device, Secret   bool
}

// MailSignIn is the sign-in at the mail provider.
type MailSignIn struct {
	Busy          bool
	SignedIn      bool
	Again         bool   // it has ended: the provider wants a new one
	User          string // whose mailbox
	URL           string // while busy in the browser: the address, for copying
	Code, CodeURL string // while busy by another device: what is typed, and where
	Problem       *Problem
}

// Test is the state of a settings test.
type Test struct {
	Busy    bool
	OK      bool
	Problem *Problem
}

// DeviceChoice is one entry of a device drop-down.
type DeviceChoice struct {
	ID, Name string
	Chosen   bool
	Missing  bool // remembered, but not plugged in
}

// Problem is something that went wrong, as a stable code: the catalogue holds "problem.<Code>" (what happened and what
// to do) and may use the arguments.
type Problem struct {
	Code string
	Args map[string]string
}

// Notice is one quiet line: "notice.<Code>" in the catalogue. Undo, when set, is offered beside it.
type Notice struct {
	Code  string
	Args  map[string]string
	Undo  Command
	Until time.Time
}

// Question asks the doctor for one decision: "question.<Code>.title", ".text", ".yes", ".no".
type Question struct {
	Code    string
	Args    map[string]string
	Yes, No Command
}
