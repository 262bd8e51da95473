package access

import (
	"testing"
	"time"
)

// clinic is one invitation at the doctor's desktop, and the patients' sides of what it answered.
type clinic struct {
	t     *testing.T
	now   time.Time
	keys  Keys
	epoch uint32
	s     Sessions
}

func newClinic(t *testing.T) *clinic {
	return &clinic{t: t, now: time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC), keys: NewSecret().Derive()}
}

// step applies an event and does what the owner must: it wipes what is ended.
func (c *clinic) step(e SessionEvent) []SessionAction {
	actions := c.s.Step(c.now, e)
	for _, a := range actions {
		if end, ok := a.(ActEnd); ok {
			end.Session.Wipe()
		}
	}
	return actions
}

// join lets a socket handshake after the given time; the session is nil when the m1 was not answered.
func (c *clinic) join(after time.Duration, socket byte) (*Session, []SessionAction) {
	c.t.Helper()
	c.now = c.now.Add(after)
	actions := c.step(SessionAsked{Socket{socket}})
	if len(actions) == 0 {
		return nil, nil
	}
	if len(actions) != 1 || actions[0] != (ActAnswer{Socket{socket}}) {
		c.t.Fatalf("asked: %+v", actions)
	}
	p, err := NewPatient(c.keys, c.epoch)
	if err != nil {
		c.t.Fatal(err)
	}
	c.epoch++
	_, session, err := Respond(c.keys, p.M1(), c.epoch)
	if err != nil {
		c.t.Fatal(err)
	}
	return session, c.step(SessionBegun{Socket{socket}, session})
}

// ended are the sessions that actions end, with what is said to each.
func ended(actions []SessionAction) map[*Session]ActEnd {
	out := map[*Session]ActEnd{}
	for _, a := range actions {
		if end, ok := a.(ActEnd); ok {
			out[end.Session] = end
		}
	}
	return out
}

func TestOneHandshakePerSecond(t *testing.T) {
	c := newClinic(t)
	first, _ := c.join(0, 1)
	if first == nil {
		t.Fatal("the first m1 was not answered")
	}
	if again, _ := c.join(999*time.Millisecond, 2); again != nil {
		t.Error("an m1 within the second was answered")
	}
	if later, _ := c.join(time.Millisecond, 2); later == nil {
		t.Error("an m1 after a second was not answered")
	}
	if back, _ := c.join(-time.Hour, 2); back == nil {
		t.Error("a clock set back stops handshakes")
	}
}

func TestOldestUnprovenIsDropped(t *testing.T) {
	c := newClinic(t)
	first, _ := c.join(0, 1)
	second, _ := c.join(time.Second, 2)
	_, _ = c.join(time.Second, 3)
	_, actions := c.join(time.Second, 4)
	if got := ended(actions); len(got) != 1 || got[first].Session != first || !first.Over() {
		t.Errorf("ended %+v", actions)
	}
	_, actions = c.join(time.Second, 2) // the same page begins anew: only its own older one goes
	if got := ended(actions); len(got) != 1 || got[second].Session != second {
		t.Errorf("ended %+v", actions)
	}
}

func TestOnlyAProvenSessionReplaces(t *testing.T) {
	c := newClinic(t)
	first, _ := c.join(0, 1)
	if live, _ := c.s.Live(); live != nil {
		t.Error("live without proof")
	}
	c.step(SessionProven{first})
	second, actions := c.join(time.Second, 2)
	if live, socket := c.s.Live(); len(actions) != 0 || live != first || socket != (Socket{1}) {
		t.Errorf("an unproven session took over: %+v", actions)
	}
	got := ended(c.step(SessionProven{second}))
	if len(got) != 1 || got[first].Bye != ByeOpenedElsewhere || !got[first].WasLive {
		t.Errorf("ended %+v", got)
	}
	third, _ := c.join(time.Second, 2)
	got = ended(c.step(SessionProven{third}))
	if len(got) != 1 || got[second].Bye != "" {
		t.Errorf("the same page: ended %+v", got)
	}
	if actions := c.step(SessionProven{first}); len(actions) != 0 {
		t.Errorf("an ended session was proven: %+v", actions)
	}
}

