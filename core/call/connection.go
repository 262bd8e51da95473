package call

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"legekonsultasjon/core/access"

	"github.com/pion/webrtc/v4"
)

// keepAlive is how often ICE asks for a sign of life; several must fit into pathTimeout.
const keepAlive = 400 * time.Millisecond

// iceFailedAfter lies behind our own deadlines, which decide.
const iceFailedAfter = 40 * time.Second

// connection is one pion peer connection with its certificate, data channel, two transceivers and our two tracks.
// The peer's goroutine alone calls its methods; pion's callbacks only post.
type connection struct {
	pc          *webrtc.PeerConnection
	channel     *webrtc.DataChannel
	audio       *webrtc.TrackLocalStaticRTP
	video       *webrtc.TrackLocalStaticRTP
	audioSender *webrtc.RTPSender
	videoSender *webrtc.RTPSender
	routes      *routes
	estimator   *estimator
	counts      *counts
	repairs     *repairs
	config      webrtc.Configuration
	relaysOnly  bool // until openRoutes

	fingerprint [32]byte // our own, as in our offer
	answer      string   // the last one that pion took
	answered    bool
	attached    bool
}

func newConnection(cfg Config, post func(event)) (*connection, error) {
	certificate, err := newCertificate()
	if err != nil {
		return nil, err
	}
	c := &connection{estimator: newEstimator(cfg.Clock), counts: new(counts), repairs: new(repairs)}
	if c.routes, err = newRoutes(cfg.Net, cfg.RelayOnly); err != nil {
		return nil, fmt.Errorf("network interfaces: %w", err)
	}
	api, err := newAPI(cfg, c.routes, c.estimator, c.counts, c.repairs)
	if err != nil {
		return nil, err
	}
	c.config = webrtc.Configuration{
		ICEServers:    cfg.ICEServers,
		BundlePolicy:  webrtc.BundlePolicyMaxBundle,
		RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
		Certificates:  []webrtc.Certificate{*certificate},
	}
	c.relaysOnly = cfg.RelayOnly
	if c.pc, err = api.NewPeerConnection(c.present()); err != nil {
		return nil, fmt.Errorf("peer connection: %w", err)
	}
	if err := c.furnish(); err != nil {
		_ = c.pc.Close()
		return nil, err
	}
	c.listen(post)
	return c, nil
}

// present is the configuration that holds now: while routes other than relays are closed, no other servers are asked.
func (c *connection) present() webrtc.Configuration {
	now := c.config
	if c.relaysOnly {
		now.ICEServers = relays(now.ICEServers)
	}
	return now
}

// setServers replaces the servers; they are asked at the next ICE restart.
func (c *connection) setServers(servers []webrtc.ICEServer) error {
	c.config.ICEServers = servers
	return c.pc.SetConfiguration(c.present())
}

// newCertificate makes the certificate of one peer connection; none is ever used twice.
func newCertificate() (*webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return webrtc.GenerateCertificate(key)
}

// relays are the servers that relay, without those that tell one's own address.
func relays(servers []webrtc.ICEServer) []webrtc.ICEServer {
	var out []webrtc.ICEServer
	for _, s := range servers {
		var urls []string
		for _, u := range s.URLs {
			if strings.HasPrefix(u, "turn:") || strings.HasPrefix(u, "turns:") {
				urls = append(urls, u)
			}
		}
		if s.URLs = urls; len(urls) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// furnish adds what is negotiated: data channel 0, one audio and one video transceiver. The tracks stand on the senders
// only until pion has described them; takeAnswer takes them away before anything could be written to them.
func (c *connection) furnish() (err error) {
	yes, zero := true, uint16(0)
	init := &webrtc.DataChannelInit{Ordered: &yes, Negotiated: &yes, ID: &zero}
	if c.channel, err = c.pc.CreateDataChannel("confirmation", init); err != nil {
		return fmt.Errorf("data channel: %w", err)
	}
	if c.audio, c.audioSender, err = c.transceiver(opus.RTPCodecCapability, "voice"); err != nil {
		return err
	}
	c.video, c.videoSender, err = c.transceiver(vp8.RTPCodecCapability, "picture")
	return err
}

func (c *connection) transceiver(codec webrtc.RTPCodecCapability, id string) (*webrtc.TrackLocalStaticRTP, *webrtc.RTPSender, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(codec, id, "doctor")
	if err != nil {
		return nil, nil, err
	}
	both := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv}
	t, err := c.pc.AddTransceiverFromTrack(track, both)
	if err != nil {
		return nil, nil, fmt.Errorf("transceiver: %w", err)
	}
	return track, t.Sender(), nil
}

func (c *connection) listen(post func(event)) {
	c.pc.OnICECandidate(func(found *webrtc.ICECandidate) { post(candidateFound{ours(found)}) })
	c.pc.OnICEConnectionStateChange(func(s webrtc.ICEConnectionState) {
		switch s {
		case webrtc.ICEConnectionStateConnected, webrtc.ICEConnectionStateCompleted:
			post(pathFound{})
		case webrtc.ICEConnectionStateDisconnected, webrtc.ICEConnectionStateChecking:
			post(pathLost{})
		case webrtc.ICEConnectionStateFailed:
			post(pathFailed{})
		}
	})
	c.dtls().OnStateChange(func(s webrtc.DTLSTransportState) { // called with the transport's lock held
		switch s {
		case webrtc.DTLSTransportStateConnected:
			post(secured{})
		case webrtc.DTLSTransportStateFailed:
			post(securingFailed{})
		case webrtc.DTLSTransportStateClosed:
			post(connectionEnded{})
		}
	})
	c.channel.OnOpen(func() { post(channelOpened{}) })
	c.channel.OnClose(func() { post(connectionEnded{}) })
	c.channel.OnMessage(func(m webrtc.DataChannelMessage) { post(dataCame{m.IsString, m.Data}) })
	c.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { post(trackFound{t, r}) })
}

