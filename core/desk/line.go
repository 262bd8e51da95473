package desk

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"legekonsultasjon/core/signaling"
)

// Back-off between attempts to reach the server; the wait is drawn between half of it and all of it.
const (
	firstBackOff = 500 * time.Millisecond
	lastBackOff  = 15 * time.Second
)

// lineQueue bounds what waits to be written. When it is full the server is too slow: the socket is closed and opened anew.
const lineQueue = 256

var errLineDown = errors.New("no connection to the server")

// line keeps one socket to the server alive: it dials, says Hello, and begins again when the socket ends, until it is
// stopped or the server says that it is of no use.
type line struct {
	cancel context.CancelFunc
	wire   *wire // the socket that is up, owned by the loop; nil while there is none
}

// wire is one socket for as long as it lives. send and relay may be called from any goroutine and never block.
type wire struct {
	out  chan outgoing // capacity lineQueue
	idle chan chan struct{}
	stop context.CancelFunc
	over <-chan struct{}
}

// outgoing is a message or a relay.
type outgoing struct {
	message signaling.Message
	relay   *signaling.Relay
}

func (w *wire) put(o outgoing) error {
	if w == nil {
		return errLineDown
	}
	select {
	case <-w.over:
		return errLineDown
	default:
	}
	select {
	case w.out <- o:
		return nil
	default:
		w.stop()
		return errLineDown
	}
}

func (w *wire) send(m signaling.Message) error { return w.put(outgoing{message: m}) }

func (w *wire) relay(to signaling.ParticipantID, payload []byte) error {
	return w.put(outgoing{relay: &signaling.Relay{Peer: to, Payload: payload}})
}

// drain waits until everything that was put before has been written, at most so long.
func (ln *line) drain(limit time.Duration) {
	if ln.wire == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	done := make(chan struct{})
	select {
	case ln.wire.idle <- done:
	case <-ln.wire.over:
		return
	case <-timer.C:
		return
	}
	select {
	case <-done:
	case <-ln.wire.over:
	case <-timer.C:
	}
}

// connect opens the line. A line that is there is closed first.
func (l *loop) connect() {
	l.disconnect()
	ctx, cancel := context.WithCancel(l.ctx)
	ln := &line{cancel: cancel}
	l.line, l.connection = ln, Connecting
	url, hello := l.settings.Server, signaling.Hello{
		Version: signaling.Version, Session: l.session, Installation: l.settings.Installation,
		Workstation: l.settings.Workstation,
	}
	l.start(func(context.Context) func() {
		l.keepLine(ctx, ln, url, hello)
		return nil
	})
}

// disconnect closes the line for good.
func (l *loop) disconnect() {
	if l.line == nil {
		return
	}
	l.line.cancel()
	if l.line.wire != nil {
		l.line.wire.stop()
	}
	l.line = nil
	l.lineDown()
}

// keepLine runs in its own goroutine.
func (l *loop) keepLine(ctx context.Context, ln *line, url string, hello signaling.Hello) {
	backOff := firstBackOff
	for {
		up, err := l.oneSocket(ctx, ln, url, hello)
		if ctx.Err() != nil {
			return
		}
		final := isFinal(signaling.CodeOf(err))
		l.post(func() {
			if l.line == ln {
				l.lineEnded(err, final)
			}
		})
		if final {
			return
		}
		if up {
			backOff = firstBackOff
		}
		if !pause(ctx, backOff/2+rand.N(backOff/2+1)) {
			return
		}
		backOff = min(2*backOff, lastBackOff)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// isFinal tells the reasons after which trying again is of no use.
func isFinal(code signaling.Code) bool {
	switch code {
	case signaling.SignedOut, signaling.Revoked, signaling.PageTooOld, signaling.ServerTooOld, signaling.Replaced,
		signaling.BadAddress, signaling.InsecureAddress:
		return true
	}
	return false
}

// oneSocket dials and reads until the socket ends. It reports whether the server said Welcome.
func (l *loop) oneSocket(ctx context.Context, ln *line, url string, hello signaling.Hello) (up bool, err error) {
	conn, err := l.Server.Dial(ctx, url)
	if err != nil {
		return false, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer conn.Close("")
	if err := conn.Write(ctx, hello); err != nil {
		return false, err
	}
	welcome, err := awaitWelcome(ctx, conn)
	if err != nil {
		return false, err
	}
	w := &wire{out: make(chan outgoing, lineQueue), idle: make(chan chan struct{}), stop: stop, over: ctx.Done()}
	l.work.Add(1)
	go func() {
		defer l.work.Done()
		defer stop()
		w.writeAll(ctx, conn)
	}()
	l.post(func() {
		if l.line == ln {
			l.lineUp(w, welcome)
		}
	})
	for {
		m, relay, err := conn.Read(ctx)
		if err != nil && signaling.CodeOf(err) == signaling.BadMessage {
			l.Log.Warn("message not understood", "code", signaling.BadMessage)
			continue
		}
		if err != nil {
			return true, err
		}
		l.post(func() {
			if l.line == ln && ln.wire == w {
				l.heard(m, relay)
			}
		})
	}
}

// awaitWelcome reads the server's first message.
func awaitWelcome(ctx context.Context, conn signaling.Conn) (signaling.Welcome, error) {
	ctx, cancel := context.WithTimeout(ctx, signaling.WriteTimeout)
	defer cancel()
	m, _, err := conn.Read(ctx)
	if err != nil {
		return signaling.Welcome{}, err
	}
	welcome, ok := m.(signaling.Welcome)
	if !ok {
		return signaling.Welcome{}, &signaling.Error{Code: signaling.NotOurServer}
	}
	return welcome, nil
}

// writeAll writes what was put until the socket ends.
func (w *wire) writeAll(ctx context.Context, conn signaling.Conn) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-w.out:
			if o.write(ctx, conn) != nil {
				return
			}
		case done := <-w.idle:
			for len(w.out) > 0 {
				if o := <-w.out; o.write(ctx, conn) != nil {
					return
				}
			}
			close(done)
		}
	}
}

