//go:build hostile

package drill

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/vpx"
	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// wirePatient is a patient's page in Go over the real wire: as eager as the page, and as strict.
type wirePatient struct {
	letter  appointmentLetter
	keys    access.Keys
	conn    signaling.Conn
	newPeer func() *calltest.Patient
	peer    atomic.Pointer[calltest.Patient]
	misses  int // mismatches so far
	packets *calltest.Counter
	frames  atomic.Int64
	stopped atomic.Bool // said the stop text: a second mismatch
	granted chan struct{}

	mu      sync.Mutex
	session *access.Session
	epoch   uint32
	breaks  int
	over    chan struct{}
}

// dialPatient opens the socket and begins; the rest goes on by itself until the connection ends.
func dialPatient(ctx context.Context, url string, letter appointmentLetter, clock media.Clock) (*wirePatient, error) {
	p := &wirePatient{letter: letter, keys: letter.Secret.Derive(), packets: &calltest.Counter{}, granted: make(chan struct{}), over: make(chan struct{})}
	conn, err := signaling.Dial(ctx, url, signaling.PathPatient, signaling.DialOptions{Header: origin(url)})
	if err != nil {
		return nil, err
	}
	p.conn = conn
	p.newPeer = func() *calltest.Patient {
		return calltest.NewPatient(calltest.Config{
			Send: p.say, Confirmation: p.confirmation, Loopback: true, Interceptors: p.packets.Install,
			Codecs: media.Codecs{NewVideoEncoder: vpx.NewEncoder, NewVideoDecoder: vpx.NewDecoder, NewAudioEncoder: opus.NewEncoder, NewAudioDecoder: opus.NewDecoder},
			Camera: &mediatest.Camera{Clock: clock}, Microphone: &mediatest.Tone{Clock: clock, Hz: 330}, Picture: (*shown)(&p.frames), Clock: clock,
			Video: media.VideoFormat{Width: 320, Height: 240, FPS: 15},
		})
	}
	p.peer.Store(p.newPeer())
	if err := conn.Write(ctx, signaling.Knock{Version: signaling.Version, Invitation: p.keys.InvitationID, Admission: p.keys.Admission}); err != nil {
		p.close()
		return nil, err
	}
	go p.run(ctx)
	return p, nil
}

type shown atomic.Int64

func (s *shown) Show(*media.Frame) { (*atomic.Int64)(s).Add(1) }
func (*shown) Clear()              {}

func (p *wirePatient) close() {
	_ = p.conn.Close("")
	p.peer.Load().Close()
}

func (p *wirePatient) run(ctx context.Context) {
	defer close(p.over)
	for {
		m, r, err := p.conn.Read(ctx)
		if err != nil {
			return
		}
		switch m := m.(type) {
		case signaling.Welcome:
			if m.Desktop != (signaling.ParticipantID{}) {
				err = p.greet(ctx)
			}
		case signaling.Presence:
			if m.Desktop != (signaling.ParticipantID{}) {
				err = p.greet(ctx)
			}
		}
		if r != nil {
			err = errors.Join(err, p.hear(ctx, r.Payload))
		}
		if err != nil {
			return
		}
	}
}

// greet begins a session.
func (p *wirePatient) greet(ctx context.Context) error {
	h, err := access.NewPatient(p.keys, p.epoch)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.session = nil
	p.mu.Unlock()
	if err := p.conn.WriteRelay(ctx, signaling.Relay{Payload: h.M1()}); err != nil {
		return err
	}
	for {
		_, r, err := p.conn.Read(ctx)
		if err != nil {
			return err
		}
		if r == nil || len(r.Payload) != access.M2Len {
			continue
		}
		s, err := h.Receive(r.Payload)
		if err != nil {
			continue
		}
		p.mu.Lock()
		p.session, p.epoch = s, s.Epoch()
		p.mu.Unlock()
		return nil
	}
}

