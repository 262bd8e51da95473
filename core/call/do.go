package call

import (
	"time"

	"legekonsultasjon/core/access"
)

// do carries out one action and returns the events that come of it at once.
func (p *Peer) do(a action) []event {
	switch a := a.(type) {
	case offer:
		return p.makeOffer(a.restart)
	case takeAnswer:
		return p.takeAnswer(a.sdp)
	case takeCandidate:
		if err := p.conn.takeCandidate(a.candidate); err != nil {
			p.cfg.Log.Debug("a candidate that pion refused")
		}
	case send:
		return p.send(a.message)
	case confirm:
		return p.confirm(a)
	case inspect:
		return p.inspect(a.promised)
	case checkRoute:
		if p.conn.gone(a.change) {
			return []event{routeGone{}}
		}
	case attach:
		p.flow.attach(a.microphone, a.camera)
	case detach:
		p.flow.detach()
	case switchTracks:
		p.flow.switchTracks(a.microphone, a.camera)
	case announce:
		_ = p.conn.channel.SendText(tracksMessage(a.microphone, a.camera)) // its loss shows as the loss of the path
	case tellNetwork:
		_ = p.conn.channel.SendText(networkMessage(a.network))
	case renewLine:
		p.conn.estimator.renew()
		p.flow.share.renew()
	case openRoutes:
		if err := p.conn.openRoutes(); err != nil {
			p.cfg.Log.Warn("routes other than relays stay closed", "cause", err)
		}
	case setTimer:
		p.deadlines[a.timer] = time.Now().Add(a.after)
		p.setAlarm()
	case stopTimer:
		p.deadlines[a.timer] = time.Time{}
	case emit:
		p.tell(a.event)
	case shut:
		p.over = true
		_ = p.conn.detach() // at once; closing takes its time
		p.flow.shutGate()
	}
	return nil
}

func (p *Peer) tell(e Event) {
	if s, ok := e.(StateChanged); ok {
		p.cfg.Log.Info("peer", "state", s.State)
	}
	p.cfg.Events(e)
}

func (p *Peer) makeOffer(restart bool) []event {
	sdp, err := p.conn.makeOffer(restart)
	if err != nil {
		p.cfg.Log.Error("no offer", "cause", err)
		return []event{offerFailed{}}
	}
	p.number++
	if counts, ok := p.channel.(Numbering); ok {
		p.number = counts.NextNegotiation()
	}
	p.cfg.Log.Info("offer", "negotiation", p.number, "restart", restart)
	made := offered{p.number, sdp}
	return append([]event{made}, p.send(access.Offer{Neg: p.number, Peer: p.cfg.Number, SDP: sdp})...)
}

func (p *Peer) send(m access.Message) []event {
	if err := p.channel.Send(m); err != nil {
		return []event{sessionEnded{}}
	}
	return nil
}

func (p *Peer) takeAnswer(sdp string) []event {
	if err := p.conn.takeAnswer(sdp); err != nil {
		p.cfg.Log.Error("the answer cannot be used", "cause", err)
		return []event{answerBroken{}}
	}
	return []event{answerTaken{}}
}

// confirm sends our value and says what the other side's must be.
func (p *Peer) confirm(a confirm) []event {
	theirs, ok := p.conn.remoteFingerprint()
	if !ok {
		return []event{confirmationFailed{}}
	}
	own := p.channel.Confirmation('D', a.offer, a.answer, theirs, p.conn.fingerprint)
	if err := p.conn.channel.Send(own[:]); err != nil {
		return []event{confirmationFailed{}}
	}
	return []event{confirmation{
		expected:    p.channel.Confirmation('P', a.offer, a.answer, theirs, p.conn.fingerprint),
		fingerprint: theirs,
	}}
}

// inspect tells why DTLS failed: another certificate than the promised one, or the other side's refusal or a bad
// line.
func (p *Peer) inspect(promised [32]byte) []event {
	if met, ok := p.conn.remoteFingerprint(); ok && met != promised {
		return []event{impostor{}}
	}
	return []event{connectionEnded{}}
}
