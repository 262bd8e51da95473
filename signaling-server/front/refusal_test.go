package front

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// TestWithoutTheAdmissionNothingTellsApart asks in every wrong way and compares the answers byte by byte.
func TestWithoutTheAdmissionNothingTellsApart(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	d.create(2, nil)
	d.create(3, func(m *signaling.Create) { m.NotBefore = signaling.At(time.Now().Add(30 * time.Minute)) })
	d.request++
	d.send(signaling.Delete{Request: d.request, Invitation: signaling.InvitationID{2}})
	d.done()
	expired := store.Invitation{ID: signaling.InvitationID{4}, AdmissionHash: secret(4).Hash(), NotAfter: signaling.At(time.Now())}
	if err := c.store.CreateInvitation(t.Context(), expired); err != nil {
		t.Fatal(err)
	}
	knocks := map[string]signaling.Knock{
		"wrong":     {Version: 1, Invitation: signaling.InvitationID{1}, Admission: secret(9)},
		"unknown":   {Version: 1, Invitation: signaling.InvitationID{0xFF}, Admission: secret(1)},
		"deleted":   {Version: 1, Invitation: signaling.InvitationID{2}, Admission: secret(2)},
		"too early": {Version: 1, Invitation: signaling.InvitationID{3}, Admission: secret(9)},
		"expired":   {Version: 1, Invitation: signaling.InvitationID{4}, Admission: secret(4)},
	}
	var first string
	for name, k := range knocks {
		answer, took := c.postNote(k)
		if took < refusalFloor {
			t.Errorf("%s: answered after %v", name, took)
		}
		if first == "" {
			first = answer
		}
		if answer != first || !strings.Contains(answer, `{"code":"notValid"}`) {
			t.Errorf("%s:\n%s\nother:\n%s", name, answer, first)
		}
		p := c.dialPatient()
		p.send(k)
		if err := next[error](p); signaling.CodeOf(err) != signaling.NotValid {
			t.Errorf("%s: socket: %v", name, err)
		}
	}
}

// postNote gives the whole answer but its date.
func (c *clinic) postNote(k signaling.Knock) (string, time.Duration) {
	c.t.Helper()
	data, _ := json.Marshal(k)
	began := time.Now()
	resp, err := http.Post(c.url+signaling.PathNote, "application/json", bytes.NewReader(data))
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	took := time.Since(began)
	resp.Header.Del("Date")
	var b bytes.Buffer
	_ = resp.Header.Write(&b)
	b.WriteString(resp.Status)
	_, _ = io.Copy(&b, resp.Body)
	http.DefaultClient.CloseIdleConnections()
	return b.String(), took
}

func TestTooEarly(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	begins := signaling.At(time.Now().Add(30 * time.Minute))
	d.create(1, func(m *signaling.Create) { m.NotBefore = begins })
	p := c.knock(1, secret(1))
	err := next[error](p)
	closed, ok := err.(*signaling.ClosedError)
	if !ok || closed.Refused.Code != signaling.TooEarly || closed.Refused.NotBefore != begins || closed.Refused.Now == 0 {
		t.Fatalf("%+v", err)
	}
	note, err := signaling.Client{}.FetchNote(t.Context(), c.url, signaling.Knock{Version: 1, Invitation: signaling.InvitationID{1}, Admission: secret(1)})
	if err != nil || note.NotBefore != begins {
		t.Fatal(note, err)
	}
}

func TestVersions(t *testing.T) {
	c := newClinic(t, nil)
	for version, want := range map[int]signaling.Code{0: signaling.PageTooOld, 2: signaling.ServerTooOld} {
		p := c.dialPatient()
		p.send(signaling.Knock{Version: version})
		if err := next[error](p); signaling.CodeOf(err) != want {
			t.Error(version, err)
		}
		_, err := signaling.Client{}.SignIn(t.Context(), c.url, signaling.SignIn{Version: version})
		if signaling.CodeOf(err) != want {
			t.Error(version, err)
		}
	}
}

