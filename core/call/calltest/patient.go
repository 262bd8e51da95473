// Package calltest holds the other side of a call for tests: a patient's browser made of pion, a session in memory, and a
// counter of RTP packets.
package calltest

import (
	"context"
	"errors"
	"sync"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"
)

// Config makes a Patient.
type Config struct {
	// Send and Confirmation are the patient's end of the session, such as Link's SendFromPatient and Confirmation.
	Send         func(access.Message) error
	Confirmation func(role byte, offer, answer string, fingerprintP, fingerprintD [32]byte) [32]byte

	ICEServers   []webrtc.ICEServer
	RelayOnly    bool
	Loopback     bool
	Net          transport.Net // nil is the machine's
	Interceptors func(*interceptor.Registry)

	// Media. Without codecs nothing is sent or shown, and packets are only counted.
	Codecs     media.Codecs
	Camera     media.VideoSource
	Microphone media.AudioSource
	Picture    media.VideoSink // the doctor
	Speaker    media.AudioSink
	Video      media.VideoFormat
	Clock      media.Clock
	Begin      func() media.Numbers // nil: at random

	Faults Faults
}

// Faults are what a patient, or somebody in his place, does wrong on purpose.
type Faults struct {
	Silent    bool // never sends anything over the data channel
	Reflect   bool // sends the doctor's value back as his own
	Text      bool // sends it as text
	Impatient bool // sends media at once, unasked
	Trusting  bool // does not verify the doctor's
}

// Status is what a Patient knows.
type Status struct {
	Connected bool // ICE and DTLS stand
	Confirmed bool // both confirmations are right
	Mismatch  bool // one was wrong, or an SDP was refused
	Admitted  bool
	Tracks    *call.RemoteTracks // the doctor's, as told
	Peer, Neg int                // of the newest offer
}

// Patient does what the page does once the PIN is right: takes offers and candidates, answers, verifies, and sends media
// when it is confirmed and admitted. Its methods may be called from any goroutine.
type Patient struct {
	cfg    Config
	events chan func() // capacity 256; a full one makes pion's callbacks wait
	done   chan struct{}
	ended  chan struct{}
	once   sync.Once

	mu      sync.Mutex
	status  Status
	changed chan struct{} // closed and replaced at every change

	line       *line // belongs to the loop
	microphone bool
	camera     bool
}

// NewPatient makes a patient who waits for an offer. Close ends him.
func NewPatient(cfg Config) *Patient {
	if cfg.Clock == nil {
		began := time.Now()
		cfg.Clock = func() time.Duration { return time.Since(began) }
	}
	if cfg.Video == (media.VideoFormat{}) {
		cfg.Video = media.VideoFormat{Width: 64, Height: 48, FPS: 30}
	}
	p := &Patient{
		cfg: cfg, events: make(chan func(), 256), done: make(chan struct{}), ended: make(chan struct{}),
		changed: make(chan struct{}), microphone: true, camera: true,
	}
	go p.run()
	return p
}

func (p *Patient) run() {
	defer close(p.ended)
	for {
		select {
		case <-p.done:
			p.hangUp()
			return
		case do := <-p.events:
			do()
		}
	}
}

func (p *Patient) post(do func()) {
	select {
	case p.events <- do:
	case <-p.done:
	}
}

// Close hangs up and returns when everything has ended.
func (p *Patient) Close() {
	p.once.Do(func() { close(p.done) })
	<-p.ended
}

// Receive takes a message of the doctor's: Offer, Candidate, Admit, Hold or Bye.
func (p *Patient) Receive(m access.Message) {
	p.post(func() {
		switch m := m.(type) {
		case access.Offer:
			p.offer(m)
		case access.Candidate:
			p.candidate(m)
		case access.Admit:
			p.set(func(s *Status) { s.Admitted = true })
			p.open()
		case access.Hold:
			p.set(func(s *Status) { s.Admitted = false })
			if p.line != nil {
				p.line.detach()
			}
		case access.Bye:
			p.hangUp()
		}
	})
}

// Speak goes on in another session: what he sends travels there from now on.
func (p *Patient) Speak(send func(access.Message) error) {
	p.post(func() { p.cfg.Send = send })
}

