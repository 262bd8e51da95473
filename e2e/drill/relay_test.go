//go:build hostile

package drill

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// victim is the patient's side of a run.
type victim interface {
	sent() int  // RTP packets that went out
	seen() int  // pictures of the doctor
	safe() bool // says that the connection is checked
	stop() bool // says that it could not be secured
	end(*clinic)
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func origin(url string) http.Header { return http.Header{"Origin": {url}} }

// kinds of victims, in turn.
var kinds = []string{"pion", "chromium", "firefox"}

// TestRelay is the drill "relay": every trick of a hostile relay against every kind of patient. Nothing may be sent or
// shown, whatever it does; forged SDP and a forged end of DTLS are said in plain words on both sides.
func TestRelay(t *testing.T) {
	tricks := append(blindTricks(), fingerprintTricks()...)
	tricks = append(tricks, trick{name: "terminate-dtls", make: terminates})
	c := newClinic(t)
	browsers := rig.NewDisplay(t, c.dir, 1280, 1000)
	env := append(os.Environ(), "DISPLAY="+browsers.Name)
	clip := rig.PaintClip(t, filepath.Join(c.dir, "patient.y4m"), 320, 240, 15, 30, 4)
	total := max(runs(t, 200), len(tricks)) // at least one run of each
	survived, slowestFirst, slowestSecond := 0, time.Duration(0), time.Duration(0)
	for n := range total {
		tr, kind := tricks[n%len(tricks)], kinds[(n/len(tricks)+n)%len(kinds)]
		ok := t.Run(fmt.Sprintf("%03d-%s-%s", n, tr.name, kind), func(t *testing.T) {
			first, second := c.against(t, tr, func(letter appointmentLetter) victim { return c.victim(t, kind, env, clip, letter) }, n)
			slowestFirst, slowestSecond = max(slowestFirst, first), max(slowestSecond, second)
		})
		if ok {
			survived++
		}
	}
	report("relay", total, survived, "0 RTP packets and 0 pictures before the confirmation in survived runs; forged SDP or DTLS: stop text within %.1f s at the first side, %.1f s at the other",
		slowestFirst.Seconds(), slowestSecond.Seconds())
}

func (c *clinic) victim(t *testing.T, kind string, env []string, clip *rig.Clip, letter appointmentLetter) victim {
	t.Helper()
	switch kind {
	case "chromium":
		return c.openPage(rig.NewChromium, env, clip, "", letter)
	case "firefox":
		return c.openPage(rig.NewFirefox, env, &rig.Clip{}, rig.CanvasCamera(t, clip), letter)
	}
	p, err := dialPatient(t.Context(), c.relay.URL, letter, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// against is one run. It returns how long after the first forgery each side said stop.
func (c *clinic) against(t *testing.T, tr trick, open func(appointmentLetter) victim, n int) (first, second time.Duration) {
	c.relay.Tampers(nil)
	letter := c.invite(fmt.Sprintf("pasient%d@eksempel.no", n))
	packets, frames := c.packets.Sent(), c.frames.Load()
	var began atomic.Int64
	c.relay.Tampers(noticing(tr.make(c), &began))
	v := open(letter)
	defer v.end(c)
	defer c.desk.Do(desk.DoCancel{Invitation: letter.ID})
	if c.reaches(8*time.Second, func(s desk.State) bool { return canJoin(s, letter.ID) }) {
		c.desk.Do(desk.DoJoin{Invitation: letter.ID})
	} else if !tr.withholds && began.Load() == 0 {
		t.Fatal("the patient never came as far as the trick")
	}
	doctor, patient := c.watch(t, v, letter.ID, limit(tr))
	if out := c.packets.Sent() - packets; out != 0 {
		t.Errorf("the doctor's side sent %d RTP packets", out)
	}
	if in := c.frames.Load() - frames; in != 0 {
		t.Errorf("the doctor saw %d pictures", in)
	}
	if v.sent() != 0 || v.seen() != 0 || v.safe() {
		t.Errorf("the patient's side sent %d packets, saw %d pictures, said that all is safe: %v", v.sent(), v.seen(), v.safe())
	}
	c.desk.Do(desk.DoLeave{})
	if rig.WaitFor(t.Context(), 5*time.Second, func() bool {
		c.desk.Do(desk.DoDismissProblem{})
		s, _ := c.now()
		return s.Problem == nil && s.Call == nil
	}) != nil {
		t.Error("the doctor cannot put the problem away")
	}
	if !forges(tr) {
		return 0, 0
	}
	start := time.Unix(0, began.Load())
	if doctor.IsZero() || patient.IsZero() {
		t.Errorf("both sides must say stop: doctor %v, patient %v", !doctor.IsZero(), !patient.IsZero())
		return 0, 0
	}
	a, b := doctor.Sub(start), patient.Sub(start)
	first, second = min(a, b), max(a, b)
	t.Logf("stop text: first side %.1f s, other %.1f s after the first forgery", first.Seconds(), second.Seconds())
	if first > 3*time.Second || second > 10*time.Second {
		t.Errorf("stop text too late: %v and %v", first, second)
	}
	return first, second
}

// forges says whether a trick changes what is signed, which both sides must name.
func forges(tr trick) bool {
	return len(tr.name) > 3 && (tr.name[:4] == "sdp-" || tr.name == "terminate-dtls")
}

// limit is how long a run is watched: until both sides must have said stop, or long enough for media to have flowed.
func limit(tr trick) time.Duration {
	if forges(tr) {
		return 14 * time.Second
	}
	return 8 * time.Second
}

// noticing keeps the time of the first message that a trick changed.
func noticing(f rig.Tamper, began *atomic.Int64) rig.Tamper {
	return func(s *rig.Socket, p rig.Passing) []rig.Passing {
		out := f(s, p)
		if len(out) != 1 || string(out[0].Data) != string(p.Data) || out[0].Up != p.Up {
			began.CompareAndSwap(0, time.Now().UnixNano())
		}
		return out
	}
}

func canJoin(s desk.State, id signaling.InvitationID) bool {
	for _, r := range s.Waiting {
		if r.Invitation == id && r.CanJoin {
			return true
		}
	}
	return false
}

// watch waits until both sides have said stop, or the limit, and returns when each did.
func (c *clinic) watch(t *testing.T, v victim, id signaling.InvitationID, limit time.Duration) (doctor, patient time.Time) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_ = rig.WaitFor(ctx, limit, func() bool {
		s, _ := c.now()
		if doctor.IsZero() && (s.Problem != nil && s.Problem.Code == "notGenuine" || s.Call != nil && s.Call.State == desk.CallNotGenuine) {
			doctor = time.Now()
		}
		if patient.IsZero() && v.stop() {
			patient = time.Now()
		}
		return !doctor.IsZero() && !patient.IsZero()
	})
	return doctor, patient
}

// TestRelayThatHasTheSecret shows the limit that docs/THREATS.md names: whoever relays and knows one link secret stands
// in the middle of that invitation, and gains nothing against another.
func TestRelayThatHasTheSecret(t *testing.T) {
	c := newClinic(t)
	one, other := c.invite("en@eksempel.no"), c.invite("to@eksempel.no")
	// Towards the patient it plays the doctor, and so it reads the PIN.
	thief := &playsDoctor{keys: one.Secret.Derive(), pin: make(chan string, 1)}
	c.relay.Tampers(thief.tamper)
	p, err := dialPatient(t.Context(), c.relay.URL, one, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	stolen := one
	select {
	case stolen.PIN = <-thief.pin:
	case <-time.After(10 * time.Second):
		t.Fatal("with the secret the relay reads the PIN: that is the limit")
	}
	p.close()
	// Towards the doctor it plays the patient.
	c.relay.Tampers(nil)
	if !c.enters(t, stolen) {
		t.Fatal("with secret and PIN the relay is let into the waiting room: that is the limit")
	}
	// Against the other invitation it has nothing: its admission is refused, and without it no frame passes.
	stranger := stolen
	stranger.ID = other.ID
	conn, err := signaling.Dial(t.Context(), c.relay.URL, signaling.PathPatient, signaling.DialOptions{Header: origin(c.relay.URL)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close("")
	knock := signaling.Knock{Version: signaling.Version, Invitation: stranger.ID, Admission: one.Secret.Derive().Admission}
	if err := conn.Write(t.Context(), knock); err != nil {
		t.Fatal(err)
	}
	if m, _, err := conn.Read(t.Context()); err == nil {
		if _, refused := m.(signaling.Refused); !refused {
			t.Fatalf("another invitation's secret opened this one: %v", m)
		}
	}
	// Even the relay itself, which needs no admission, cannot: a session under the wrong secret opens for nobody.
	mixed := other
	mixed.Secret = one.Secret
	c.relay.Tampers(readdresses(other))
	if c.enters(t, mixed) {
		t.Fatal("a relay let a patient of one invitation into another")
	}
	report("relay-with-secret", 1, 1, "the secret of one invitation opens that one and no other")
}

// enters dials as a patient and says whether the desktop let him into the waiting room.
func (c *clinic) enters(t *testing.T, letter appointmentLetter) bool {
	t.Helper()
	p, err := dialPatient(t.Context(), c.relay.URL, letter, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	select {
	case <-p.granted:
		return true
	case <-p.over:
	case <-time.After(6 * time.Second):
	}
	return false
}

// playsDoctor answers the patient's m1 itself.
type playsDoctor struct {
	keys    access.Keys
	session *access.Session
	epoch   uint32
	pin     chan string
}

func (d *playsDoctor) tamper(s *rig.Socket, p rig.Passing) []rig.Passing {
	address, inside, ok := payload(p)
	if !ok || s.Path != signaling.PathPatient || !p.Up {
		return []rig.Passing{p}
	}
	down := func(b []byte) rig.Passing { q := with(p, address, b); q.Up = false; return q }
	if len(inside) == access.M1Len {
		d.epoch++
		m2, session, err := access.Respond(d.keys, inside, d.epoch)
		if err != nil {
			return nil
		}
		d.session = session
		ready, err := session.Seal(access.Ready{TriesLeft: 5, Time: time.Now().Format(time.RFC3339)})
		if err != nil {
			return nil
		}
		return []rig.Passing{down(m2), down(ready)}
	}
	if m, err := d.session.Open(inside); err == nil {
		if pin, ok := m.(access.PIN); ok {
			d.pin <- pin.PIN
		}
	}
	return nil
}

// readdresses makes a patient's knock one for the other invitation, with the right admission: the server's own machine
// could let anybody pass.
func readdresses(to appointmentLetter) rig.Tamper {
	return func(s *rig.Socket, p rig.Passing) []rig.Passing {
		if s.Path != signaling.PathPatient || !p.Up {
			return []rig.Passing{p}
		}
		if p.Text {
			keys := to.Secret.Derive()
			text, err := signaling.Encode(signaling.Knock{Version: signaling.Version, Invitation: to.ID, Admission: keys.Admission})
			if err == nil {
				p.Data = text
			}
			return []rig.Passing{p}
		}
		if address, inside, ok := payload(p); ok && len(inside) == access.M1Len {
			m1 := append([]byte{}, inside...)
			copy(m1[1:17], to.ID[:])
			return []rig.Passing{with(p, address, m1)}
		}
		return []rig.Passing{p}
	}
}
