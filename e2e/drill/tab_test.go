//go:build hostile

package drill

import (
	"errors"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

// tab is a patient's page in Go that does nothing by itself: the test takes every step.
type tab struct {
	t       *testing.T
	letter  appointmentLetter
	keys    access.Keys
	conn    signaling.Conn
	relayed chan []byte // capacity 64: more than one patient's desktop says before it is answered
	welcome chan signaling.Welcome
	over    chan struct{} // closed at the connection's end
	session *access.Session
	epoch   uint32
}

// openTab connects and is let in as far as the door: the desktop is there and nothing has been said to it.
func openTab(t *testing.T, url string, letter appointmentLetter) *tab {
	t.Helper()
	conn, err := signaling.Dial(t.Context(), url, signaling.PathPatient, signaling.DialOptions{Header: origin(url)})
	if err != nil {
		t.Fatal(err)
	}
	p := &tab{t: t, letter: letter, keys: letter.Secret.Derive(), conn: conn, relayed: make(chan []byte, 64),
		welcome: make(chan signaling.Welcome, 1), over: make(chan struct{})}
	t.Cleanup(p.close)
	if err := conn.Write(t.Context(), signaling.Knock{Version: signaling.Version, Invitation: p.keys.InvitationID, Admission: p.keys.Admission}); err != nil {
		t.Fatal(err)
	}
	go p.read()
	select {
	case w := <-p.welcome:
		if w.Desktop == (signaling.ParticipantID{}) {
			t.Fatal("the desktop is not there")
		}
	case <-p.over:
		t.Fatal("the server turned the patient away")
	case <-time.After(10 * time.Second):
		t.Fatal("no welcome in 10 s")
	}
	return p
}

func (p *tab) read() {
	defer close(p.over)
	for {
		m, r, err := p.conn.Read(p.t.Context())
		if err != nil {
			return
		}
		if w, ok := m.(signaling.Welcome); ok {
			p.welcome <- w
		}
		if r != nil {
			p.relayed <- r.Payload
		}
	}
}

func (p *tab) close() { _ = p.conn.Close("") }

func (p *tab) send(payload []byte) {
	p.t.Helper()
	if err := p.conn.WriteRelay(p.t.Context(), signaling.Relay{Payload: payload}); err != nil {
		p.t.Fatal(err)
	}
}

var errSilence = errors.New("nothing came")

func (p *tab) next(limit time.Duration) ([]byte, error) {
	select {
	case b := <-p.relayed:
		return b, nil
	case <-p.over:
		return nil, errors.New("the connection is over")
	case <-time.After(limit):
		return nil, errSilence
	}
}

// greet handshakes, again every second as long as the desktop does not answer, and returns its Ready.
func (p *tab) greet() access.Ready {
	p.t.Helper()
	for range 10 {
		h, err := access.NewPatient(p.keys, p.epoch)
		if err != nil {
			p.t.Fatal(err)
		}
		p.session = nil
		p.send(h.M1())
		for {
			b, err := p.next(access.HandshakeEvery + 200*time.Millisecond)
			if errors.Is(err, errSilence) {
				break // too soon after another m1: the desktop answers one a second
			}
			if err != nil {
				p.t.Fatal(err)
			}
			if len(b) != access.M2Len {
				continue
			}
			if p.session, err = h.Receive(b); err == nil {
				p.epoch = p.session.Epoch()
				return await[access.Ready](p)
			}
		}
	}
	p.t.Fatal("no answer to m1")
	return access.Ready{}
}

// await hears until a message of type M comes.
func await[M access.Message](p *tab) M {
	p.t.Helper()
	for {
		m, err := p.hear(10 * time.Second)
		if err != nil {
			var want M
			p.t.Fatalf("waiting for %s: %v", want.Type(), err)
		}
		if m, ok := m.(M); ok {
			return m
		}
	}
}

// hear opens the next frame of the session.
func (p *tab) hear(limit time.Duration) (access.Message, error) {
	for {
		b, err := p.next(limit)
		if err != nil {
			return nil, err
		}
		m, err := p.session.Open(b)
		if errors.Is(err, access.ErrNotThisSession) {
			continue
		}
		return m, err
	}
}

// seal is a frame for the desktop.
func (p *tab) seal(m access.Message) []byte {
	p.t.Helper()
	b, err := p.session.Seal(m)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// try types a PIN.
func (p *tab) try(pin string) access.PINResult {
	p.t.Helper()
	p.send(p.seal(access.PIN{PIN: pin}))
	return await[access.PINResult](p)
}

// wrong is a PIN that is not this one.
func wrong(pin string) string {
	last := pin[5]
	return pin[:5] + string('0'+(last-'0'+1)%10)
}