func TestFirstMessage(t *testing.T) {
	c := newClinic(t, func(o *Options) { o.FirstMessage = 100 * time.Millisecond })
	silent := c.dialPatient()
	if err := next[error](silent); signaling.CodeOf(err) != signaling.TooSlow {
		t.Error("silent:", err)
	}
	wrong := c.dialPatient()
	wrong.send(signaling.Leave{})
	if err := next[error](wrong); signaling.CodeOf(err) != signaling.BadMessage {
		t.Error("not a knock:", err)
	}
	other := c.dialPatient()
	other.send(signaling.Hello{Version: 1})
	if err := next[error](other); signaling.CodeOf(err) != signaling.BadMessage {
		t.Error("a desktop at the patients' door:", err)
	}
}

func TestDesktopRefusals(t *testing.T) {
	c := newClinic(t, nil)
	session, id := c.signIn(email, 1)
	for name, hello := range map[string]signaling.Hello{
		"unknown session":      {Version: 1, Session: "nothing", Installation: id},
		"another installation": {Version: 1, Session: session, Installation: signaling.InstallationID{9}},
	} {
		conn, err := signaling.Dial(t.Context(), c.url, signaling.PathDesktop, signaling.DialOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e := newEnd(t, conn)
		e.send(hello)
		if err := next[error](e); signaling.CodeOf(err) != signaling.SignedOut {
			t.Error(name, err)
		}
	}
	_, err := signaling.Client{}.SignIn(t.Context(), c.url, signaling.SignIn{Version: 1, Email: email, Password: "wrong"})
	if signaling.CodeOf(err) != signaling.WrongSignIn {
		t.Error(err)
	}
	d := c.connect(session, id)
	if code := d.create(1, func(m *signaling.Create) { m.NotBefore, m.NotAfter = 0, 5 }); code != signaling.BadMessage {
		t.Error("an invitation of 1970:", code)
	}
	d.send(signaling.Leave{})
	if err := next[error](d.end); signaling.CodeOf(err) != signaling.BadMessage {
		t.Error(err)
	}
}

func TestOversizeAndNonsenseCloseTheSocket(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	for id, send := range map[byte]func(ws *websocket.Conn) error{
		1: func(ws *websocket.Conn) error {
			return ws.Write(t.Context(), websocket.MessageBinary, make([]byte, signaling.MaxMessage+1))
		},
		2: func(ws *websocket.Conn) error { return ws.Write(t.Context(), websocket.MessageText, []byte("{")) },
		3: func(ws *websocket.Conn) error { return ws.Write(t.Context(), websocket.MessageBinary, []byte("short")) },
		4: func(ws *websocket.Conn) error { // to somebody else than the holder
			return ws.Write(t.Context(), websocket.MessageBinary, []byte("otherone-payload"))
		},
	} {
		d.create(id, nil)
		ws, _, err := websocket.Dial(t.Context(), c.url+signaling.PathPatient, &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {c.url}},
		})
		if err != nil {
			t.Fatal(err)
		}
		knock, _ := signaling.Encode(signaling.Knock{Version: 1, Invitation: signaling.InvitationID{id}, Admission: secret(id)})
		_ = ws.Write(t.Context(), websocket.MessageText, knock)
		_ = send(ws)
		status := websocket.StatusCode(0)
		for status == 0 {
			if _, _, err := ws.Read(t.Context()); err != nil {
				status = websocket.CloseStatus(err)
			}
		}
		if status != websocket.StatusPolicyViolation && status != websocket.StatusMessageTooBig {
			t.Errorf("%d: closed with %v", id, status)
		}
		_ = ws.CloseNow()
		d.row(id, signaling.Gone)
	}
}

func TestOrigin(t *testing.T) {
	c := newClinic(t, nil)
	for _, k := range []struct {
		path, origin string
		ok           bool
	}{
		{signaling.PathPatient, "", false},
		{signaling.PathPatient, "https://evil.example", false},
		{signaling.PathPatient, "null", false},
		{signaling.PathPatient, c.url, true},
		{signaling.PathDesktop, "", true},
		{signaling.PathDesktop, "https://evil.example", false},
	} {
		header := http.Header{}
		if k.origin != "" {
			header.Set("Origin", k.origin)
		}
		conn, err := signaling.Dial(t.Context(), c.url, k.path, signaling.DialOptions{Header: header})
		if (err == nil) != k.ok {
			t.Errorf("%s from %q: %v", k.path, k.origin, err)
		}
		if err == nil {
			newEnd(t, conn)
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+signaling.PathSignIn, strings.NewReader("{}"))
	req.Header.Set("Content-Type", "text/plain") // what a form on another site can send
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Error(resp, err)
	}
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}

