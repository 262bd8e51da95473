//go:build hostile

package drill

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/signaling"

	"github.com/pion/webrtc/v4"
)

// returning is a patient's page in Go that comes back as the page does: when its socket is lost it dials again, shakes hands
// and resumes on its device's key, while its call goes on. It speaks and has no picture.
type returning struct {
	url    string
	letter appointmentLetter
	keys   access.Keys
	device *ecdsa.PrivateKey
	peer   *calltest.Patient
	ears   *ears
	over   chan struct{}

	entered atomic.Int64 // times that a PIN or resume was right

	mu        sync.Mutex
	conn      signaling.Conn
	handshake *access.Patient
	session   *access.Session
	epoch     uint32
}

// The page's patience: milliseconds between tries to connect, the last repeats and half of each is drawn at random; from
// one m1 to the next; and from an m1 without a ready to the next.
var waits = []time.Duration{300, 1000, 2000, 4000, 8000}

const (
	pace     = 1100 * time.Millisecond
	patience = 1500 * time.Millisecond
)

// newReturning opens the link; the rest goes on by itself until the test's end. relayed allows relayed addresses only.
func newReturning(t *testing.T, url string, letter appointmentLetter, relayed bool) *returning {
	t.Helper()
	device, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	clock := func() time.Duration { return time.Since(began) }
	p := &returning{url: url, letter: letter, keys: letter.Secret.Derive(), device: device, ears: new(ears), over: make(chan struct{})}
	p.peer = calltest.NewPatient(calltest.Config{
		Send: p.say, Confirmation: p.confirmation, Loopback: true, RelayOnly: relayed, Interceptors: p.ears.install,
		Codecs: mediatest.Codecs(), Microphone: &mediatest.Tone{Clock: clock, Hz: 330}, Clock: clock,
	})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		<-p.over
		p.peer.Close()
	})
	go p.run(ctx)
	return p
}

func (p *returning) run(ctx context.Context) {
	defer close(p.over)
	for tries := 0; ctx.Err() == nil; tries++ {
		if p.once(ctx) {
			tries = 0
		}
		wait := waits[min(tries, len(waits)-1)] * time.Millisecond
		sleep(ctx, wait/2+mathrand.N(wait/2))
	}
}

func sleep(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// heard is one message of the socket.
type heard struct {
	message signaling.Message
	relay   *signaling.Relay
}

// once lives as long as one socket; it reports whether the server said welcome.
func (p *returning) once(ctx context.Context) (welcomed bool) {
	conn, err := signaling.Dial(ctx, p.url, signaling.PathPatient, signaling.DialOptions{Header: origin(p.url)})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close("")
	p.begin(conn)
	if conn.Write(ctx, signaling.Knock{Version: signaling.Version, Invitation: p.keys.InvitationID, Admission: p.keys.Admission}) != nil {
		return false
	}
	incoming := make(chan heard, 16) // capacity: a few; when full the socket waits
	go read(ctx, conn, incoming)
	ask := time.NewTimer(time.Hour)
	defer ask.Stop()
	for {
		select {
		case m, ok := <-incoming:
			if !ok {
				return welcomed
			}
			welcome, ok := m.message.(signaling.Welcome)
			welcomed = welcomed || ok
			if ok {
				p.peer.SetServers(iceServers(welcome.ICEServers))
			}
			p.take(m, ask)
		case <-ask.C:
			p.ask(ctx)
			ask.Reset(patience)
		}
	}
}

func read(ctx context.Context, conn signaling.Conn, to chan<- heard) {
	defer close(to)
	for {
		m, r, err := conn.Read(ctx)
		if err != nil {
			return
		}
		select {
		case to <- heard{m, r}:
		case <-ctx.Done():
			return
		}
	}
}

func iceServers(from []signaling.ICEServer) (to []webrtc.ICEServer) {
	for _, s := range from {
		server := webrtc.ICEServer{URLs: s.URLs, Username: s.Username}
		if s.Credential != "" {
			server.Credential = s.Credential
		}
		to = append(to, server)
	}
	return to
}

func (p *returning) begin(conn signaling.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn, p.session, p.handshake = conn, nil, nil
}

// take does what a message asks for. ask rings when another m1 is due.
func (p *returning) take(m heard, ask *time.Timer) {
	desktop, known := signaling.ParticipantID{}, false
	switch m := m.message.(type) {
	case signaling.Welcome:
		desktop, known = m.Desktop, true
	case signaling.Presence:
		desktop, known = m.Desktop, true
	}
	if known {
		p.mu.Lock()
		p.session, p.handshake = nil, nil
		p.mu.Unlock()
		ask.Stop()
		if desktop != (signaling.ParticipantID{}) {
			ask.Reset(0)
		}
	}
	if m.relay == nil {
		return
	}
	message, err := p.open(m.relay.Payload)
	if err != nil { // it broke: the next handshake may do better
		ask.Reset(pace)
		return
	}
	switch message := message.(type) {
	case nil:
	case access.Ready:
		ask.Stop()
		_ = p.prove()
	case access.PINResult:
		if message.OK && !message.NewDevice {
			p.entered.Add(1)
		}
	case access.ResumeResult:
		if message.OK {
			p.entered.Add(1)
		}
	default:
		p.peer.Receive(message)
	}
}

// ask begins a handshake.
func (p *returning) ask(ctx context.Context) {
	p.mu.Lock()
	h, err := access.NewPatient(p.keys, p.epoch)
	p.session, p.handshake = nil, h
	conn := p.conn
	p.mu.Unlock()
	if err == nil {
		_ = conn.WriteRelay(ctx, signaling.Relay{Payload: h.M1()})
	}
}

// open is the message of a frame; nil for an m2 and for what is not of this session.
func (p *returning) open(frame []byte) (access.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(frame) == access.M2Len && p.handshake != nil {
		s, err := p.handshake.Receive(frame)
		if err == nil {
			p.session, p.handshake, p.epoch = s, nil, s.Epoch()
		}
		return nil, nil
	}
	if p.session == nil {
		return nil, nil
	}
	m, err := p.session.Open(frame)
	if errors.Is(err, access.ErrNotThisSession) {
		return nil, nil
	}
	return m, err
}

// prove gives the PIN the first time and resumes afterwards, with the connection that is still there.
func (p *returning) prove() error {
	status, peer := p.peer.Status(), 0
	if status.Confirmed {
		peer = status.Peer
	}
	if p.entered.Load() == 0 {
		point, err := p.device.PublicKey.Bytes()
		if err != nil {
			return err
		}
		return p.say(access.PIN{PIN: p.letter.PIN, Device: point, Peer: peer})
	}
	p.mu.Lock()
	session := p.session
	p.mu.Unlock()
	signature, err := access.SignResume(p.device, session.TH())
	if err != nil {
		return err
	}
	return p.say(access.Resume{Signature: signature, Peer: peer})
}

func (p *returning) say(m access.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return access.ErrSessionOver
	}
	frame, err := p.session.Seal(m)
	if err != nil {
		return err
	}
	return p.conn.WriteRelay(context.Background(), signaling.Relay{Payload: frame})
}

func (p *returning) confirmation(role byte, offer, answer string, fpP, fpD [32]byte) [32]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return [32]byte{}
	}
	return p.session.Confirmation(role, offer, answer, fpP, fpD)
}
