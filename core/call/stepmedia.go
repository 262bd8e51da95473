package call

import (
	"crypto/hmac"
)

// onConfirmation is the part of the machine between DTLS and the moment from which media may flow.
func (f facts) onConfirmation(e event) (facts, []action) {
	switch e := e.(type) {
	case secured:
		if !f.confirmed {
			return f, []action{setTimer{confirmTimer, confirmDeadline}}
		}
	case securingFailed:
		return f, []action{inspect{f.promised}}
	case impostor, confirmationFailed:
		return f.end(NotGenuine)
	case channelOpened:
		if f.expected == nil && !f.confirmed {
			return f, []action{confirm{f.firstOffer, f.firstAnswer}}
		}
	case confirmation:
		f.expected, f.fingerprint = &e.expected, e.fingerprint
		if f.fingerprint != f.promised {
			return f.end(NotGenuine)
		}
		return f.judgeEarly()
	case dataCame:
		return f.data(e)
	}
	return f, nil
}

// judgeEarly looks at what came while our own value was being computed.
func (f facts) judgeEarly() (facts, []action) {
	early := f.early
	f.early = nil
	var actions []action
	for _, d := range early {
		var more []action
		f, more = f.data(d)
		actions = append(actions, more...)
		if f.over != New {
			break
		}
	}
	return f, actions
}

// data judges one message of the data channel. The first must be the confirmation, the others say which tracks are on.
func (f facts) data(d dataCame) (facts, []action) {
	if f.confirmed {
		return f.remoteTracks(d)
	}
	if f.expected == nil {
		if len(f.early) == maxEarly {
			return f.end(NotGenuine)
		}
		f.early = append(f.early[:len(f.early):len(f.early)], d)
		return f, nil
	}
	if d.text || len(d.data) != len(f.expected) || !hmac.Equal(d.data, f.expected[:]) {
		return f.end(NotGenuine)
	}
	f.confirmed = true
	actions := []action{stopTimer{confirmTimer}, stopTimer{connectTimer}}
	if f.found && !f.path { // lost in the very moment: treat it like any other loss
		f.path = true
		var more []action
		f, more = f.losePath(pathTimeout)
		actions = append(actions, more...)
	}
	f, more := f.open()
	return f, append(actions, more...)
}

// remoteTracks takes the patient's word on his tracks; what is not that is ignored, and so is a repetition.
func (f facts) remoteTracks(d dataCame) (facts, []action) {
	if !d.text {
		return f, nil
	}
	t, err := parseTracks(d.data)
	if err != nil || f.remote != nil && *f.remote == t {
		return f, nil
	}
	f.remote = &t
	return f, []action{emit{t}}
}

// open lets media flow if everything that it takes has happened.
func (f facts) open() (facts, []action) {
	if !f.confirmed || !f.admitted {
		return f, nil
	}
	a := f.announcement()
	f.told = &a
	actions := []action{attach(a), a}
	if f.relayOnly {
		f.relayOnly = false
		actions = append(actions, openRoutes{})
		f.planned, f.owed = f.session, !f.session
		if f.session {
			actions = append(actions, offer{restart: true})
		}
	}
	return f, actions
}

// announcement is the truth about our own tracks.
func (f facts) announcement() announce {
	return announce{microphone: f.microphone && f.hasMicrophone, camera: f.camera && f.hasCamera}
}

// onMedia is the part of the machine about what is sent.
func (f facts) onMedia(e event) (facts, []action) {
	switch e := e.(type) {
	case admitted:
		if f.admitted {
			return f, nil
		}
		f.admitted = true
		return f.open()
	case held:
		return f.hold()
	case microphoneSet:
		f.microphone = e.on
	case cameraSet:
		f.camera = e.on
	case devicesSet:
		f.hasMicrophone, f.hasCamera = e.microphone, e.camera
	case deviceGone:
		f.hasMicrophone = f.hasMicrophone && e.lost.Device != Microphone
		f.hasCamera = f.hasCamera && e.lost.Device != Camera
		f, actions := f.retell()
		return f, append(actions, emit{e.lost})
	}
	return f.retell()
}

func (f facts) hold() (facts, []action) {
	if !f.admitted {
		return f, nil
	}
	f.admitted = false
	if !f.confirmed {
		return f, nil
	}
	f.told = &announce{}
	return f, []action{detach{}, announce{}}
}

// retell switches the tracks and tells the patient, if anything has changed while media flows.
func (f facts) retell() (facts, []action) {
	if !f.confirmed || !f.admitted {
		return f, nil
	}
	a := f.announcement()
	if f.told != nil && *f.told == a {
		return f, nil
	}
	f.told = &a
	return f, []action{switchTracks(a), a}
}
