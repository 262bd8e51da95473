package call

import "sync"

// mailboxSize is how many events may wait for the loop. pion calls back with locks of its own held, so posting must
// never wait; a mailbox that is full means that somebody floods the peer, which then fails.
const mailboxSize = 1024

// mailbox carries events from any goroutine to the loop, in order.
type mailbox struct {
	ready chan struct{} // capacity 1: full means that the loop has been told already

	mu     sync.Mutex
	events []event
	ended  bool
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

// post never blocks. After end it does nothing.
func (m *mailbox) post(e event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.ended || len(m.events) > mailboxSize:
		return
	case len(m.events) == mailboxSize:
		e = overflowed{}
	}
	m.events = append(m.events, e)
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// take empties the mailbox.
func (m *mailbox) take() []event {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := m.events
	m.events = nil
	return events
}

func (m *mailbox) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended, m.events = true, nil
}
