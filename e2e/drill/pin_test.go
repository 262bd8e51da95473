//go:build hostile

package drill

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// TestPIN is the drill "pin": nobody is let in without Delta, five wrong PINs lock at the desktop, and whoever lacks the
// link never comes as far as a PIN, however often and from wherever he tries, and keeps no patient out.
func TestPIN(t *testing.T) {
	c := newClinic(t, "--trusted-proxies", "127.0.0.0/8")
	t.Run("nobody without Delta", func(t *testing.T) { c.nobodyWithoutDelta(t) })
	locked := c.invite("sperret@eksempel.no")
	t.Run("at once", func(t *testing.T) {
		t.Run("five wrong lock", func(t *testing.T) { t.Parallel(); c.fiveWrongLock(t, locked) })
		t.Run("strangers", func(t *testing.T) { t.Parallel(); c.strangers(t, runs(t, 100)) })
	})
}

// nobodyWithoutDelta: a right PIN leads to the waiting room and no further.
func (c *clinic) nobodyWithoutDelta(t *testing.T) {
	letter := c.invite("venter@eksempel.no")
	packets, frames := c.packets.Sent(), c.frames.Load()
	p, err := dialPatient(t.Context(), c.relay.URL, letter, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	c.await(15*time.Second, "the patient's row, connected", func(s desk.State) bool {
		return slices.ContainsFunc(s.Waiting, func(r desk.WaitingRow) bool { return r.Invitation == letter.ID && r.Ready })
	})
	// Everything is ready on both sides: now only Delta is missing, for as long as the doctor likes.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if p.peer.Load().Await(ctx, func(s calltest.Status) bool { return s.Admitted }) == nil {
		t.Error("admitted without Delta")
	}
	if s, _ := c.now(); s.Call != nil {
		t.Error("a call without Delta")
	}
	if p.sent() != 0 || p.seen() != 0 || c.packets.Sent() != packets || c.frames.Load() != frames {
		t.Errorf("without Delta the patient sent %d packets and saw %d pictures, the doctor sent %d and saw %d",
			p.sent(), p.seen(), c.packets.Sent()-packets, c.frames.Load()-frames)
	}
	c.desk.Do(desk.DoJoin{Invitation: letter.ID})
	rig.Until(t, 10*time.Second, "pictures on both sides after Delta", func() bool { return p.seen() > 0 && c.frames.Load() > frames })
	c.desk.Do(desk.DoLeave{})
	c.desk.Do(desk.DoFinish{Invitation: letter.ID})
	report("pin-delta", 1, whole(t), "connected and waiting for 3 s: 0 RTP packets, 0 pictures on either side, not admitted; after Delta both see each other")
}

