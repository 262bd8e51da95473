package calltest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"

	"legekonsultasjon/core/access"
)

// ErrBroken is what a link returns after Break.
var ErrBroken = errors.New("the session is over")

// Link stands in for a proven session: it carries messages in memory, counts negotiations and computes confirmations
// with keys of its own. Its doctor's end is a call.Channel.
type Link struct {
	// Tamper sees every message with its sender, 'P' or 'D', and returns what arrives: nil for nothing. Set it before use.
	Tamper func(from byte, m access.Message) access.Message

	key [32]byte

	mu        sync.Mutex
	toDoctor  func(access.Message)
	toPatient func(access.Message)
	broken    bool
	number    int
	sent      []access.Message
}

// NewLink makes a session with new keys. Messages that come before Connect are lost.
func NewLink() *Link {
	l := new(Link)
	_, _ = rand.Read(l.key[:])
	return l
}

// Connect says where messages go, such as a Peer's and a Patient's Receive.
func (l *Link) Connect(toDoctor, toPatient func(access.Message)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.toDoctor, l.toPatient = toDoctor, toPatient
}

// Break makes the session end: from now on both ends' Send fails and nothing arrives.
func (l *Link) Break() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
}

// Send is the doctor's: call.Channel.
func (l *Link) Send(m access.Message) error { return l.carry('D', m) }

// SendFromPatient is the patient's.
func (l *Link) SendFromPatient(m access.Message) error { return l.carry('P', m) }

// NextNegotiation implements call.Numbering.
func (l *Link) NextNegotiation() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	return l.number
}

// Sent are the messages that the doctor has sent.
func (l *Link) Sent() []access.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]access.Message(nil), l.sent...)
}

func (l *Link) carry(from byte, m access.Message) error {
	l.mu.Lock()
	to := l.toDoctor
	if from == 'D' {
		to = l.toPatient
		l.sent = append(l.sent, m)
	}
	broken := l.broken
	l.mu.Unlock()
	if broken {
		return ErrBroken
	}
	if l.Tamper != nil {
		m = l.Tamper(from, m)
	}
	if m != nil && to != nil {
		to(m)
	}
	return nil
}

// Confirmation is call.Channel's, computed with the link's keys.
func (l *Link) Confirmation(role byte, offer, answer string, fingerprintP, fingerprintD [32]byte) [32]byte {
	mac := hmac.New(sha256.New, append(l.key[:], role))
	o, a := sha256.Sum256([]byte(offer)), sha256.Sum256([]byte(answer))
	for _, part := range [][32]byte{o, a, fingerprintP, fingerprintD} {
		mac.Write(part[:])
	}
	return [32]byte(mac.Sum(nil))
}