func TestThirdBreakIsMismatch(t *testing.T) {
	c := newClinic(t)
	breakLive := func(after time.Duration) []SessionAction {
		s, _ := c.join(after, 1)
		c.step(SessionProven{s})
		actions := c.step(SessionBroke{s})
		if !s.Over() {
			t.Error("broken and not wiped")
		}
		return actions
	}
	for _, after := range []time.Duration{0, 20 * time.Second, 41 * time.Second} { // the first is forgotten by then
		if got := breakLive(after); len(got) != 1 || got[0].(ActEnd).Bye != ByeBroken {
			t.Errorf("break: %+v", got)
		}
	}
	got := breakLive(time.Second)
	if len(got) != 2 || got[0] != (ActMismatch{Again: true}) || got[1].(ActEnd).Bye != ByeMismatch {
		t.Errorf("third within a minute: %+v", got)
	}
	breakLive(time.Second)
	breakLive(time.Second)
	if got := breakLive(time.Second); len(got) == 0 || got[0] != (ActMismatch{Again: false}) || !c.s.Stopped() {
		t.Errorf("second mismatch: %+v", got)
	}
	if s, _ := c.join(time.Hour, 1); s != nil {
		t.Error("an m1 was answered after the end")
	}
}

func TestUnprovenBreaksAreNotCounted(t *testing.T) {
	c := newClinic(t)
	live, _ := c.join(0, 1)
	c.step(SessionProven{live})
	for range 5 {
		s, _ := c.join(time.Second, 2)
		if got := ended(c.step(SessionBroke{s})); len(got) != 1 || got[s].WasLive {
			t.Errorf("ended %+v", got)
		}
	}
	if now, _ := c.s.Live(); now != live {
		t.Error("somebody with the link alone ended the live session")
	}
}

func TestMismatchTwiceStops(t *testing.T) {
	c := newClinic(t)
	begin := func() {
		s, _ := c.join(time.Second, 1)
		c.step(SessionProven{s})
	}
	begin()
	if got := c.step(SessionMismatch{}); got[0] != (ActMismatch{Again: true}) {
		t.Errorf("first: %+v", got)
	}
	begin()
	c.step(SessionConfirmed{})
	if got := c.step(SessionMismatch{}); got[0] != (ActMismatch{Again: true}) {
		t.Errorf("first after a confirmation: %+v", got)
	}
	begin()
	if got := c.step(SessionMismatch{}); got[0] != (ActMismatch{Again: false}) || len(got) != 2 {
		t.Errorf("second: %+v", got)
	}
}

func TestSessionsEndWithTheirSockets(t *testing.T) {
	c := newClinic(t)
	first, _ := c.join(0, 1)
	c.step(SessionProven{first})
	second, _ := c.join(time.Second, 1)
	third, _ := c.join(time.Second, 2)
	if got := ended(c.step(SocketClosed{Socket{1}})); len(got) != 2 || got[first].Session == nil || got[second].Session == nil {
		t.Errorf("ended %+v", got)
	}
	if got := ended(c.step(AllClosed{})); len(got) != 1 || got[third].Session == nil {
		t.Errorf("ended %+v", got)
	}
	fourth, _ := c.join(time.Second, 1)
	if got := ended(c.step(SessionClosed{fourth})); len(got) != 1 {
		t.Errorf("ended %+v", got)
	}
}

func TestFramesFindTheirSession(t *testing.T) {
	c := newClinic(t)
	live, _ := c.join(0, 1)
	c.step(SessionProven{live})
	unproven, _ := c.join(time.Second, 2)
	for socket, s := range map[byte]*Session{1: live, 2: unproven} {
		wire, err := s.SealJSON([]byte(`{"type":"bye","reason":""}`))
		if err != nil {
			t.Fatal(err)
		}
		if c.s.Find(Socket{socket}, wire) != s {
			t.Error("not found")
		}
		if c.s.Find(Socket{socket ^ 3}, wire) != nil || c.s.Find(Socket{socket}, wire[:5]) != nil {
			t.Error("found on another socket")
		}
	}
}