// TestSlowClientIsClosed lets a patient stop reading while the desktop goes on.
func TestSlowClientIsClosed(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	ws, _, err := websocket.Dial(t.Context(), c.url+signaling.PathPatient, &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {c.url}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	knock, _ := signaling.Encode(signaling.Knock{Version: 1, Invitation: signaling.InvitationID{1}, Admission: secret(1)})
	if err := ws.Write(t.Context(), websocket.MessageText, knock); err != nil {
		t.Fatal(err)
	}
	row := d.row(1, signaling.Unproven)
	payload := strings.Repeat("x", 60<<10)
	for i := 0; ; i++ {
		if i > 2000 {
			t.Fatal("120 MB were taken from a client that does not read")
		}
		if err := d.conn.WriteRelay(t.Context(), signaling.Relay{Peer: row.Participant, Payload: []byte(payload)}); err != nil {
			t.Fatal(err)
		}
		if slowSeen(d) {
			return
		}
	}
}

func slowSeen(d *desktop) bool {
	select {
	case got := <-d.got:
		p, ok := got.(signaling.Participant)
		return ok && p.State == signaling.Gone
	default:
		return false
	}
}

// TestAttackersNextDoorDelayNobody: failures from the patient's own network make answers late and refuse nobody.
func TestAttackersNextDoorDelayNobody(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	for range bucketSize {
		c.server.failed.charge(prefix("127.0.0.1"), time.Now())
	}
	_, took := c.postNote(signaling.Knock{Version: 1, Invitation: signaling.InvitationID{5}})
	if took < maxDelay || took > maxDelay+time.Second {
		t.Errorf("the attacker was answered after %v", took)
	}
	began := time.Now()
	c.patient(1)
	if took := time.Since(began); took > time.Second {
		t.Errorf("the patient was answered after %v", took)
	}
}

func TestHeaders(t *testing.T) {
	c := newClinic(t, nil)
	resp, err := http.Get(c.url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	for _, name := range []string{"Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options"} {
		if resp.Header.Get(name) == "" {
			t.Error("no", name)
		}
	}
	if resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
}

func TestAddressBehindProxies(t *testing.T) {
	s := &Server{opts: Options{TrustedProxies: anywhere()}}
	for _, k := range []struct{ remote, forwarded, want string }{
		{"198.51.100.7:1", "203.0.113.9", "198.51.100.0/24"}, // not a proxy of ours: its header counts for nothing
		{"127.0.0.1:1", "203.0.113.9", "203.0.113.0/24"},
		{"127.0.0.1:1", "10.9.9.9, 203.0.113.9, 127.0.0.2", "203.0.113.0/24"},
		{"127.0.0.1:1", "", "127.0.0.0/24"},
		{"127.0.0.1:1", "nonsense", "127.0.0.0/24"},
		{"[2001:db8:1:2:3::4]:1", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:1", "", "192.0.2.0/24"},
	} {
		r := &http.Request{RemoteAddr: k.remote, Header: http.Header{"X-Forwarded-For": {k.forwarded}}}
		if got := s.network(r).String(); got != k.want {
			t.Errorf("%s via %q: %s, want %s", k.remote, k.forwarded, got, k.want)
		}
	}
}

func TestBuckets(t *testing.T) {
	b, now := newBuckets[int](), time.Unix(1000, 0)
	for range bucketSize {
		if b.empty(1, now) {
			t.Fatal("empty too soon")
		}
		b.charge(1, now)
	}
	if !b.empty(1, now) || b.empty(2, now) || b.empty(1, now.Add(bucketRefill)) {
		t.Error("the bucket does not hold what it says")
	}
	for key := range maxBuckets + 10 {
		b.charge(key, now)
	}
	if len(b.all) > maxBuckets {
		t.Error(len(b.all))
	}
}

func prefix(ip string) netip.Prefix {
	p, _ := netip.MustParseAddr(ip).Prefix(24)
	return p
}
