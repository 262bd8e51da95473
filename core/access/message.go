package access

// The messages inside sealed frames (docs/ACCESS.md, Frames). Each is one JSON object whose "type" names it. P marks
// those that only the patient sends, D those that only the doctor sends.
//
// Bytes are base64url without padding, hashes lower-case hex.

// Message is one of the structs below. Type is its "type" member, From the roles that may send it.
type Message interface {
	Type() string
	From() Roles
}

// Roles is a set of roles.
type Roles uint8

const (
	FromPatient Roles = 1 << iota
	FromDoctor
)

// Ready (D) is frame 0 of the doctor: what the page needs to ask for the PIN.
type Ready struct {
	TriesLeft int    `json:"triesLeft"`
	Time      string `json:"time"`           // RFC 3339: when the appointment is, by the doctor's book
	Wait      int    `json:"wait,omitempty"` // seconds until the next PIN is looked at
	Locked    bool   `json:"locked,omitempty"`
}

// PIN (P) is one try. Device is the page's public resume key, an uncompressed P-256 point; empty without storage.
type PIN struct {
	PIN    string `json:"pin"`
	Device Bytes  `json:"device,omitempty"`
	Peer   int    `json:"peer,omitempty"` // as in Resume
}

// PINResult (D) answers it.
type PINResult struct {
	OK        bool `json:"ok"`
	TriesLeft int  `json:"triesLeft"`
	Wait      int  `json:"wait,omitempty"` // seconds until the next try is looked at
	Locked    bool `json:"locked,omitempty"`
	// NewDevice says that the PIN was right on another device than the first: the doctor is asked before anything
	// goes on, and a second PINResult with or without it follows his answer.
	NewDevice bool `json:"newDevice,omitempty"`
}

// Resume (P) proves the device that gave the PIN earlier: r||s of ECDSA-SHA256. Peer is the number of the confirmed peer
// connection that the page still has (Offer.Peer), 0 for none, as after a reload: only then can the call go on in it. Lost
// says that nothing comes over it any more, so that it wants an ICE restart.
type Resume struct {
	Signature Bytes `json:"signature"`
	Peer      int   `json:"peer,omitempty"`
	Lost      bool  `json:"lost,omitempty"`
}

// ResumeResult (D) answers it; not OK means that the page asks for the PIN. Admitted says that the call goes on at once.
type ResumeResult struct {
	OK        bool `json:"ok"`
	Admitted  bool `json:"admitted,omitempty"`
	TriesLeft int  `json:"triesLeft"`
	Wait      int  `json:"wait,omitempty"`
	Locked    bool `json:"locked,omitempty"`
}

// Offer (D) begins negotiation number Neg, counted up from 1 in each session. New says that it belongs to a new peer
// connection, Peer numbers the peer connection within the invitation.
type Offer struct {
	Neg  int    `json:"neg"`
	Peer int    `json:"peer"`
	SDP  string `json:"sdp"`
}

// Answer (P) answers it. OfferHash is SHA-256 of the offer's SDP as carried.
type Answer struct {
	Neg       int    `json:"neg"`
	SDP       string `json:"sdp"`
	OfferHash string `json:"offerHash"`
}

// Candidate (P and D) is one ICE candidate of negotiation Neg; an empty Candidate is the end of them.
type Candidate struct {
	Neg           int     `json:"neg"`
	Candidate     string  `json:"candidate"`
	SDPMid        *string `json:"sdpMid,omitempty"`
	SDPMLineIndex *uint16 `json:"sdpMLineIndex,omitempty"`
}

// Admit (D) is Delta: both sides attach their tracks once the confirmation is verified.
type Admit struct{}

// Hold (D) takes the patient back to the waiting room without ending anything.
type Hold struct{}

// Note (D) is a line of text from the doctor to the waiting patient.
type Note struct {
	Text string `json:"text"`
}

// Bye (P and D) ends the session.
type Bye struct {
	Reason string `json:"reason"`
}

// Reasons of Bye.
const (
	ByeFinished        = "finished"        // D: the consultation is over, the link is dead
	ByeLeft            = "left"            // D: the doctor has left the call and may take it up again; P: hung up
	ByeOpenedElsewhere = "openedElsewhere" // D: another tab of the same browser took over
	ByeRefused         = "refused"         // D: the doctor said no to the new device
	ByeMismatch        = "mismatch"        // the connection could not be secured
	ByeUnsupported     = "unsupported"     // P: this browser cannot do it
	ByeBroken          = "broken"          // a frame was lost or altered: the patient handshakes anew at once
)

func (Ready) Type() string        { return "ready" }
func (PIN) Type() string          { return "pin" }
func (PINResult) Type() string    { return "pinResult" }
func (Resume) Type() string       { return "resume" }
func (ResumeResult) Type() string { return "resumeResult" }
func (Offer) Type() string        { return "offer" }
func (Answer) Type() string       { return "answer" }
func (Candidate) Type() string    { return "candidate" }
func (Admit) Type() string        { return "admit" }
func (Hold) Type() string         { return "hold" }
func (Note) Type() string         { return "note" }
func (Bye) Type() string          { return "bye" }

func (Ready) From() Roles        { return FromDoctor }
func (PIN) From() Roles          { return FromPatient }
func (PINResult) From() Roles    { return FromDoctor }
func (Resume) From() Roles       { return FromPatient }
func (ResumeResult) From() Roles { return FromDoctor }
func (Offer) From() Roles        { return FromDoctor }
func (Answer) From() Roles       { return FromPatient }
func (Candidate) From() Roles    { return FromPatient | FromDoctor }
func (Admit) From() Roles        { return FromDoctor }
func (Hold) From() Roles         { return FromDoctor }
func (Note) From() Roles         { return FromDoctor }
func (Bye) From() Roles          { return FromPatient | FromDoctor }
