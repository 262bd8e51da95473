package desk

import (
	"context"
	"reflect"
	"sync"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// eventQueue bounds what background work has finished and the loop has not looked at; whoever posts more waits.
const eventQueue = 256

// tick is how often the loop looks at the clock.
const tick = time.Second

// loop is the desk's state. One goroutine owns all of it; the view is derived from it and from nothing else.
type loop struct {
	Deps
	ctx    context.Context
	events chan func() // capacity eventQueue
	wake   chan struct{}
	work   sync.WaitGroup // every goroutine that was started
	shown  State
	showAt time.Time
	quit   bool

	settings  settings.Settings
	secrets   settings.SecretStore // nil until there is one
	unlock    bool                 // the sealed file waits for its passphrase
	booting   bool
	keyring   missingKeyring
	signIn    SignIn
	session   string
	enrolment *enrolment // an account that is about to begin
	office    office
	accounts  Accounts
	mail      mailAccount
	mailRun   *int              // of the sign-in at the mail provider that runs
	book      *appointment.Book // nil until opened, or when it cannot be
	saveAfter time.Time         // not before: the disk was full
	saved     []func()          // to do once the book is saved; at most maxSaved

	line       *line
	connection Connection
	requests   requests
	ice        []signaling.ICEServer
	guests     map[signaling.InvitationID]*guest
	sockets    map[signaling.ParticipantID]signaling.InvitationID // of patients that have knocked
	others     map[signaling.ParticipantID]signaling.Participant  // rows of other workstations
	call       *running

	settingsOpen bool
	settingsView settingsView
	inventory    mediadevice.Inventory
	gear         gear
	trying       Trying
	inputs       map[mediadevice.Kind]*inputTrial // open for a try
	invite       inviteForm
	readAloud    signaling.InvitationID
	problems     map[problemSlot]*Problem
	notice       *Notice
	asked        string               // "" or the code of the quit question
	asking       map[letterID]inquiry // what became of letters
	letters      map[letterID]bool    // being sent now
	inbox        []*asked             // requests from outside that the doctor has not seen; at most maxAsked
	confirming   []*asked             // those whose letters are under way; at most maxAsked
	tray         *intake.Tray         // drafts; nil until the book's key is known
	imported     *imported            // the list that is shown
	following    following
	skipped      []intake.DraftID // of the drafts that are gone through
	removed      intake.Draft     // the one that was removed last
	missed       []letterID       // overlooked in this run, for the list
	patient      patientCard
	day          time.Time // midnight of the day that is looked at; zero is today
}

// Run works until ctx ends or the doctor quits, and then ends everything that it started. It returns nil after a quit
// and ctx's error otherwise. It is called once.
func (d *Desk) Run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	l := &loop{
		Deps: d.deps, ctx: inner, events: make(chan func(), eventQueue), wake: make(chan struct{}, 1),
		guests: map[signaling.InvitationID]*guest{}, sockets: map[signaling.ParticipantID]signaling.InvitationID{},
		others: map[signaling.ParticipantID]signaling.Participant{}, problems: map[problemSlot]*Problem{},
		letters: map[letterID]bool{}, asking: map[letterID]inquiry{}, inputs: map[mediadevice.Kind]*inputTrial{},
	}
	defer l.work.Wait()
	defer cancel()
	l.boot()
	l.turn(ctx, d.commands)
	l.close()
	if l.quit {
		return nil
	}
	return ctx.Err()
}

// turn is the loop.
func (l *loop) turn(ctx context.Context, commands <-chan Command) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	l.show()
	for !l.quit {
		select {
		case <-ctx.Done():
			return
		case c := <-commands:
			l.do(c)
		case f := <-l.events:
			f()
		case <-l.wake:
			l.takePeerEvents()
		case <-ticker.C:
			l.tick()
		}
		l.pump()
		l.show()
	}
}

// post hands f to the loop. It blocks while the queue is full and gives up when the loop has ended.
func (l *loop) post(f func()) {
	select {
	case l.events <- f:
	case <-l.ctx.Done():
	}
}

// start runs work in the background; what it returns is run in the loop.
func (l *loop) start(work func(ctx context.Context) func()) {
	l.work.Add(1)
	go func() {
		defer l.work.Done()
		if then := work(l.ctx); then != nil {
			l.post(then)
		}
	}()
}

func (l *loop) now() time.Time { return l.Clock() }

// tick does what only time brings about.
func (l *loop) tick() {
	now := l.now()
	if l.notice != nil && !now.Before(l.notice.Until) {
		l.notice = nil
	}
	l.retryKeyring(now)
	l.retrySave(now)
	l.sweep(now)
	l.watchGuests(now)
	l.retryDevices()
	l.expireDrafts(now)
	l.fetchDue(now)
}

// pump starts whatever the facts call for and is not under way. It runs after every event.
func (l *loop) pump() {
	l.register()
	l.sendLetters()
	l.askReports()
	l.connectPeers()
	l.takeIn()
	l.tryInputs()
}

// show hands out a new State when anything but the clock has changed, and from time to time for the clock's sake: every
// second while seconds are shown, every ten while minutes are, else every minute.
func (l *loop) show() {
	state := l.view()
	same := state
	same.Now = l.shown.Now
	if !l.showAt.IsZero() && reflect.DeepEqual(same, l.shown) && state.Now.Sub(l.showAt) < patience(state) {
		return
	}
	l.shown, l.showAt = state, state.Now
	l.Show(state)
}

func patience(s State) time.Duration {
	switch {
	case s.Call != nil:
		return tick
	case len(s.Waiting) > 0:
		return 10 * time.Second
	}
	return time.Minute
}

// close leaves the call, lets ended appointments end at the server too, and waits a little for the last words to go out.
func (l *loop) close() {
	if l.call != nil {
		l.leave()
	}
	l.settle(func(appointment.Appointment) bool { return true })
	l.register()
	if l.book != nil {
		_ = l.book.Save()
	}
	if l.line != nil {
		l.line.drain(drainTimeout)
	}
	for _, g := range l.guests {
		l.dropPeer(g)
	}
	l.disconnect()
}

const drainTimeout = 2 * time.Second
