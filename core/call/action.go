package call

import (
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/route"
)

// action is what the machine wants done; the outcome comes back as an event.
type action any

type (
	// offer makes and sends an offer: offered, offerFailed or sessionEnded comes back.
	offer struct{ restart bool }
	// takeAnswer hands a gated answer to pion: answerTaken or answerBroken comes back.
	takeAnswer struct{ sdp string }
	// takeCandidate hands one candidate to pion, which may ignore it.
	takeCandidate struct{ candidate access.Candidate }
	// send puts one message on the session; sessionEnded may come back.
	send struct{ message access.Message }
	// confirm computes both values over the live certificates and sends ours: confirmation or confirmationFailed.
	confirm struct{ offer, answer string }
	// inspect compares the certificate that DTLS met with the one promised: impostor or connectionEnded comes back.
	inspect struct{ promised [32]byte }
	// checkRoute looks whether the path still begins at an address of ours: routeGone comes back if not.
	checkRoute struct{ change route.Change }
	// announce tells the patient which of our tracks are on.
	announce struct{ microphone, camera bool }
	// tellNetwork makes the patient's page say what the line is like.
	tellNetwork struct{ network Network }
	// attach puts the tracks on the senders and opens both directions; detach takes them away and shuts both.
	attach struct{ microphone, camera bool }
	detach struct{}
	// switchTracks applies mute and camera to the tracks that are attached.
	switchTracks struct{ microphone, camera bool }
	// renewLine forgets what was learnt of the line while nothing came.
	renewLine struct{}
	// openRoutes allows candidates of every kind from the next restart on.
	openRoutes struct{}
	setTimer   struct {
		timer timer
		after time.Duration
	}
	stopTimer struct{ timer timer }
	emit      struct{ event Event }
	// shut ends everything.
	shut struct{}
)
