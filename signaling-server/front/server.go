// Package front is the signaling server's door: the HTTP handler with the page, the POST interface and the two kinds of
// sockets. It checks who comes, and hands sockets to package room. It logs connection numbers and codes, no addresses,
// no invitation and no secret.
package front

import (
	"context"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/room"
	"legekonsultasjon/signaling-server/store"
	"legekonsultasjon/signaling-server/web"
)

// Options say how the server appears and what it works with.
type Options struct {
	PublicURL      *url.URL       // where patients reach it: scheme and host
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Store          *store.Store
	Catalogues     fs.FS // with page.<language>.json; nil for none
	Log            *slog.Logger

	// ICE gives one socket's STUN and TURN servers with credentials for CredentialLife; nil for none.
	ICE            func(session string) []signaling.ICEServer
	CredentialLife time.Duration

	// Count is told of everything that Happening lists, and how it ended; nil for nobody. It must not block.
	Count func(what Happening, code signaling.Code)

	FirstMessage time.Duration // 0: signaling.FirstMessage; tests shorten it
	Proof        time.Duration // 0: 9 s; from the upgrade to the proof, after which the connection is cut
}

// Server answers until Drain. Create it with New.
type Server struct {
	opts   Options
	site   *web.Site
	rooms  *room.Rooms
	failed *buckets[netip.Prefix] // knocks
	logins *buckets[netip.Prefix] // sign-ins, by network
	lane   chan struct{}          // capacity laneWidth: look-ups for networks that have failed too often

	passwords, passcodes *allowance // sign-ins, by account

	origin string

	ctx     context.Context // of every socket's proof and requests
	cancel  context.CancelFunc
	workers sync.WaitGroup
	counter atomic.Uint64
	unheard func() // ends the subscription to the bus

	mu       sync.Mutex
	sockets  map[*socket]struct{}
	live     sync.WaitGroup // of sockets; nothing is added once draining
	draining bool
	leaving  bool // soon to be draining
}

// New prepares a server and starts its housekeeping; Drain ends it.
func New(opts Options) (*Server, error) {
	site, err := web.New(opts.PublicURL, opts.Catalogues)
	if err != nil {
		return nil, err
	}
	if opts.FirstMessage == 0 {
		opts.FirstMessage = signaling.FirstMessage
	}
	if opts.Count == nil {
		opts.Count = func(Happening, signaling.Code) {}
	}
	if opts.Proof == 0 {
		opts.Proof = proofTimeout
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		opts: opts, site: site, rooms: room.New(), failed: newBuckets[netip.Prefix](), logins: newBuckets[netip.Prefix](),
		passwords: newAllowance(passwordTries, passwordEvery), passcodes: newAllowance(passcodeTries, passcodeEvery),
		lane: make(chan struct{}, laneWidth), origin: opts.PublicURL.Scheme + "://" + opts.PublicURL.Host,
		ctx: ctx, cancel: cancel, sockets: map[*socket]struct{}{},
	}
	s.unheard = opts.Store.Bus().Subscribe(s.hear)
	s.workers.Go(s.refresh)
	return s, nil
}

// Handler is the server's only handler.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(signaling.PathPatient, s.patientSocket)
	mux.HandleFunc(signaling.PathDesktop, s.desktopSocket)
	mux.HandleFunc("POST "+signaling.PathSignIn, s.signIn)
	mux.HandleFunc("POST "+signaling.PathSignOut, s.signOut)
	mux.HandleFunc("POST "+signaling.PathNote, s.note)
	s.accounts(mux)
	mux.HandleFunc("GET /healthz", s.Health)
	mux.HandleFunc("GET /readyz", s.Ready)
	mux.Handle("/", s.site)
	return mux
}

// hear passes on what happened in this process or another one.
func (s *Server) hear(e store.Event) {
	switch e.Kind {
	case store.Deleted:
		s.rooms.Post(string(e.Doctor), room.InvitationDeleted{Invitation: e.Invitation})
	case store.Changed:
		s.callAgain(e.Doctor)
	case store.SignedOut:
		if e.Session != "" {
			s.endSeat(e.Session, e.Code)
			return
		}
		s.rooms.Post(string(e.Doctor), room.SessionEnded{Installation: e.Installation})
	}
}

// Drain tells every socket Draining, a desktop whose request is being answered after the answer, and waits until they are
// gone or ctx ends, then cuts off the rest. New sockets are closed with Draining meanwhile.
func (s *Server) Drain(ctx context.Context) {
	s.mu.Lock()
	s.draining = true
	s.mu.Unlock()
	for _, c := range s.present() {
		c.dismiss()
	}
	gone := make(chan struct{})
	s.unheard()
	go func() {
		s.live.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	}
	s.cancel()
	for _, c := range s.present() {
		signaling.Cut(c.conn)
	}
	<-gone
	s.workers.Wait()
	s.rooms.Close()
}

// present are the sockets of now.
func (s *Server) present() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.sockets))
}

const refreshEvery = time.Minute

// refresh brings fresh TURN credentials to sockets at half the credentials' life, and looks whether a desktop's session
// still holds: an event about it may have been lost.
func (s *Server) refresh() {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case now := <-tick.C:
			for _, c := range s.due(now) {
				s.renew(c, now)
			}
		}
	}
}

func (s *Server) due(now time.Time) []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*socket
	for c := range s.sockets {
		if !c.renewed.IsZero() && now.Sub(c.renewed) >= s.halfLife() {
			c.renewed = now
			due = append(due, c)
		}
	}
	return due
}

func (s *Server) halfLife() time.Duration {
	if s.opts.CredentialLife == 0 {
		return time.Hour
	}
	return s.opts.CredentialLife / 2
}

func (s *Server) renew(c *socket, _ time.Time) {
	if c.session != "" {
		_, _, _, err := s.opts.Store.Session(s.ctx, c.session)
		if store.CodeOf(err) == signaling.SignedOut {
			c.out.Close(signaling.SignedOut)
			return
		}
	}
	if s.opts.ICE != nil {
		c.out.Send(signaling.ICEServers{ICEServers: s.iceServers(c)})
	}
}

func (s *Server) iceServers(c *socket) []signaling.ICEServer {
	if s.opts.ICE == nil {
		return []signaling.ICEServer{}
	}
	return s.opts.ICE(c.turnName)
}
