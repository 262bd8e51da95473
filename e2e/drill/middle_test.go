//go:build hostile

package drill

import (
	"encoding/binary"
	"errors"
	"sync"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"

	"github.com/pion/webrtc/v4"
)

// middle ends DTLS itself: it holds the keys of the frames, answers the doctor's offer with a peer connection of its own
// and makes the patient an offer of its own. What it lacks are the keys of the confirmation.
type middle struct {
	c  *clinic
	mu sync.Mutex
	// of the newest offer
	toDoctor, toPatient *webrtc.PeerConnection
	offerHash           string
}

func terminates(c *clinic) rig.Tamper {
	m := &middle{c: c}
	c.t.Cleanup(m.close)
	return m.tamper
}

func (m *middle) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, pc := range []*webrtc.PeerConnection{m.toDoctor, m.toPatient} {
		if pc != nil {
			_ = pc.Close()
		}
	}
	m.toDoctor, m.toPatient = nil, nil
}

func (m *middle) tamper(s *rig.Socket, p rig.Passing) []rig.Passing {
	address, inside, ok := payload(p)
	if !ok || s.Path != signaling.PathPatient || !isFrame(inside) {
		return []rig.Passing{p}
	}
	k, ok := m.c.frameKeys(inside)
	if !ok {
		return []rig.Passing{p}
	}
	message, ok := openFrame(k, p.Up, inside)
	if !ok {
		return []rig.Passing{p}
	}
	switch message["type"] {
	case "offer":
		sdp, err := m.offered(message["sdp"].(string))
		if err != nil {
			return []rig.Passing{p}
		}
		message["sdp"] = sdp
	case "answer":
		sdp, err := m.answered(message["sdp"].(string))
		if err != nil {
			return []rig.Passing{p}
		}
		message["sdp"], message["offerHash"] = sdp, m.offerHash
	case "candidate":
		// The two real sides must not find each other; the middle's own candidates stand in its SDP.
		message["candidate"] = ""
	default:
		return []rig.Passing{p}
	}
	return []rig.Passing{with(p, address, sealFrame(k, p.Up, binary.BigEndian.Uint64(inside[9:]), message))}
}

func connection() (*webrtc.PeerConnection, error) {
	var e webrtc.SettingEngine
	e.SetIncludeLoopbackCandidate(true)
	var media webrtc.MediaEngine
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(e), webrtc.WithMediaEngine(&media)).NewPeerConnection(webrtc.Configuration{})
}

// offered takes the doctor's offer and makes the patient one of the middle's own.
func (m *middle) offered(sdp string) (string, error) {
	m.close()
	m.mu.Lock()
	defer m.mu.Unlock()
	var err error
	if m.toDoctor, err = connection(); err != nil {
		return "", err
	}
	if m.toPatient, err = connection(); err != nil {
		return "", err
	}
	if err := m.toDoctor.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return "", err
	}
	m.offerHash = hashOf(sdp)
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := m.toPatient.AddTransceiverFromKind(kind); err != nil {
			return "", err
		}
	}
	negotiated, id := true, uint16(0)
	channel, err := m.toPatient.CreateDataChannel("confirm", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		return "", err
	}
	// A guess is all that it can say.
	channel.OnOpen(func() { _ = channel.Send(make([]byte, 32)) })
	return gathered(m.toPatient, m.toPatient.CreateOffer)
}

// answered takes the patient's answer and gives the doctor one of the middle's own.
func (m *middle) answered(sdp string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.toPatient == nil {
		return "", errors.New("an answer without an offer")
	}
	if err := m.toPatient.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		return "", err
	}
	negotiated, id := true, uint16(0)
	channel, err := m.toDoctor.CreateDataChannel("confirm", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		return "", err
	}
	channel.OnOpen(func() { _ = channel.Send(make([]byte, 32)) })
	return gathered(m.toDoctor, func(*webrtc.OfferOptions) (webrtc.SessionDescription, error) { return m.toDoctor.CreateAnswer(nil) })
}

func gathered(pc *webrtc.PeerConnection, describe func(*webrtc.OfferOptions) (webrtc.SessionDescription, error)) (string, error) {
	d, err := describe(nil)
	if err != nil {
		return "", err
	}
	all := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	<-all
	return pc.LocalDescription().SDP, nil
}
