package store

import (
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/nats-io/nats.go"

	"legekonsultasjon/core/signaling"
)

// Event is something that every server process has to hear about, whichever of them it happened in.
type Event struct {
	Kind       EventKind              `json:"kind"`
	Doctor     DoctorID               `json:"doctor"`
	Invitation signaling.InvitationID `json:"invitation,omitzero"`
	// Installation and Session (its SessionID) are set with SignedOut when one workstation is meant; without them all of
	// the doctor's are.
	Installation signaling.InstallationID `json:"installation,omitzero"`
	Session      string                   `json:"session,omitempty"`
	// Code is what the workstation is told with SignedOut; empty is SignedOut.
	Code signaling.Code `json:"code,omitempty"`
}

// EventKind says what happened.
type EventKind string

const (
	Deleted   EventKind = "deleted"   // an invitation is gone
	SignedOut EventKind = "signedOut" // a session ended or the doctor was disabled
	Changed   EventKind = "changed"   // the account's name or roles are others
)

// Bus carries Events between the processes that share a store. An event that is sent while NATS is away is lost; the
// records tell the truth, and sockets are checked against them from time to time.
type Bus struct {
	log *slog.Logger

	mu   sync.Mutex
	conn *nats.Conn
	subs map[int]func(Event)
	next int
}

const busSubject = "legekonsultasjon.event"

func newBus(log *slog.Logger) *Bus { return &Bus{log: log, subs: map[int]func(Event){}} }

// attach moves the bus to a connection; subscribers stay.
func (b *Bus) attach(conn *nats.Conn) error {
	if _, err := conn.Subscribe(busSubject, func(m *nats.Msg) { b.deliver(m.Data) }); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.conn = conn
	return nil
}

// Publish sends e to every process, this one included. It does not wait.
func (b *Bus) Publish(e Event) {
	data, err := json.Marshal(e)
	if err != nil {
		return
	}
	b.mu.Lock()
	conn := b.conn
	b.mu.Unlock()
	if err := conn.Publish(busSubject, data); err != nil {
		b.log.Warn("bus: not published", "kind", e.Kind, "err", err)
	}
}

// Subscribe calls f for every event, one at a time, until stop is called. f must not block.
func (b *Bus) Subscribe(f func(Event)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	b.subs[id] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, id)
	}
}

func (b *Bus) deliver(data []byte) {
	var e Event
	if err := json.Unmarshal(data, &e); err != nil {
		return
	}
	b.mu.Lock()
	subs := make([]func(Event), 0, len(b.subs))
	for _, f := range b.subs {
		subs = append(subs, f)
	}
	b.mu.Unlock()
	for _, f := range subs {
		f(e)
	}
}

// Bus returns the store's bus.
func (s *Store) Bus() *Bus { return s.bus }
