package call

import (
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/route"

	"github.com/pion/webrtc/v4"
)

// event is what the machine reacts to: a command of the desk, a message of the patient, a callback of pion, a timer, or
// the outcome of an action.
type event any

type (
	// Commands of the desk.
	started       struct{}
	attached      struct{ channel Channel } // a proven session is there
	detached      struct{}                  // it is gone
	admitted      struct{}
	held          struct{}
	microphoneSet struct{ on bool }
	cameraSet     struct{ on bool }
	devicesSet    struct {
		devices            Devices
		microphone, camera bool // which of them exist
	}
	serversSet struct{ servers []webrtc.ICEServer } // the connection takes them; nothing follows
	volumeSet  struct{ gain float64 }               // the receiver takes it; nothing follows
	networkSet struct{ network Network }
	closed     struct{}

	// Messages of the patient.
	answerCame    struct{ answer access.Answer }
	candidateCame struct{ candidate access.Candidate }

	// Callbacks of pion.
	candidateFound  struct{ candidate access.Candidate } // of our own; Neg is not set yet
	pathFound       struct{}                             // ICE is connected
	pathLost        struct{}                             // ICE is disconnected, or checking anew
	pathFailed      struct{}                             // ICE gave up
	fellSilent      struct{ since time.Duration }        // media flowed, and nothing has come for so long
	rerouted        struct{ change route.Change }        // the computer stands elsewhere in the network
	secured         struct{}                             // DTLS is connected
	securingFailed  struct{}                             // DTLS failed
	connectionEnded struct{}                             // the other side closed DTLS
	channelOpened   struct{}                             // data channel 0
	dataCame        struct {
		text bool
		data []byte
	}

	// Outcomes of actions.
	offered struct {
		number int
		sdp    string
	}
	offerFailed  struct{}
	sessionEnded struct{} // Channel.Send returned an error
	answerTaken  struct{}
	answerBroken struct{} // pion refused it
	confirmation struct { // our value is sent
		expected    [32]byte // the other side's
		fingerprint [32]byte // of the certificate in use
	}
	confirmationFailed struct{}
	impostor           struct{} // DTLS met another certificate than the one promised, or the patient's side says so

	routeGone  struct{} // the path in use leads nowhere, by what our side or the patient's knows
	timeUp     struct{ timer timer }
	deviceGone struct{ lost DeviceLost }
	tooMuch    struct{ pixels, fps int } // pictures of the patient's that this machine can show: not as many, or more again
	report     struct{ event Event }     // passes through to the desk
	trackEnded struct{ track *webrtc.TrackRemote }
	trackFound struct {
		track    *webrtc.TrackRemote
		receiver *webrtc.RTPReceiver
	}
	overflowed struct{} // events came faster than they can be looked at
)

// timer names one of the machine's alarms; setting one again replaces it.
type timer int

const (
	connectTimer timer = iota // from the first answer to the confirmation
	confirmTimer              // from DTLS to the confirmation
	restartTimer              // from one ICE restart to the next
	giveUpTimer               // from the loss of the path to Failed
	byeTimer                  // from the other side's hanging up to Failed, unless it says why
	timers
)

func (t timer) String() string {
	return [...]string{"connect", "confirm", "restart", "give up", "bye"}[t]
}
