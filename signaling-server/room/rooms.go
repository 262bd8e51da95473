package room

import (
	"sync"
	"time"
)

// inboxCapacity is how many events wait for one doctor's goroutine. When it is full the socket that has another one waits:
// its own reader stops, nobody else's.
const inboxCapacity = 64

// Rooms owns the waiting rooms of all doctors, one goroutine each, for as long as one has a socket or a kept place.
type Rooms struct {
	quit chan struct{}
	once sync.Once
	done sync.WaitGroup

	mu     sync.Mutex
	owners map[string]*owner
}

// owner runs one waiting room.
type owner struct {
	inbox   chan Event // capacity inboxCapacity
	pending int        // events posted and not yet done, under Rooms.mu
}

// New returns Rooms without anybody in them.
func New() *Rooms {
	return &Rooms{quit: make(chan struct{}), owners: map[string]*owner{}}
}

// Post hands an event to a doctor's waiting room. It blocks while that doctor's inbox is full, and does nothing after Close.
func (r *Rooms) Post(doctor string, e Event) {
	r.mu.Lock()
	select {
	case <-r.quit:
		r.mu.Unlock()
		return
	default:
	}
	o := r.owners[doctor]
	if o == nil {
		o = &owner{inbox: make(chan Event, inboxCapacity)}
		r.owners[doctor] = o
		r.done.Go(func() { r.run(doctor, o) })
	}
	o.pending++
	r.mu.Unlock()
	select {
	case o.inbox <- e:
	case <-r.quit:
	}
}

// Close ends the goroutines. Sockets are not told; whoever drains them does that. A second call does nothing.
func (r *Rooms) Close() {
	r.mu.Lock()
	r.once.Do(func() { close(r.quit) })
	r.mu.Unlock()
	r.done.Wait()
}

func (r *Rooms) run(doctor string, o *owner) {
	w := newWaitingRoom()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if next := w.next(); next.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(next))
		}
		done := 0
		select {
		case <-r.quit:
			return
		case e := <-o.inbox:
			w.run(e)
			done = 1
		case <-timer.C:
			w.run(ticked{})
		}
		if r.leave(doctor, o, done, w) {
			return
		}
	}
}

func (w *WaitingRoom) run(e Event) {
	for _, a := range w.Step(time.Now(), e) {
		a.do()
	}
}

// leave ends the goroutine of a doctor whom nothing waits for. Post and leave share the lock, so no event is lost.
func (r *Rooms) leave(doctor string, o *owner, done int, w *WaitingRoom) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	o.pending -= done
	if o.pending > 0 || !w.empty() {
		return false
	}
	delete(r.owners, doctor)
	return true
}