// SetServers replaces Config.ICEServers; they are asked at the next ICE restart and by later peer connections.
func (p *Patient) SetServers(servers []webrtc.ICEServer) {
	p.post(func() {
		p.cfg.ICEServers = servers
		if p.line != nil {
			_ = p.line.pc.SetConfiguration(p.configuration())
		}
	})
}

// Mute switches his own tracks and tells the doctor.
func (p *Patient) Mute(microphone, camera bool) {
	p.post(func() {
		p.microphone, p.camera = microphone, camera
		if p.line != nil && p.line.attached {
			p.line.switchTracks(microphone, camera)
		}
	})
}

// Say puts any message on the data channel, as text or not.
func (p *Patient) Say(text bool, data []byte) {
	p.post(func() {
		if p.line != nil {
			p.line.say(text, data)
		}
	})
}

// Status is what he knows now.
func (p *Patient) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Await waits until right says so of his status, or ctx ends.
func (p *Patient) Await(ctx context.Context, right func(Status) bool) error {
	for {
		p.mu.Lock()
		status, changed := p.status, p.changed
		p.mu.Unlock()
		if right(status) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Patient) set(change func(*Status)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.status)
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Patient) hangUp() {
	if p.line != nil {
		p.line.close()
		p.line = nil
	}
}

// mismatch is the end: nothing is shown, and the doctor is told.
func (p *Patient) mismatch() {
	_ = p.cfg.Send(access.Bye{Reason: access.ByeMismatch})
	p.hangUp()
	p.set(func(s *Status) { s.Mismatch, s.Connected = true, false })
}

func (p *Patient) offer(o access.Offer) {
	fingerprint, err := access.GateSDP(o.SDP)
	same := p.line != nil && p.line.peer == o.Peer
	if err != nil || same && fingerprint != p.line.promised {
		p.mismatch()
		return
	}
	if !same {
		p.hangUp()
		if p.line, err = newLine(p, o.Peer, fingerprint); err != nil {
			p.mismatch()
			return
		}
	}
	p.set(func(s *Status) {
		s.Peer, s.Neg = o.Peer, o.Neg
		s.Connected, s.Confirmed = s.Connected && same, s.Confirmed && same
	})
	answer, err := p.line.answer(o)
	if err != nil {
		p.mismatch()
		return
	}
	_ = p.cfg.Send(answer)
	p.line.sendHeld()
}

func (p *Patient) candidate(c access.Candidate) {
	if p.line != nil && c.Neg == p.line.neg {
		p.line.addCandidate(c)
	}
}

// open lets media flow if everything that it takes has happened.
func (p *Patient) open() {
	s := p.Status()
	if p.line != nil && s.Confirmed && s.Admitted {
		p.line.attach(p.microphone, p.camera)
	}
}

func (p *Patient) configuration() webrtc.Configuration {
	config := webrtc.Configuration{ICEServers: p.cfg.ICEServers}
	if p.cfg.RelayOnly {
		config.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	return config
}

// engine is pion set up as a browser is.
func (p *Patient) engine() (*webrtc.API, error) {
	m := new(webrtc.MediaEngine)
	registry := new(interceptor.Registry)
	if p.cfg.Interceptors != nil {
		p.cfg.Interceptors(registry)
	}
	var setting webrtc.SettingEngine
	setting.LoggerFactory = quiet{}
	setting.SetIncludeLoopbackCandidate(p.cfg.Loopback)
	setting.SetSRTPReplayProtectionWindow(1024)
	setting.SetICETimeouts(4*time.Second, 30*time.Second, time.Second)
	setting.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if p.cfg.Net != nil {
		setting.SetNet(p.cfg.Net)
	}
	err := errors.Join(m.RegisterDefaultCodecs(), webrtc.ConfigureTWCCHeaderExtensionSender(m, registry),
		webrtc.RegisterDefaultInterceptorsWithOptions(m, registry, webrtc.WithInterceptorLoggerFactory(quiet{}),
			webrtc.WithNackGeneratorOptions(nack.GeneratorMaxNacksPerPacket(10)))) // as Chromium; pion would ask for ever
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(setting)), err
}