func (c *connection) dtls() *webrtc.DTLSTransport { return c.pc.SCTP().Transport() }

// ours turns a candidate of pion's into a message; nil is the end of them. A relayed one does not tell where from.
func ours(found *webrtc.ICECandidate) access.Candidate {
	if found == nil {
		return access.Candidate{}
	}
	candidate := *found
	if candidate.Typ == webrtc.ICECandidateTypeRelay {
		candidate.RelatedAddress, candidate.RelatedPort = "0.0.0.0", 0
	}
	init := candidate.ToJSON()
	if !strings.Contains(init.Candidate, " raddr ") { // pion leaves out what RFC 8839, section 5.1 asks for
		init.Candidate = strings.Replace(init.Candidate, " typ relay", " typ relay raddr 0.0.0.0 rport 0", 1)
	}
	mid, line := "0", uint16(0) // everything is bundled with the first section
	return access.Candidate{Candidate: init.Candidate, SDPMid: &mid, SDPMLineIndex: &line}
}

// makeOffer makes the next offer. One that was never answered is taken back first.
func (c *connection) makeOffer(restart bool) (sdp string, err error) {
	if c.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer {
		if err := c.rollBack(); err != nil {
			return "", err
		}
	}
	if c.answered && !c.attached { // pion describes only a sender that has a track
		if err := c.attach(); err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, c.detach()) }()
	}
	description, err := c.pc.CreateOffer(&webrtc.OfferOptions{
		OfferAnswerOptions: webrtc.OfferAnswerOptions{ICETricklingSupported: true}, ICERestart: restart && c.answered,
	})
	if err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	if err := c.pc.SetLocalDescription(description); err != nil {
		return "", fmt.Errorf("local description: %w", err)
	}
	sdp = withoutCandidates(description.SDP)
	if c.fingerprint, err = access.GateSDP(sdp); err != nil {
		return "", fmt.Errorf("own offer: %w", err)
	}
	return sdp, nil
}

// rollBack returns to the stable state. pion knows no rollback of an offer; the last answer taken once more does the same,
// since the restart that follows replaces the ICE credentials on our side and the patient's answer those on his.
func (c *connection) rollBack() error {
	if c.answer == "" {
		return errors.New("an offer that was never answered cannot be taken back")
	}
	return c.setRemote(c.answer)
}

// withoutCandidates drops the candidates that pion has gathered already: all of them travel as messages, where those of a
// relay say nothing about where they come from.
func withoutCandidates(sdp string) string {
	lines := strings.SplitAfter(sdp, "\r\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// takeAnswer hands pion an answer that has passed the gate. After the first one the senders hold no track.
func (c *connection) takeAnswer(sdp string) error {
	sdp = withSources(sdp, c.answer)
	if err := c.setRemote(sdp); err != nil {
		return err
	}
	c.answer = sdp
	if c.answered {
		return nil
	}
	c.answered = true
	return c.detach()
}

var errPanic = errors.New("panic in the negotiation")

// setRemote guards against a description that makes pion's parser panic: it comes from outside.
func (c *connection) setRemote(sdp string) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp})
}

// takeCandidate hands pion a candidate, which ignores those that it cannot use.
func (c *connection) takeCandidate(candidate access.Candidate) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return c.pc.AddICECandidate(webrtc.ICECandidateInit{
		Candidate: candidate.Candidate, SDPMid: candidate.SDPMid, SDPMLineIndex: candidate.SDPMLineIndex,
	})
}

// attach puts our tracks on their senders.
func (c *connection) attach() error {
	if c.attached {
		return nil
	}
	c.attached = true
	return errors.Join(c.audioSender.ReplaceTrack(c.audio), c.videoSender.ReplaceTrack(c.video))
}

// detach leaves the senders without a track.
func (c *connection) detach() error {
	c.attached = false
	return errors.Join(c.audioSender.ReplaceTrack(nil), c.videoSender.ReplaceTrack(nil))
}

// remoteFingerprint is that of the certificate in use; false before DTLS has seen one.
func (c *connection) remoteFingerprint() (fingerprint [32]byte, ok bool) {
	der := c.dtls().GetRemoteCertificate()
	if len(der) == 0 {
		return fingerprint, false
	}
	return sha256.Sum256(der), true
}

// openRoutes allows candidates of every kind; they are gathered at the next ICE restart.
func (c *connection) openRoutes() error {
	c.routes.open()
	c.relaysOnly = false
	return c.pc.SetConfiguration(c.present())
}