// fiveWrongLock: the tries are counted at the desktop, only by frames that open, over sockets and sessions, and once they
// are spent the right PIN does not help.
func (c *clinic) fiveWrongLock(t *testing.T, letter appointmentLetter) {
	p := openTab(t, c.relay.URL, letter)
	left := func(ready access.Ready, want int) {
		t.Helper()
		if ready.TriesLeft != want {
			t.Fatalf("%d tries left, want %d", ready.TriesLeft, want)
		}
	}
	left(p.greet(), 5)
	// A frame with a wrong tag ends the session and is no try. Neither is a PIN that is sent a second time.
	p.send(flipped(p.seal(access.PIN{PIN: wrong(letter.PIN)})))
	left(p.greet(), 5)
	frame := p.seal(access.PIN{PIN: wrong(letter.PIN)})
	stranger := slices.Clone(frame)
	stranger[1] ^= 1 // another session's prefix: dropped
	p.send(stranger)
	p.send(frame)
	if r := await[access.PINResult](p); r.OK || r.TriesLeft != 4 {
		t.Fatalf("the first wrong PIN: %+v", r)
	}
	p.send(frame)
	left(p.greet(), 4)
	if r := p.try(wrong(letter.PIN)); r.OK || r.TriesLeft != 3 || r.Wait == 0 {
		t.Fatalf("the second wrong PIN: %+v", r)
	}
	if r := p.try(letter.PIN); r.OK || r.TriesLeft != 3 {
		t.Fatalf("the right PIN before the time is over is not looked at: %+v", r)
	}
	// Another socket does not begin anew.
	p.close()
	p = openTab(t, c.relay.URL, letter)
	ready := p.greet()
	left(ready, 3)
	for want := 2; want >= 0; want-- {
		wait := time.Duration(ready.Wait) * time.Second
		if want < 2 {
			wait = []time.Duration{10 * time.Second, 5 * time.Second}[want]
		}
		pause(t, wait)
		if r := p.try(wrong(letter.PIN)); r.OK || r.TriesLeft != want || r.Locked != (want == 0) {
			t.Fatalf("want %d tries left: %+v", want, r)
		}
	}
	if r := p.try(letter.PIN); r.OK || !r.Locked {
		t.Fatalf("the right PIN after the lock: %+v", r)
	}
	p.close()
	p = openTab(t, c.relay.URL, letter)
	if ready := p.greet(); !ready.Locked {
		t.Fatalf("a new socket after the lock: %+v", ready)
	}
	if r := p.try(letter.PIN); r.OK || !r.Locked {
		t.Fatalf("the right PIN on a new socket after the lock: %+v", r)
	}
	c.await(5*time.Second, "the row to say that the PIN is locked", func(s desk.State) bool {
		return slices.ContainsFunc(s.Waiting, func(r desk.WaitingRow) bool { return r.Invitation == letter.ID && r.Locked }) &&
			slices.ContainsFunc(s.Day, func(r desk.DayRow) bool { return r.Invitation == letter.ID && r.Status == desk.PINLocked })
	})
	report("pin-lock", 1, whole(t), "5 wrong PINs over 2 sockets and 4 sessions lock; 3 frames that do not open or were sent twice cost no try; the right PIN is refused before its time and after the lock")
}

// whole is 1 if nothing was found wrong so far.
func whole(t *testing.T) int {
	if t.Failed() {
		return 0
	}
	return 1
}

// flipped is a frame with one bit changed.
func flipped(frame []byte) []byte {
	f := slices.Clone(frame)
	f[len(f)-1] ^= 1
	return f
}

// pause lets the desktop's back-off pass: time itself is what is waited for.
func pause(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test is over")
	}
}

// attempts is how many a drill makes at least.
const attempts = 10_000

