package call

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"legekonsultasjon/core/access"
)

// How long things may take. The path counts as lost once nothing has come for pathTimeout, sooner when media flowed
// (quiet.go) or the route is known to be gone. Restarts and giving up are counted from its last sign of life.
const (
	pathTimeout     = 2 * time.Second
	secondRestart   = 2 * time.Second
	lastRestart     = 6 * time.Second
	giveUp          = 12 * time.Second
	confirmDeadline = 10 * time.Second
	connectDeadline = 30 * time.Second
	byeDeadline     = 2 * time.Second
)

// maxCandidates bounds the candidates that are taken from the patient in one negotiation; further ones are dropped. So
// are those that are longer than maxCandidate bytes.
const (
	maxCandidates = 64
	maxCandidate  = 1024
)

// maxEarly bounds the messages on the data channel that came before our own side was ready to judge them.
const maxEarly = 4

// facts are what has happened; what state that amounts to is derived.
type facts struct {
	started   bool
	session   bool // a proven session is attached
	admitted  bool
	confirmed bool
	over      State // Failed, NotGenuine or Closed; New while it lives

	relayOnly          bool // other routes are not open yet
	microphone, camera bool // wanted
	hasMicrophone      bool // exist
	hasCamera          bool
	told               *announce // what the patient was told last
	remote             *RemoteTracks

	number     int    // of the newest offer in the session
	offer      string // the newest one, as carried
	waiting    bool   // it has no answer yet
	candidates []access.Candidate
	taken      int // candidates of this negotiation, held ones included

	firstOffer, firstAnswer string // what the confirmation binds
	promised                [32]byte
	expected                *[32]byte // what the other side must send
	early                   []dataCame
	fingerprint             [32]byte // confirmed

	found   bool          // ICE was connected once; pion may say so later than DTLS and the confirmation
	path    bool          // ICE is connected
	lost    bool          // it was connected and is not any more
	planned bool          // by a restart of our own, to open other routes: no interruption unless it lasts
	silence time.Duration // since the last sign of life when restartTimer was set
	owed    bool          // an ICE restart is due as soon as there is a session, though the path is not lost
}

// State is how far the connection is.
func (f facts) State() State {
	switch {
	case f.over != New:
		return f.over
	case !f.started:
		return New
	case !f.confirmed:
		return Connecting
	case f.lost && !f.planned:
		return Interrupted
	}
	return Confirmed
}

// Step is the machine: what is known, what happened, and so what is known now and has to be done. It has no clock and
// touches nothing.
func Step(f facts, e event) (facts, []action) {
	if f.over != New {
		return f, nil
	}
	before := f.State()
	f, actions := f.step(e)
	if after := f.State(); after != before {
		actions = append([]action{emit{StateChanged{after}}}, actions...)
	}
	return f, actions
}

func (f facts) step(e event) (facts, []action) {
	switch e := e.(type) {
	case started, attached, detached, sessionEnded, closed:
		return f.onSession(e)
	case admitted, held, microphoneSet, cameraSet, devicesSet, deviceGone:
		return f.onMedia(e)
	case answerCame, candidateCame, candidateFound, offered, offerFailed, answerTaken, answerBroken:
		return f.onNegotiation(e)
	case pathFound, pathLost, pathFailed, connectionEnded, timeUp, fellSilent, rerouted, routeGone:
		return f.onPath(e)
	case secured, securingFailed, channelOpened, dataCame, confirmation, confirmationFailed, impostor:
		return f.onConfirmation(e)
	case networkSet:
		if f.confirmed {
			return f, []action{tellNetwork(e)}
		}
	case report:
		return f, []action{emit(e)}
	case overflowed:
		return f.end(Failed)
	}
	return f, nil
}

// end is final: whatever comes later changes nothing.
func (f facts) end(state State) (facts, []action) {
	f.over = state
	return f, []action{shut{}}
}

func (f facts) onSession(e event) (facts, []action) {
	switch e.(type) {
	case started:
		if f.started {
			return f, nil
		}
		f.started = true
		if f.session {
			return f, []action{offer{}}
		}
		return f.end(Closed)
	case attached:
		return f.attach()
	case closed:
		return f.end(Closed)
	}
	f.session, f.waiting, f.candidates = false, false, nil // detached, sessionEnded
	if f.started && !f.confirmed {
		return f.end(Closed) // a peer connection belongs for life to the session that began it
	}
	return f, nil
}

// attach goes on in another session. Before the confirmation there is no going on: a new Peer begins anew.
func (f facts) attach() (facts, []action) {
	if f.started && !f.confirmed {
		return f.end(Closed)
	}
	f.session, f.waiting, f.number = true, false, 0
	if f.owed || f.lost {
		f.owed = false
		return f, []action{offer{restart: true}}
	}
	return f, nil
}

func (f facts) onNegotiation(e event) (facts, []action) {
	switch e := e.(type) {
	case offered:
		f.number, f.offer, f.waiting = e.number, e.sdp, true
		f.candidates, f.taken = nil, 0
		if f.firstOffer == "" {
			f.firstOffer = e.sdp
		}
	case answerCame:
		return f.answer(e.answer)
	case answerTaken:
		return f.release()
	case candidateCame:
		return f.candidate(e.candidate)
	case candidateFound:
		relayed := strings.Contains(e.candidate.Candidate, " typ relay ") || e.candidate.Candidate == ""
		if f.session && f.number > 0 && (relayed || !f.relayOnly) { // routes see to the latter; this is a second lock
			e.candidate.Neg = f.number
			return f, []action{send{e.candidate}}
		}
	case offerFailed, answerBroken:
		return f.end(Failed)
	}
	return f, nil
}

