package desktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

// Patience is how long a Patient waits for an answer.
const Patience = 5 * time.Second

// Patient is a patient's page without a face: one browser, one or more tabs one after the other.
type Patient struct {
	Server *Server
	Keys   access.Keys
	Key    *ecdsa.PrivateKey // the device; nil is a browser without storage
	Line   *Line
	Peer   int  // the confirmed peer connection that the page still has
	Lost   bool // nothing comes over it any more

	session *access.Session
	epoch   uint32
	Seen    []access.Message // what came while something else was waited for, and what was waited for
}

// NewPatient opens the link on a fresh device.
func NewPatient(s *Server, secret access.Secret) *Patient {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return &Patient{Server: s, Keys: secret.Derive(), Key: key}
}

// Tab is another tab of the same browser.
func (p *Patient) Tab() *Patient { return &Patient{Server: p.Server, Keys: p.Keys, Key: p.Key} }

// ID is the invitation.
func (p *Patient) ID() signaling.InvitationID { return p.Keys.InvitationID }

// Open fetches the note, as the page does on load.
func (p *Patient) Open() (access.NoteContent, error) {
	note, ok := p.Server.FetchNote(p.ID())
	if !ok {
		return access.NoteContent{}, errors.New("no note")
	}
	return access.OpenNote(p.Keys, note)
}

// Connect opens a socket; the session of the one before is forgotten.
func (p *Patient) Connect() error {
	line, err := p.Server.Connect(p.ID(), p.Keys.Admission)
	p.Line, p.session = line, nil
	return err
}

// Greet connects, waits for the desktop, and handshakes until Ready.
func (p *Patient) Greet() (access.Ready, error) {
	if err := p.Connect(); err != nil {
		return access.Ready{}, err
	}
	if err := p.Line.AwaitDesktop(time.Hour); err != nil {
		return access.Ready{}, err
	}
	return p.Handshake()
}

// Handshake begins a session on the socket that is open, asking again as the page does.
func (p *Patient) Handshake() (access.Ready, error) {
	for range 4 {
		if err := p.shake(); err == nil {
			m, err := p.Await("ready")
			if err != nil {
				return access.Ready{}, err
			}
			return m.(access.Ready), nil
		}
	}
	return access.Ready{}, errors.New("no answer to m1")
}

func (p *Patient) shake() error {
	handshake, err := access.NewPatient(p.Keys, p.epoch)
	if err != nil {
		return err
	}
	p.Line.Send(handshake.M1())
	for {
		frame, err := p.Line.Read(Patience)
		if err != nil {
			return err
		}
		if len(frame) != access.M2Len {
			continue
		}
		if p.session, err = handshake.Receive(frame); err == nil {
			p.epoch = p.session.Epoch()
			return nil
		}
	}
}

// Say seals and sends a message.
func (p *Patient) Say(m access.Message) error {
	if p.session == nil {
		return access.ErrSessionOver
	}
	frame, err := p.session.Seal(m)
	if err != nil {
		return err
	}
	p.Line.Send(frame)
	return nil
}

// Hear opens the next frame of the session.
func (p *Patient) Hear() (access.Message, error) {
	for {
		frame, err := p.Line.Read(Patience)
		if err != nil {
			return nil, err
		}
		m, err := p.session.Open(frame)
		if errors.Is(err, access.ErrNotThisSession) {
			continue
		}
		if err == nil {
			p.Seen = append(p.Seen, m)
		}
		return m, err
	}
}

// Await hears until a message of that type comes.
func (p *Patient) Await(kind string) (access.Message, error) {
	for {
		m, err := p.Hear()
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", kind, err)
		}
		if m.Type() == kind {
			return m, nil
		}
	}
}

// TypePIN tries a PIN and returns what the desktop says of it.
func (p *Patient) TypePIN(pin string) (access.PINResult, error) {
	message := access.PIN{PIN: pin, Peer: p.Peer}
	if p.Key != nil {
		point, err := p.Key.PublicKey.Bytes()
		if err != nil {
			return access.PINResult{}, err
		}
		message.Device = point
	}
	if err := p.Say(message); err != nil {
		return access.PINResult{}, err
	}
	m, err := p.Await("pinResult")
	if err != nil {
		return access.PINResult{}, err
	}
	return m.(access.PINResult), nil
}

// Resume proves the device.
func (p *Patient) Resume() (access.ResumeResult, error) {
	signature, err := access.SignResume(p.Key, p.session.TH())
	if err != nil {
		return access.ResumeResult{}, err
	}
	if err := p.Say(access.Resume{Signature: signature, Peer: p.Peer, Lost: p.Lost}); err != nil {
		return access.ResumeResult{}, err
	}
	m, err := p.Await("resumeResult")
	if err != nil {
		return access.ResumeResult{}, err
	}
	return m.(access.ResumeResult), nil
}

// Return connects anew and resumes.
func (p *Patient) Return() (access.ResumeResult, error) {
	if _, err := p.Greet(); err != nil {
		return access.ResumeResult{}, err
	}
	return p.Resume()
}
