package calltest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// line is one peer connection of the patient's. It belongs to his loop.
type line struct {
	p           *Patient
	pc          *webrtc.PeerConnection
	channel     *webrtc.DataChannel
	audioSender *webrtc.RTPSender
	videoSender *webrtc.RTPSender
	audioTrack  *webrtc.TrackLocalStaticRTP
	videoTrack  *webrtc.TrackLocalStaticRTP

	peer, neg int
	promised  [32]byte // the doctor's fingerprint
	own       [32]byte
	first     [2]string // offer and answer that the confirmation binds
	held      []access.Candidate
	described bool
	expected  *[32]byte
	early     []webrtc.DataChannelMessage
	confirmed bool

	open     atomic.Bool // media may pass
	attached bool
	begun    bool
	video    *media.VideoSender
	audio    *media.AudioSender
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

func newLine(p *Patient, peer int, promised [32]byte) (*line, error) {
	api, err := p.engine()
	if err != nil {
		return nil, err
	}
	l := &line{p: p, peer: peer, promised: promised}
	if l.pc, err = api.NewPeerConnection(p.configuration()); err != nil {
		return nil, err
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	if err := l.furnish(); err != nil {
		l.close()
		return nil, err
	}
	l.listen()
	return l, nil
}

func (l *line) furnish() error {
	yes, zero := true, uint16(0)
	var err1, err2, err3, err4, err5 error
	l.channel, err1 = l.pc.CreateDataChannel("confirmation", &webrtc.DataChannelInit{Ordered: &yes, Negotiated: &yes, ID: &zero})
	l.audioTrack, err2 = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "voice", "patient")
	l.videoTrack, err3 = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}, "picture", "patient")
	l.audioSender, err4 = l.pc.AddTrack(l.audioTrack)
	l.videoSender, err5 = l.pc.AddTrack(l.videoTrack)
	l.attached = true
	return errors.Join(err1, err2, err3, err4, err5)
}

// here runs do in the patient's loop, if this is still his line.
func (l *line) here(do func()) {
	l.p.post(func() {
		if l.p.line == l {
			do()
		}
	})
}

func (l *line) listen() {
	l.pc.OnICECandidate(func(c *webrtc.ICECandidate) { l.here(func() { l.candidateFound(c) }) })
	l.channel.OnOpen(func() { l.here(l.confirm) })
	l.channel.OnMessage(func(m webrtc.DataChannelMessage) { l.here(func() { l.message(m) }) })
	l.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { l.here(func() { l.receive(t, r) }) })
	l.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		l.here(func() {
			connected := s == webrtc.PeerConnectionStateConnected
			l.p.set(func(status *Status) { status.Connected = connected })
			if connected && l.p.cfg.Faults.Impatient {
				l.attach(true, true)
			}
		})
	})
}

func (l *line) candidateFound(c *webrtc.ICECandidate) {
	m := access.Candidate{Neg: l.neg}
	if c != nil {
		init := c.ToJSON()
		m.Candidate, m.SDPMid, m.SDPMLineIndex = init.Candidate, init.SDPMid, init.SDPMLineIndex
	}
	if l.described {
		_ = l.p.cfg.Send(m)
		return
	}
	l.held = append(l.held, m)
}

// answer takes an offer and makes the answer; the senders hold no track then.
func (l *line) answer(o access.Offer) (access.Answer, error) {
	l.neg, l.described = o.Neg, false
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.SDP}); err != nil {
		return access.Answer{}, err
	}
	description, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return access.Answer{}, err
	}
	if err := l.pc.SetLocalDescription(description); err != nil {
		return access.Answer{}, err
	}
	if l.own, err = access.GateSDP(description.SDP); err != nil {
		return access.Answer{}, err
	}
	if l.first == [2]string{} {
		l.first = [2]string{o.SDP, description.SDP}
		l.detach()
	}
	hash := sha256.Sum256([]byte(o.SDP))
	return access.Answer{Neg: o.Neg, SDP: description.SDP, OfferHash: hex.EncodeToString(hash[:])}, nil
}

// sendHeld sends what was found before the answer was on its way.
func (l *line) sendHeld() {
	l.described = true
	for _, c := range l.held {
		c.Neg = l.neg
		_ = l.p.cfg.Send(c)
	}
	l.held = nil
}

func (l *line) addCandidate(c access.Candidate) {
	_ = l.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: c.SDPMid, SDPMLineIndex: c.SDPMLineIndex})
}

// confirm sends our value and judges what came before it.
func (l *line) confirm() {
	der := l.pc.SCTP().Transport().GetRemoteCertificate()
	theirs := sha256.Sum256(der)
	own := l.p.cfg.Confirmation('P', l.first[0], l.first[1], l.own, theirs)
	expected := l.p.cfg.Confirmation('D', l.first[0], l.first[1], l.own, theirs)
	l.expected = &expected
	switch faults := l.p.cfg.Faults; {
	case faults.Silent, faults.Reflect:
	case faults.Text:
		_ = l.channel.SendText(string(own[:]))
	default:
		_ = l.channel.Send(own[:])
	}
	early := l.early
	l.early = nil
	for _, m := range early {
		l.message(m)
	}
}

func (l *line) message(m webrtc.DataChannelMessage) {
	switch {
	case l.expected == nil:
		l.early = append(l.early, m)
	case l.confirmed:
		l.told(m)
	case !m.IsString && hmac.Equal(m.Data, l.expected[:]), l.p.cfg.Faults.Trusting:
		l.confirmed = true
		if l.p.cfg.Faults.Reflect {
			l.say(false, m.Data)
		}
		l.p.set(func(s *Status) { s.Confirmed = true })
		l.p.open()
	default:
		l.p.mismatch()
	}
}