// answer judges the answer to the newest offer; answers to older ones come too late and are nobody's fault.
func (f facts) answer(a access.Answer) (facts, []action) {
	if !f.session || !f.waiting || a.Neg != f.number {
		return f, nil
	}
	hash := sha256.Sum256([]byte(f.offer))
	fingerprint, err := access.GateSDP(a.SDP)
	if err != nil || a.OfferHash != hex.EncodeToString(hash[:]) || f.confirmed && fingerprint != f.fingerprint {
		return f.end(NotGenuine)
	}
	f.waiting = false
	if f.firstAnswer == "" {
		f.firstAnswer, f.promised = a.SDP, fingerprint
	}
	return f, []action{takeAnswer{a.SDP}}
}

// release is called when the answer stands: candidates that came before it may be used now.
func (f facts) release() (facts, []action) {
	var actions []action
	for _, c := range f.candidates {
		actions = append(actions, takeCandidate{c})
	}
	f.candidates = nil
	if !f.confirmed {
		actions = append(actions, setTimer{connectTimer, connectDeadline})
	}
	return f, actions
}

func (f facts) candidate(c access.Candidate) (facts, []action) {
	if !f.session || c.Neg != f.number || f.number == 0 || f.taken == maxCandidates || len(c.Candidate) > maxCandidate {
		return f, nil
	}
	f.taken++
	if !f.waiting {
		return f, []action{takeCandidate{c}}
	}
	f.candidates = append(f.candidates[:len(f.candidates):len(f.candidates)], c)
	return f, nil
}

func (f facts) onPath(e event) (facts, []action) {
	switch e := e.(type) {
	case pathFound:
		lost := f.lost
		f.found, f.path, f.lost, f.owed, f.planned = true, true, false, false, false
		if lost {
			return f, []action{stopTimer{restartTimer}, stopTimer{giveUpTimer}, renewLine{}}
		}
	case pathLost:
		return f.losePath(pathTimeout)
	case pathFailed:
		if !f.confirmed { // afterwards our own timers decide
			return f.end(Failed)
		}
		return f.losePath(pathTimeout)
	case fellSilent:
		if f.session { // without one nothing can be done before pion says so too
			return f.losePath(e.since)
		}
	case rerouted:
		if f.confirmed {
			return f, []action{checkRoute(e)}
		}
	case routeGone:
		return f.loseRoute()
	case connectionEnded:
		return f.hungUp()
	case timeUp:
		return f.alarm(e.timer)
	}
	return f, nil
}

// losePath: nothing has come for silence.
func (f facts) losePath(silence time.Duration) (facts, []action) {
	wasThere := f.path
	f.path = false
	if !f.confirmed || !wasThere {
		return f, nil
	}
	f.lost = true
	f, actions := f.restartLater(silence)
	actions = append(actions, setTimer{giveUpTimer, giveUp - silence})
	if f.session && !f.waiting { // while an offer waits, a restart of ours is under way and this is what it looks like
		actions = append(actions, offer{restart: true})
	}
	return f, actions
}

// loseRoute: the way that the path took is said to be gone, or there is another one while it is looked for.
func (f facts) loseRoute() (facts, []action) {
	switch {
	case !f.confirmed:
		return f, nil
	case !f.session:
		f.owed = true // whether it really is gone will show
		return f, nil
	case f.lost:
		return f, []action{offer{restart: true}}
	}
	f.path, f.waiting, f.planned = true, false, false // an answer to an offer from the old place would come too late
	return f.losePath(0)
}

// restartLater sets the timer of the next restart after so long a silence, if there is to be one.
func (f facts) restartLater(silence time.Duration) (facts, []action) {
	for _, at := range []time.Duration{secondRestart, lastRestart} {
		if at > silence {
			f.silence = silence
			return f, []action{setTimer{restartTimer, at - silence}}
		}
	}
	return f, nil
}

// restartAgain comes of restartTimer.
func (f facts) restartAgain() (facts, []action) {
	f.planned = false
	if !f.lost {
		return f, nil
	}
	at := secondRestart
	if f.silence >= at {
		at = lastRestart
	}
	f, actions := f.restartLater(at)
	if f.session {
		actions = append(actions, offer{restart: true})
	}
	return f, actions
}

// hungUp is called when the other side closed the connection. Before the confirmation that may be because it has seen a
// Mismatch; its word on that takes the longer way through the session.
func (f facts) hungUp() (facts, []action) {
	if f.confirmed {
		return f.end(Failed)
	}
	return f, []action{setTimer{byeTimer, byeDeadline}}
}

func (f facts) alarm(t timer) (facts, []action) {
	switch t {
	case connectTimer, byeTimer:
		if !f.confirmed {
			return f.end(Failed)
		}
	case confirmTimer:
		if !f.confirmed {
			return f.end(NotGenuine)
		}
	case restartTimer:
		return f.restartAgain()
	case giveUpTimer:
		if f.lost {
			return f.end(Failed)
		}
	}
	return f, nil
}
