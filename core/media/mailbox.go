package media

import "sync"

// Mailbox passes pictures from one writer to one reader: the newest wins, older ones are overwritten unseen. It holds
// three frames and allocates only when a picture grows.
type Mailbox struct {
	ready   chan struct{} // capacity 1: full means that the reader has been told already
	mu      sync.Mutex    // held for a pointer swap only
	fresh   *Frame
	spare   *Frame
	full    bool
	dropped uint64
}

// NewMailbox returns an empty mailbox.
func NewMailbox() *Mailbox {
	return &Mailbox{ready: make(chan struct{}, 1), fresh: new(Frame), spare: new(Frame)}
}

// Ready receives a value after a Put; one value may stand for several Puts.
func (m *Mailbox) Ready() <-chan struct{} { return m.ready }

// Put leaves a copy of f for the reader. It never blocks.
func (m *Mailbox) Put(f *Frame) {
	m.PutWith(func(into *Frame) { into.CopyFrom(f) })
}

// PutWith is Put for a picture that write makes in place: write calls into.Resize and fills the planes.
func (m *Mailbox) PutWith(write func(into *Frame)) {
	into := m.takeSpare()
	write(into)
	m.mu.Lock()
	if m.full {
		m.dropped++
	}
	m.spare, m.fresh, m.full = m.fresh, into, true
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *Mailbox) takeSpare() *Frame {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.spare
	m.spare = nil
	if f == nil { // a second writer: against the contract, but never shared memory
		f = new(Frame)
	}
	return f
}

// Take exchanges the reader's frame for the newest picture and returns that, or nil when nothing new has come; then the
// reader's frame stays the reader's. Begin with mine = nil.
func (m *Mailbox) Take(mine *Frame) *Frame {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.full {
		return nil
	}
	if mine == nil {
		mine = new(Frame)
	}
	newest := m.fresh
	m.fresh, m.full = mine, false
	return newest
}

// Empty forgets a picture that waits unseen.
func (m *Mailbox) Empty() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full = false
}

// Release is Empty, and gives the pictures' memory back.
func (m *Mailbox) Release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full, m.fresh = false, new(Frame)
	if m.spare != nil { // not with a writer just now
		m.spare = new(Frame)
	}
}

// Dropped counts the pictures that were overwritten unseen.
func (m *Mailbox) Dropped() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}