func (p *wirePatient) hear(ctx context.Context, frame []byte) error {
	p.mu.Lock()
	if p.session == nil {
		p.mu.Unlock()
		return nil
	}
	m, err := p.session.Open(frame)
	p.mu.Unlock()
	if errors.Is(err, access.ErrNotThisSession) {
		return nil
	}
	if err != nil {
		return p.broke(ctx)
	}
	switch m := m.(type) {
	case access.Ready:
		return p.say(access.PIN{PIN: p.letter.PIN})
	case access.PINResult:
		if m.OK && !m.NewDevice {
			select {
			case <-p.granted:
			default:
				close(p.granted)
			}
		}
	case access.Bye:
		if m.Reason == access.ByeMismatch {
			return p.mismatch(ctx)
		}
		p.peer.Load().Receive(m)
	default:
		p.peer.Load().Receive(m)
	}
	return nil
}

// mismatch tries once more with everything new, and stops the second time, as the page does.
func (p *wirePatient) mismatch(ctx context.Context) error {
	p.peer.Load().Close()
	if p.misses++; p.misses > 1 {
		p.stopped.Store(true)
		return errors.New("stopped")
	}
	p.peer.Store(p.newPeer())
	return p.again(ctx)
}

// broke handshakes anew, twice; the third time it stops, as the page does.
func (p *wirePatient) broke(ctx context.Context) error {
	if p.breaks++; p.breaks > 2 {
		p.stopped.Store(true)
		return errors.New("stopped")
	}
	return p.again(ctx)
}

// again greets when the desktop, which answers one m1 a second, will answer.
func (p *wirePatient) again(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, 1100*time.Millisecond)
	defer cancel()
	<-wait.Done()
	return p.greet(ctx)
}

func (p *wirePatient) say(m access.Message) error {
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

func (p *wirePatient) confirmation(role byte, offer, answer string, fpP, fpD [32]byte) [32]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return [32]byte{}
	}
	return p.session.Confirmation(role, offer, answer, fpP, fpD)
}

// Outcomes of the Go patient, in the words of a victim.

func (p *wirePatient) sent() int   { return p.packets.Sent() }
func (p *wirePatient) seen() int   { return int(p.frames.Load()) }
func (p *wirePatient) safe() bool  { return p.peer.Load().Status().Confirmed }
func (p *wirePatient) stop() bool  { return p.stopped.Load() }
func (p *wirePatient) end(*clinic) { p.close() }

// pagePatient is the real page in a real browser. A preload script of the test keeps the highest counts of every peer
// connection; the page itself is as it is shipped.
type pagePatient struct{ page *rig.Page }

const counting = `
window.__counts = {sent: 0, frames: 0};
const Real = window.RTCPeerConnection;
const all = new Set();
window.RTCPeerConnection = class extends Real { constructor(...a) { super(...a); all.add(this) } };
setInterval(async () => { for (const pc of all) { try { let sent = 0, frames = 0;
	for (const s of (await pc.getStats()).values()) { if (s.type === "outbound-rtp") sent += s.packetsSent || 0;
		if (s.type === "inbound-rtp" && s.kind === "video") frames += s.framesDecoded || 0 }
	window.__counts.sent = Math.max(window.__counts.sent, sent); window.__counts.frames = Math.max(window.__counts.frames, frames);
} catch {} } }, 40);
`

func (c *clinic) openPage(open func(testing.TB, rig.BrowserOptions) *rig.Page, env []string, clip *rig.Clip, camera string, letter appointmentLetter) *pagePatient {
	c.t.Helper()
	o := rig.BrowserOptions{Dir: c.dir, Env: env, Preload: counting + camera, Width: 480, Height: 900}
	if clip.File != "" {
		o.Video = clip.File
	}
	p := open(c.t, o)
	p.Visit(letter.Link)
	p.Sees(20*time.Second, kari.Name)
	p.Types("input[inputmode=numeric]", letter.PIN)
	p.PressWords(5*time.Second, "Delta")
	return &pagePatient{p}
}

func (p *pagePatient) count(name string) (n int) {
	_ = p.page.Eval("window.__counts."+name, &n)
	return n
}
func (p *pagePatient) sent() int { return p.count("sent") }
func (p *pagePatient) seen() int { return p.count("frames") }
func (p *pagePatient) safe() bool {
	var n bool
	_ = p.page.Eval(`document.body.innerText.includes("Sikker forbindelse, kontrollert")`, &n)
	return n
}
func (p *pagePatient) stop() bool {
	var n bool
	_ = p.page.Eval(`document.body.innerText.includes("Forbindelsen kunne ikke sikres")`, &n)
	return n
}
func (p *pagePatient) end(*clinic) { p.page.Close() }
