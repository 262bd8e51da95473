package intake

// Outcome is what has become of a request that came from outside.
type Outcome string

// Outcomes. Waiting, Shown and Confirmed go on; the others are the last word.
const (
	Waiting     Outcome = "waiting"     // it is not shown yet: the doctor is in a call, in the settings, or in another dialog
	Shown       Outcome = "shown"       // the verify dialog is open
	Confirmed   Outcome = "confirmed"   // the doctor has verified and pressed Send; the message is on its way
	Sent        Outcome = "sent"        // the mail server or gateway has taken it
	Failed      Outcome = "failed"      // it did not take it; Problem says why
	Declined    Outcome = "declined"    // the doctor closed the dialog without sending
	Refused     Outcome = "refused"     // it cannot be shown; Problem says why
	NotSignedIn Outcome = "notSignedIn" // nobody is signed in
	Busy        Outcome = "busy"        // too many requests wait already
	NotRunning  Outcome = "notRunning"  // no program runs with this profile
	TimedOut    Outcome = "timedOut"    // it waited too long and was dropped
)

// Last reports whether nothing follows an outcome.
func (o Outcome) Last() bool { return o != Waiting && o != Shown && o != Confirmed }

// Fate is an outcome with its reason.
type Fate struct {
	Outcome Outcome `json:"outcome"`
	Problem string  `json:"problem,omitempty"` // a code, of refused and failed
}