func (l *line) told(m webrtc.DataChannelMessage) {
	var t struct {
		Type               string
		Microphone, Camera bool
	}
	if m.IsString && json.Unmarshal(m.Data, &t) == nil && t.Type == "tracks" {
		l.p.set(func(s *Status) { s.Tracks = &call.RemoteTracks{Microphone: t.Microphone, Camera: t.Camera} })
	}
}

func (l *line) say(text bool, data []byte) {
	if l.p.cfg.Faults.Silent {
		return
	}
	if text {
		_ = l.channel.SendText(string(data))
		return
	}
	_ = l.channel.Send(data)
}

func (l *line) attach(microphone, camera bool) {
	if !l.attached {
		l.attached = true
		_ = errors.Join(l.audioSender.ReplaceTrack(l.audioTrack), l.videoSender.ReplaceTrack(l.videoTrack))
	}
	l.begin()
	l.open.Store(true)
	l.switchTracks(microphone, camera)
	if l.video != nil {
		l.video.SetSource(l.p.cfg.Camera)
		l.audio.SetSource(l.p.cfg.Microphone)
	}
}

func (l *line) detach() {
	l.attached = false
	l.open.Store(false)
	if l.video != nil {
		l.video.SetSource(nil)
		l.audio.SetSource(nil)
	}
	_ = errors.Join(l.audioSender.ReplaceTrack(nil), l.videoSender.ReplaceTrack(nil))
}

func (l *line) switchTracks(microphone, camera bool) {
	if l.video != nil {
		l.video.SetEnabled(camera)
		l.audio.SetMuted(!microphone)
	}
	l.say(true, fmt.Appendf(nil, `{"type":"tracks","microphone":%t,"camera":%t}`, microphone, camera))
}

// begin starts the senders, once.
func (l *line) begin() {
	cfg := l.p.cfg
	if l.begun || cfg.Codecs.NewVideoEncoder == nil {
		return
	}
	l.begun = true
	gated := func(t *webrtc.TrackLocalStaticRTP) func(*rtp.Packet) error {
		return func(packet *rtp.Packet) error {
			if !l.open.Load() {
				return nil
			}
			return t.WriteRTP(packet)
		}
	}
	l.video = media.NewVideoSender(media.VideoSenderConfig{
		Format: cfg.Video, Bitrate: 1_000_000, NewEncoder: cfg.Codecs.NewVideoEncoder, Clock: cfg.Clock, Write: gated(l.videoTrack), Begin: cfg.Begin,
	})
	l.audio = media.NewAudioSender(media.AudioSenderConfig{NewEncoder: cfg.Codecs.NewAudioEncoder, Write: gated(l.audioTrack), Begin: cfg.Begin})
	l.run(l.video.Run)
	l.run(l.audio.Run)
	l.heed(l.videoSender, l.video.KeyFrame)
	l.heed(l.audioSender, func() {})
}

func (l *line) run(pipeline func(context.Context) error) {
	l.running.Add(1)
	go func() {
		defer l.running.Done()
		_ = pipeline(l.ctx)
	}()
}

// heed reads a sender's RTCP until the line is closed.
func (l *line) heed(sender *webrtc.RTPSender, keyFrame func()) {
	l.running.Add(1)
	go func() {
		defer l.running.Done()
		for {
			packets, _, err := sender.ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range packets {
				switch p.(type) {
				case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
					keyFrame()
				}
			}
		}
	}()
}

// receive shows a track of the doctor's, or merely reads it.
func (l *line) receive(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	l.running.Add(1)
	go func() {
		defer l.running.Done()
		buffer := make([]byte, 1500)
		for {
			if _, _, err := r.Read(buffer); err != nil {
				return
			}
		}
	}()
	cfg := l.p.cfg
	read := func(b []byte) (int, error) {
		n, _, err := t.Read(b)
		return n, err
	}
	unblock := func() { _ = t.SetReadDeadline(time.Now()) }
	switch {
	case t.Kind() == webrtc.RTPCodecTypeVideo && cfg.Picture != nil && cfg.Codecs.NewVideoDecoder != nil:
		ask := func() {
			_ = l.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(t.SSRC())}})
		}
		again := func(missing []uint16) {
			_ = l.pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
				MediaSSRC: uint32(t.SSRC()), Nacks: rtcp.NackPairsFromSequenceNumbers(missing)}})
		}
		l.run(media.NewVideoReceiver(media.VideoReceiverConfig{Read: read, Unblock: unblock, AskKeyFrame: ask, AskAgain: again,
			NewDecoder: cfg.Codecs.NewVideoDecoder, Sink: cfg.Picture, Clock: cfg.Clock}).Run)
	case t.Kind() == webrtc.RTPCodecTypeAudio && cfg.Speaker != nil && cfg.Codecs.NewAudioDecoder != nil:
		receiver := media.NewAudioReceiver(media.AudioReceiverConfig{Read: read, Unblock: unblock,
			NewDecoder: cfg.Codecs.NewAudioDecoder, Clock: cfg.Clock})
		receiver.SetSink(cfg.Speaker)
		l.run(receiver.Run)
	default:
		l.run(func(context.Context) error {
			buffer := make([]byte, 1500)
			for {
				if _, err := read(buffer); err != nil {
					return err
				}
			}
		})
	}
}

func (l *line) close() {
	l.open.Store(false)
	l.cancel()
	_ = l.pc.GracefulClose()
	l.running.Wait()
}
