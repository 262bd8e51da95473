//go:build hostile

package drill

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

func itoa(n int) string { return strconv.Itoa(n) }

// attack is a crowd without a link. It knows the invitations' ids, as from a stolen copy of the server's data, and the
// hashes of their admissions. It goes to the server itself, past the relay.
type attack struct {
	c      *clinic
	target signaling.InvitationID // all the time
	newest atomic.Pointer[signaling.InvitationID]
	http   *http.Client

	next, tried atomic.Int64
	mu          sync.Mutex
	from        map[string]bool // addresses
	ends        map[string]int  // what came of the attempts
	letIn       []string        // what must not come of any
	answers     []time.Duration // from a knock to its refusal
}

const (
	addresses  = 1000 // apart from those in the patient's own network
	crowd      = 96   // at a time
	eachTenth  = 10   // of the attempts come from the patient's own /24
	neighbours = 250
)

type sourceKey struct{}

func newAttack(c *clinic, target signaling.InvitationID) *attack {
	a := &attack{c: c, target: target, from: map[string]bool{}, ends: map[string]int{}}
	a.newest.Store(&target)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: 10 * time.Second}
		if ip, ok := ctx.Value(sourceKey{}).(net.IP); ok {
			d.LocalAddr = &net.TCPAddr{IP: ip}
		}
		return d.DialContext(ctx, network, address)
	}
	a.http = &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 20 * time.Second}
	return a
}

// knows tells the crowd of an invitation that was just made.
func (a *attack) knows(id signaling.InvitationID) { a.newest.Store(&id) }

// begin lets the crowd loose and returns what ends it: a call that waits for the attempts under way.
func (a *attack) begin(t *testing.T) (over func() time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	var all sync.WaitGroup
	for range crowd {
		all.Go(func() {
			for ctx.Err() == nil {
				a.attempt(t.Context(), int(a.next.Add(1)))
				a.tried.Add(1)
			}
		})
	}
	return func() time.Duration {
		cancel()
		all.Wait()
		return time.Since(began)
	}
}

// source is where attempt n comes from: half of the addresses are this machine's own (all of 127/8 is), half are what a
// trusted proxy says. The patients come from 127.0.0.1.
func source(n int) (local net.IP, forwarded string) {
	if n%eachTenth == 0 {
		return net.IPv4(127, 0, 0, byte(2+n/eachTenth%neighbours)), ""
	}
	k := (n - n/eachTenth) % addresses // the others follow each other without a gap
	if k%2 == 0 {
		return net.IPv4(127, byte(1+k/250), byte(k%250), 9), ""
	}
	return net.IPv4(127, 0, 0, 1), fmt.Sprintf("100.%d.%d.7", 64+k/250, k%250)
}

func (a *attack) attempt(ctx context.Context, n int) {
	local, forwarded := source(n)
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, sourceKey{}, local), 20*time.Second)
	defer cancel()
	h := http.Header{"Origin": {a.c.relay.URL}}
	if forwarded != "" {
		h.Set("X-Forwarded-For", forwarded)
	}
	try := kindsOfAttempt[n/eachTenth%len(kindsOfAttempt)]
	end := try(a, ctx, h, n)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.from[local.String()+forwarded] = true
	a.ends[end]++
}

// victim is the invitation that attempt n is about.
func (a *attack) victim(n int) signaling.InvitationID {
	if n%3 == 0 {
		return a.target
	}
	return *a.newest.Load()
}

func random[T ~[16]byte | ~[32]byte]() (v T) {
	b := make([]byte, len(v))
	_, _ = rand.Read(b)
	for i := range b {
		v[i] = b[i]
	}
	return v
}

// kindsOfAttempt are the ways in; each returns what came of it.
var kindsOfAttempt = []func(a *attack, ctx context.Context, h http.Header, n int) string{
	func(a *attack, ctx context.Context, h http.Header, n int) string { // the note, with a guessed admission
		return a.note(ctx, h, knock(a.victim(n), random[signaling.Admission]()))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // the note of a guessed invitation
		return a.note(ctx, h, knock(random[signaling.InvitationID](), random[signaling.Admission]()))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // the door, and the handshake without waiting
		id := a.victim(n)
		return a.socket(ctx, h, signaling.PathPatient, text(knock(id, random[signaling.Admission]())), relayed(m1(id)), relayed(guess()))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // what the server keeps instead of the admission
		id := a.victim(n)
		return a.socket(ctx, h, signaling.PathPatient, text(knock(id, a.kept(id))), relayed(m1(id)))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // a guessed invitation, then a known one's m1
		return a.socket(ctx, h, signaling.PathPatient, text(knock(random[signaling.InvitationID](), random[signaling.Admission]())), relayed(m1(a.victim(n))))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // no knock at all
		return a.socket(ctx, h, signaling.PathPatient, relayed(m1(a.victim(n))), relayed(guess()))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // not what was agreed
		id := a.victim(n)
		malformed := []string{"", "{", `{"type":"knock"}`, `{"type":"knock","version":1,"invitation":"` + id.String() + `","admission":""}`, `[1]`,
			`{"type":"knock","version":1,"invitation":"` + id.String() + `","admission":null}`, strings.Repeat("[", 5000),
			`{"type":"knock","version":1,"version":1,"invitation":"` + id.String() + `"}`, "\x00\xff", `{"type":"place","participant":"0000000000000000","state":"waiting","since":0}`}
		return a.socket(ctx, h, signaling.PathPatient, []byte("t"+malformed[n%len(malformed)]), relayed(m1(id)))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // a message longer than any
		return a.socket(ctx, h, signaling.PathPatient, relayed(make([]byte, signaling.MaxMessage+1)))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // as a desktop, without a session
		h.Del("Origin")
		hello := signaling.Hello{Version: signaling.Version, Session: fmt.Sprintf("%x", random[[16]byte]()), Installation: random[signaling.InstallationID](), Workstation: "x"}
		return a.socket(ctx, h, signaling.PathDesktop, text(hello), relayed(m1(a.victim(n))))
	},
	func(a *attack, ctx context.Context, h http.Header, n int) string { // from another page
		h.Set("Origin", "https://attacker.example")
		return a.socket(ctx, h, signaling.PathPatient, text(knock(a.victim(n), random[signaling.Admission]())), relayed(m1(a.victim(n))))
	},
}