func (o outgoing) write(ctx context.Context, conn signaling.Conn) error {
	if o.relay != nil {
		return conn.WriteRelay(ctx, *o.relay)
	}
	return conn.Write(ctx, o.message)
}

// wire is the socket that is up, or nil; its methods say so by an error.
func (l *loop) wire() *wire {
	if l.line == nil {
		return nil
	}
	return l.line.wire
}

// lineUp: the server has let us in. It tells of every participant after this.
func (l *loop) lineUp(w *wire, welcome signaling.Welcome) {
	l.line.wire, l.connection = w, Online
	l.setServers(welcome.ICEServers)
	l.problems[slotLine] = nil
	l.requests = requests{}
	if welcome.Account != nil && *welcome.Account != l.settings.Account {
		l.settings.Account = *welcome.Account
		l.saveSettings()
	}
	l.Log.Info("online")
}

// lineDown: every session with a patient ends with our socket; confirmed calls go on by themselves.
func (l *loop) lineDown() {
	l.connection = Offline
	if l.line != nil {
		l.line.wire = nil
	}
	clear(l.others)
	clear(l.sockets)
	for _, g := range l.guests {
		l.closeSessions(g)
		clear(g.sockets)
	}
}

// lineEnded: an attempt or a socket came to its end.
func (l *loop) lineEnded(err error, final bool) {
	code := signaling.CodeOf(err)
	l.Log.Info("offline", "code", code, "final", final)
	l.lineDown()
	switch {
	case code == signaling.SignedOut, code == signaling.Revoked:
		l.signedOutElsewhere(code)
	case final:
		l.disconnect()
		l.problems[slotLine] = lineProblem(code)
	default:
		l.connection = Offline
		l.problems[slotLine] = lineProblem(code)
	}
}

// lineProblem is what the banner says while there is no connection.
func lineProblem(code signaling.Code) *Problem {
	switch code {
	case signaling.CertificateExpired, signaling.CertificateUnknown, signaling.PageTooOld, signaling.ServerTooOld,
		signaling.Replaced, signaling.TryLater, signaling.BadAddress, signaling.InsecureAddress, signaling.NotOurServer:
		return &Problem{Code: serverCode(code)}
	}
	return &Problem{Code: "offline"}
}

// serverCode is the catalogue's name of a reason that the server or the way to it gave.
func serverCode(code signaling.Code) string {
	switch code {
	case signaling.BadAddress, signaling.NotOurServer:
		return "wrongAddress"
	case signaling.InsecureAddress:
		return "insecure"
	case signaling.CertificateExpired, signaling.CertificateUnknown, signaling.PageTooOld, signaling.ServerTooOld,
		signaling.Replaced, signaling.TryLater, signaling.WrongSignIn, signaling.SignedOut, signaling.StoreFull,
		signaling.StoreDown, signaling.Revoked, signaling.PasscodeNeeded, signaling.WrongPasscode, signaling.EnrolFirst,
		signaling.WrongEnrolment, signaling.ShortPassword, signaling.WeakPassword, signaling.NotAllowed, signaling.LastAdministrator:
		return string(code)
	case signaling.Exists:
		return "personExists"
	case signaling.NotYours:
		return "personGone"
	case signaling.BadMessage:
		return "notTaken"
	}
	return string(signaling.Unreachable)
}