// strangers attack all the time while patients join one after the other, each by an invitation of his own, beside one
// more invitation that is attacked from first to last.
func (c *clinic) strangers(t *testing.T, joins int) {
	joins = max(joins, 5)
	target := c.invite("maal@eksempel.no")
	seen := c.watchDesktop()
	defer c.relay.Tampers(nil)
	c.provesItself(t, seen)
	a := newAttack(c, target.ID)
	over := a.begin(t)
	var room, talk []time.Duration
	came := 0
	for ; came < joins || a.tried.Load() < attempts; came++ {
		inRoom, inCall, ok := c.joinsOnce(t, came, a)
		if !ok {
			t.Errorf("patient %d did not get in", came)
			continue
		}
		room, talk = append(room, inRoom), append(talk, inCall)
	}
	took := over()
	a.judge(t)
	strange := seen.strange.Load()
	if strange != 0 {
		t.Errorf("%d messages reached the desktop that no patient had sent", strange)
	}
	if seen.known.Load() == 0 {
		t.Error("the relay saw nothing of the patients who joined: this drill is blind")
	}
	// All five tries are there, and the right PIN is right.
	p := openTab(t, c.relay.URL, target)
	if ready := p.greet(); ready.TriesLeft != 5 {
		t.Errorf("the attacked invitation has %d tries left", ready.TriesLeft)
	}
	if r := p.try(target.PIN); !r.OK {
		t.Errorf("the attacked invitation's right PIN: %+v", r)
	}
	p.close()
	slices.Sort(room)
	slices.Sort(talk)
	if len(room) == 0 {
		t.Fatal("nobody got in")
	}
	report("pin", came, len(room), "%d attempts in %.0f s (%s), of which %d reached the desktop; patients meanwhile: link to waiting room median %.0f ms, longest %.0f ms; Delta to checked connection median %.0f ms, longest %.0f ms",
		a.tried.Load(), took.Seconds(), a.figures(), strange, ms(room[len(room)/2]), ms(room[len(room)-1]), ms(talk[len(talk)/2]), ms(talk[len(talk)-1]))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// joinsOnce is one patient from the link to the call and out again. The attackers know his invitation at once.
func (c *clinic) joinsOnce(t *testing.T, n int, a *attack) (room, talk time.Duration, ok bool) {
	t.Helper()
	letter := c.invite("pasient" + itoa(n) + "@eksempel.no")
	a.knows(letter.ID)
	defer c.desk.Do(desk.DoFinish{Invitation: letter.ID})
	keys := letter.Secret.Derive()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	knock := signaling.Knock{Version: signaling.Version, Invitation: keys.InvitationID, Admission: keys.Admission}
	if _, err := (signaling.Client{}).FetchNote(ctx, c.relay.URL, knock); err != nil {
		t.Error(err)
		return 0, 0, false
	}
	p, err := dialPatient(ctx, c.relay.URL, letter, c.clock)
	if err != nil {
		t.Error(err)
		return 0, 0, false
	}
	defer p.close()
	select {
	case <-p.granted:
	case <-ctx.Done():
		return 0, 0, false
	}
	if !c.reaches(10*time.Second, func(s desk.State) bool { return canJoin(s, letter.ID) }) {
		return 0, 0, false
	}
	room = time.Since(began)
	began = time.Now()
	c.desk.Do(desk.DoJoin{Invitation: letter.ID})
	if p.peer.Load().Await(ctx, func(s calltest.Status) bool { return s.Admitted && s.Confirmed }) != nil {
		return 0, 0, false
	}
	talk = time.Since(began)
	c.desk.Do(desk.DoLeave{})
	return room, talk, true
}

// provesItself shows that the drill would notice: one who has the link takes the attackers' way, is let in, and his m1
// reaches the desktop.
func (c *clinic) provesItself(t *testing.T, seen *sightings) {
	t.Helper()
	letter := c.invite("kontroll@eksempel.no")
	a := newAttack(c, letter.ID)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	keys := letter.Secret.Derive()
	a.socket(ctx, origin(c.relay.URL), signaling.PathPatient, text(knock(letter.ID, keys.Admission)), relayed(m1(letter.ID)))
	if len(a.letIn) == 0 || seen.strange.Swap(0) == 0 {
		t.Fatalf("one who has the link was let in unnoticed: %v", a.letIn)
	}
}

// sightings counts what reached the desktop's socket: relayed messages that a patient had sent through the relay, and
// others. The attackers go past the relay, so whatever of theirs the server let through would be strange.
type sightings struct {
	mu             sync.Mutex
	sent           map[[32]byte]bool
	known, strange atomic.Int64
}

func (c *clinic) watchDesktop() *sightings {
	s := &sightings{sent: map[[32]byte]bool{}}
	c.relay.Tampers(func(k *rig.Socket, p rig.Passing) []rig.Passing {
		_, inside, ok := payload(p)
		if !ok {
			return []rig.Passing{p}
		}
		sum := sha256.Sum256(inside)
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case k.Path == signaling.PathPatient && p.Up:
			s.sent[sum] = true
		case k.Path == signaling.PathDesktop && !p.Up && s.sent[sum]:
			s.known.Add(1)
		case k.Path == signaling.PathDesktop && !p.Up:
			s.strange.Add(1)
		}
		return []rig.Passing{p}
	})
	return s
}