func knock(id signaling.InvitationID, admission signaling.Admission) signaling.Knock {
	return signaling.Knock{Version: signaling.Version, Invitation: id, Admission: admission}
}

// text and relayed are messages with their kind in front.
func text(m signaling.Message) []byte {
	b, err := signaling.Encode(m)
	if err != nil {
		panic(err)
	}
	return append([]byte("t"), b...)
}

func relayed(payload []byte) []byte {
	return append(append([]byte("b"), make([]byte, signaling.RelayHeader)...), payload...)
}

// m1 is a perfect one, but for the keys that nobody without the link has.
func m1(id signaling.InvitationID) []byte {
	p, err := access.NewPatient(access.Keys{InvitationID: id, PSK: random[[32]byte]()}, 0)
	if err != nil {
		panic(err)
	}
	return p.M1()
}

// guess looks like a frame with a PIN.
func guess() []byte {
	b := make([]byte, 1+8+8+256+16)
	_, _ = rand.Read(b)
	b[0] = 1
	copy(b[9:17], make([]byte, 8))
	return b
}

// kept is SHA-256 of the right admission: what a thief of the server's data has.
func (a *attack) kept(id signaling.InvitationID) signaling.Admission {
	a.c.mu.Lock()
	defer a.c.mu.Unlock()
	for _, p := range a.c.parcels {
		if p.Invitation.ID == id {
			keys := p.Invitation.Secret.Derive()
			return signaling.Admission(signaling.Admission(keys.Admission).Hash())
		}
	}
	return signaling.Admission{}
}

func (a *attack) note(ctx context.Context, h http.Header, k signaling.Knock) string {
	body, err := json.Marshal(k)
	if err != nil {
		return err.Error()
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+a.c.direct+signaling.PathNote, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	q.Header = h
	q.Header.Set("Content-Type", "application/json")
	began := time.Now()
	r, err := a.http.Do(q)
	if err != nil {
		return "network: " + kindOf(err)
	}
	defer r.Body.Close()
	answer, _ := io.ReadAll(r.Body)
	a.answered(time.Since(began))
	var refused signaling.Refused
	if json.Unmarshal(answer, &refused) != nil || refused.Code == "" || r.StatusCode == http.StatusOK {
		a.in(fmt.Sprintf("note: %s: %s", r.Status, answer))
	}
	return "note: " + string(refused.Code)
}

// socket sends messages without waiting and reads until the server is done with it.
func (a *attack) socket(ctx context.Context, h http.Header, path string, messages ...[]byte) string {
	began := time.Now()
	ws, r, err := websocket.Dial(ctx, "ws://"+a.c.direct+path, &websocket.DialOptions{HTTPClient: a.http, HTTPHeader: h})
	if err != nil && r != nil {
		return "socket: " + r.Status
	}
	if err != nil {
		return "network: " + kindOf(err)
	}
	defer func() { _ = ws.CloseNow() }()
	for _, m := range messages {
		kind := websocket.MessageText
		if m[0] == 'b' {
			kind = websocket.MessageBinary
		}
		if ws.Write(ctx, kind, m[1:]) != nil {
			break // the server has had enough
		}
	}
	end := "closed"
	for {
		kind, data, err := ws.Read(ctx)
		if ctx.Err() != nil {
			return "socket: still open after 20 s"
		}
		if err != nil {
			if status := websocket.CloseStatus(err); end == "closed" && status != -1 {
				end = status.String()
			}
			return "socket: " + end
		}
		m, err := signaling.Decode(data)
		refused, ok := m.(signaling.Refused)
		if kind != websocket.MessageText || err != nil || !ok {
			a.in(fmt.Sprintf("%s: %v %q", path, kind, data))
			continue
		}
		end = string(refused.Code)
		if refused.Code == signaling.NotValid {
			a.answered(time.Since(began))
		}
	}
}

func (a *attack) answered(took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers = append(a.answers, took)
}

func (a *attack) in(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.letIn = append(a.letIn, what)
}

// kindOf is the short end of a network error.
func kindOf(err error) string {
	words := strings.Split(err.Error(), ": ")
	return words[len(words)-1]
}

// judge fails the test if anything was given to a stranger, or if the attack was none.
func (a *attack) judge(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	t.Logf("what came of the attempts: %v", a.ends)
	for _, what := range a.letIn[:min(10, len(a.letIn))] {
		t.Errorf("given to a stranger: %s", what)
	}
	lost := 0
	for end, n := range a.ends {
		if strings.HasPrefix(end, "network: ") || strings.HasPrefix(end, "socket: still open") {
			lost += n
		}
	}
	if all := int(a.tried.Load()); lost > all/100 {
		t.Errorf("%d of %d attempts got no answer: that is no attack", lost, all)
	}
	if len(a.from) < addresses {
		t.Errorf("only %d addresses", len(a.from))
	}
}

// figures are the attack's own.
func (a *attack) figures() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.Sort(a.answers)
	n := len(a.answers)
	return fmt.Sprintf("%d addresses; refusals after median %.0f ms, longest %.0f ms", len(a.from), ms(a.answers[n/2]), ms(a.answers[n-1]))
}
