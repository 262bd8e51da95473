package front

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clinic is a running server with one doctor.
type clinic struct {
	t      *testing.T
	url    string
	server *Server
	store  *store.Store
	logs   *lockedBuffer
}

const email, password = "a@example.org", "korrekt hest"

func newClinic(t *testing.T, change func(*Options)) *clinic {
	t.Helper()
	return openClinic(t, t.TempDir(), change)
}

func openClinic(t *testing.T, folder string, change func(*Options)) *clinic {
	t.Helper()
	logs := &lockedBuffer{}
	log := slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	st, err := store.Open(t.Context(), store.Options{Folder: folder, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	c := &clinic{t: t, store: st, logs: logs}
	c.addDoctor(email)
	listener := httptest.NewUnstartedServer(nil)
	c.url = "http://" + listener.Listener.Addr().String()
	public, _ := url.Parse(c.url)
	o := Options{PublicURL: public, Store: st, Log: log}
	if change != nil {
		change(&o)
	}
	c.server, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = c.server.Handler()
	listener.Start()
	t.Cleanup(func() {
		soon, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		c.server.Drain(soon)
		listener.Close()
		st.Close()
	})
	return c
}

func (c *clinic) addDoctor(email string) {
	c.t.Helper()
	if _, err := c.store.FindClinic(c.t.Context(), "Fjord"); err != nil {
		if _, err := c.store.AddClinic(c.t.Context(), "Fjord", "+47 55 00 00 00"); err != nil {
			c.t.Fatal(err)
		}
	}
	place, _ := c.store.FindClinic(c.t.Context(), "Fjord")
	_, err := c.store.AddDoctor(c.t.Context(), place.ID, "Dr. "+email, email, password)
	if code := store.CodeOf(err); code != "" && code != signaling.Exists {
		c.t.Fatal(err)
	}
}

// desktop is one installation that is connected.
type desktop struct {
	*end
	installation signaling.InstallationID
	session      string
	request      int
	welcome      signaling.Welcome
}

// end is one socket whose messages are read as they come.
type end struct {
	t    *testing.T
	conn signaling.Conn
	got  chan any // capacity 256: more than a test sends
}

func newEnd(t *testing.T, conn signaling.Conn) *end {
	e := &end{t: t, conn: conn, got: make(chan any, 256)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.read()
	}()
	t.Cleanup(func() {
		_ = conn.Close("")
		<-done
	})
	return e
}

func (e *end) read() {
	for {
		m, relay, err := e.conn.Read(context.Background())
		switch {
		case err != nil:
			e.got <- err
			return
		case relay != nil:
			e.got <- *relay
		default:
			e.got <- m
		}
	}
}

// next waits for something of type T and fails when something else comes or nothing within five seconds.
func next[T any](e *end) T {
	e.t.Helper()
	select {
	case got := <-e.got:
		v, ok := got.(T)
		if !ok {
			e.t.Fatalf("got %T %+v, want %T", got, got, v)
		}
		return v
	case <-time.After(8 * time.Second):
		var v T
		e.t.Fatalf("no %T within eight seconds", v)
		return v
	}
}

// until skips what is not wanted.
func until[T any](e *end, wanted func(T) bool) T {
	e.t.Helper()
	for late := time.After(8 * time.Second); ; {
		select {
		case got := <-e.got:
			if v, ok := got.(T); ok && wanted(v) {
				return v
			}
		case <-late:
			var v T
			e.t.Fatalf("no such %T within eight seconds", v)
			return v
		}
	}
}

// quiet fails when anything has come; flush has made sure that it would have.
func (e *end) quiet() {
	e.t.Helper()
	select {
	case got := <-e.got:
		e.t.Fatalf("got %T %+v", got, got)
	default:
	}
}

func (e *end) send(m signaling.Message) {
	e.t.Helper()
	if err := e.conn.Write(e.t.Context(), m); err != nil {
		e.t.Fatal(err)
	}
}

func (e *end) relay(to signaling.ParticipantID, payload string) {
	e.t.Helper()
	if err := e.conn.WriteRelay(e.t.Context(), signaling.Relay{Peer: to, Payload: []byte(payload)}); err != nil {
		e.t.Fatal(err)
	}
}

func (c *clinic) signIn(email string, installation byte) (string, signaling.InstallationID) {
	c.t.Helper()
	id := signaling.InstallationID{installation}
	in, err := signaling.Client{}.SignIn(c.t.Context(), c.url, signaling.SignIn{
		Version: signaling.Version, Email: email, Password: password, Installation: id, Workstation: "Kontor",
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return in.Session, id
}

func (c *clinic) desktop(email string, installation byte) *desktop {
	c.t.Helper()
	session, id := c.signIn(email, installation)
	return c.connect(session, id)
}

func (c *clinic) connect(session string, id signaling.InstallationID) *desktop {
	c.t.Helper()
	conn, err := signaling.Dial(c.t.Context(), c.url, signaling.PathDesktop, signaling.DialOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	d := &desktop{end: newEnd(c.t, conn), installation: id, session: session}
	d.send(signaling.Hello{Version: signaling.Version, Session: session, Installation: id, Workstation: "Kontor"})
	d.welcome = next[signaling.Welcome](d.end)
	return d
}

// secret is the admission that an invitation has in these tests.
func secret(id byte) signaling.Admission { return signaling.Admission{id, 0xAD} }

func (d *desktop) create(id byte, change func(*signaling.Create)) signaling.Code {
	d.t.Helper()
	d.request++
	m := signaling.Create{
		Request: d.request, Invitation: signaling.InvitationID{id}, Room: signaling.RoomID{id},
		AdmissionHash: secret(id).Hash(), NotBefore: signaling.At(time.Now().Add(-time.Minute)),
		NotAfter: signaling.At(time.Now().Add(time.Hour)), Note: []byte("sealed"),
	}
	if change != nil {
		change(&m)
	}
	d.send(m)
	return d.done()
}

func (d *desktop) done() signaling.Code {
	d.t.Helper()
	return until(d.end, func(m signaling.Done) bool { return m.Request == d.request }).Code
}

func (d *desktop) place(p signaling.ParticipantID, s signaling.ParticipantState, since time.Time) {
	d.t.Helper()
	d.send(signaling.Place{Participant: p, State: s, Since: signaling.At(since)})
}

func (d *desktop) row(invitation byte, s signaling.ParticipantState) signaling.Participant {
	d.t.Helper()
	return until(d.end, func(p signaling.Participant) bool {
		return p.Invitation == signaling.InvitationID{invitation} && p.State == s
	})
}

// dialPatient opens a patient's socket as a browser does.
func (c *clinic) dialPatient() *end {
	c.t.Helper()
	conn, err := signaling.Dial(c.t.Context(), c.url, signaling.PathPatient, signaling.DialOptions{
		Header: http.Header{"Origin": {c.url}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return newEnd(c.t, conn)
}

func (c *clinic) knock(id byte, admission signaling.Admission) *end {
	c.t.Helper()
	e := c.dialPatient()
	e.send(signaling.Knock{Version: signaling.Version, Invitation: signaling.InvitationID{id}, Admission: admission})
	return e
}

func (c *clinic) patient(id byte) (*end, signaling.Welcome) {
	c.t.Helper()
	e := c.knock(id, secret(id))
	return e, next[signaling.Welcome](e)
}

func anywhere() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
