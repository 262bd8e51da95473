package front

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/gate"
	"legekonsultasjon/signaling-server/store"
)

// Pace of what one socket may send: a socket that sends faster is read more slowly, nothing else.
const (
	paceRate  = 100 // messages a second
	paceBurst = 400
)

// socket is one upgraded connection.
type socket struct {
	id       signaling.ParticipantID
	kind     kind
	conn     signaling.Conn
	out      *outbox
	number   uint64 // in the log
	pace     *rate.Limiter
	turnName string         // random, for this socket's TURN credentials
	session  string         // a desktop's session secret; set before renewed is
	seat     string         // its SessionID, under Server.mu
	account  store.DoctorID // a desktop's, under Server.mu
	working  sync.Mutex     // held while a request is carried out and answered
	renewed  time.Time      // when credentials were last sent, under Server.mu; zero before the Welcome
	line     *gate.Conn     // under conn; nil without a gate
}

// proofTimeout bounds the time from the upgrade to the proof: FirstMessage, the longest delay, and the goodbye.
const proofTimeout = 9 * time.Second

// open makes a socket known, so that Drain finds it. It is nil when the server is draining; the connection is closed then.
// Until it is greeted it may give way to others, and its time is short.
func (s *Server) open(r *http.Request, conn signaling.Conn, kind kind, messages, bytes int) *socket {
	c := &socket{
		id: signaling.NewParticipantID(), kind: kind, conn: conn, out: newOutbox(conn, messages, bytes),
		number: s.counter.Add(1), pace: rate.NewLimiter(paceRate, paceBurst), turnName: strings.ToLower(rand.Text()),
		line: gate.From(r.Context()),
	}
	c.line.Expect(s.opts.Proof)
	s.mu.Lock()
	draining := s.draining
	if !draining {
		s.sockets[c] = struct{}{}
		s.live.Add(1)
	}
	s.mu.Unlock()
	if draining {
		_ = conn.Close(signaling.Draining)
		return nil
	}
	s.log(c).Debug("socket opened")
	s.opts.Count(kind.opened(), "")
	return c
}

// log is made when it is used: most sockets say two lines in an hour.
func (s *Server) log(c *socket) *slog.Logger {
	return s.opts.Log.With("conn", c.number, "kind", c.kind)
}

// next reads a message of a socket that has proven itself. It waits without a context, which would cost every idle socket a
// kilobyte: Drain cuts those that do not end by themselves.
func (c *socket) next() (signaling.Message, *signaling.Relay, error) {
	return c.conn.Read(context.Background())
}

// dismiss closes a socket because the server stops. It does not block.
func (c *socket) dismiss() {
	if c.working.TryLock() {
		defer c.working.Unlock()
		c.out.Close(signaling.Draining)
		return
	}
	go func() { // for as long as the store takes at most
		c.working.Lock()
		defer c.working.Unlock()
		c.out.Close(signaling.Draining)
	}()
}

// shut ends a socket for good and forgets it.
func (s *Server) shut(c *socket, code signaling.Code) {
	c.out.Close(code)
	c.out.wait()
	s.mu.Lock()
	delete(s.sockets, c)
	s.mu.Unlock()
	s.log(c).Debug("socket closed", "code", code)
	s.opts.Count(c.kind.closed(), code)
	s.live.Done()
}

// greeted marks the socket as one that has proven itself, to be kept, and in fresh credentials.
func (s *Server) greeted(c *socket) {
	c.line.Admit()
	s.mu.Lock()
	defer s.mu.Unlock()
	c.renewed = time.Now()
}

// first reads the first message, which must be an M and come in time. When it is not there, code says how to close.
func first[M signaling.Message](s *Server, c *socket) (m M, code signaling.Code, ok bool) {
	late := time.AfterFunc(s.opts.FirstMessage, func() { c.out.Close(signaling.TooSlow) })
	defer late.Stop()
	got, _, err := c.conn.Read(s.ctx)
	if err != nil {
		return m, readCode(err), false
	}
	m, ok = got.(M)
	if !ok {
		return m, signaling.BadMessage, false
	}
	return m, "", true
}

// readCode is the reason to close with after a read: BadMessage when that was why, nothing when the socket is gone.
func readCode(err error) signaling.Code {
	var coded *signaling.Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return ""
}

// sameOrigin checks the Origin that browsers always send. The page's socket must have one; the desktop program sends none.
func (s *Server) sameOrigin(r *http.Request, required bool) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return !required
	}
	if strings.EqualFold(origin, s.origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
