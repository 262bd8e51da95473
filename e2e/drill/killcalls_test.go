//go:build hostile

package drill

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// What nobody may notice of a restart.
const (
	silenceLimit = 200 * time.Millisecond // of a call that does not go through the server's relay
	relayedLimit = 6 * time.Second        // of one that does
	listLimit    = 5 * time.Second        // until everybody is back in the waiting list, in the order of before
)

// TestKillCalls is the drill "kill" for those who are there: the server is killed at a random instant of running calls,
// some of them through its relay, and of a full waiting room that two workstations look at, and is started again. Every
// fifth time more it is asked to stop instead.
func TestKillCalls(t *testing.T) {
	n, people := runs(t, 50), 20
	short := n == 1
	if short {
		people = 6
	}
	h := newHouse(t, people)
	h.move(t)
	h.repeat(t, "kill-calls", n, short, func() { h.server.Process.Kill() })
	h.repeat(t, "kill-drain", max(n/5, 1), short, func() { h.server.Process.Stop() })
}

// house is a server with doctors in calls, one with a full waiting room, and that doctor's other workstation.
type house struct {
	server  *rig.Server
	calls   []*conversation
	ward    *clinic
	other   *clinic
	waiting []*returning
}

// conversation is one call by voice.
type conversation struct {
	office  *clinic
	patient *returning
	relayed bool
}

// newHouse has a call for each of so many people, every fourth of them relayed, and as many more who wait.
func newHouse(t *testing.T, people int) *house {
	t.Helper()
	doctors := make([]rig.Doctor, people+1)
	for i := range doctors {
		doctors[i] = rig.Doctor{Name: "Kari Nordmann", Email: fmt.Sprintf("kari%d@eksempel.no", i), Password: kari.Password}
	}
	udp := port(t)
	h := &house{server: rig.NewServer(t, rig.ServerOptions{Dir: t.TempDir(), Binary: built(t), Doctors: doctors, Args: []string{
		"--turn-listen", fmt.Sprintf("127.0.0.1:%d", udp), "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback"}})}
	h.ward, h.other = newOffice(t, h.server.URL, doctors[people]), newOffice(t, h.server.URL, doctors[people])
	for i := range people {
		h.calls = append(h.calls, &conversation{office: newOffice(t, h.server.URL, doctors[i]), relayed: i%4 == 0})
	}
	return h
}

// move lets the patients come and the calls begin.
func (h *house) move(t *testing.T) {
	t.Helper()
	for i, c := range h.calls {
		letter := c.office.invite(fmt.Sprintf("ola%d@eksempel.no", i))
		c.patient = newReturning(t, h.server.URL, letter, c.relayed)
		c.office.await(20*time.Second, "the patient", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].Ready })
		c.office.desk.Do(desk.DoJoin{Invitation: letter.ID})
		began := time.Now()
		rig.Until(t, 20*time.Second, "both to hear each other", func() bool { return c.heard(began) })
	}
	for i := range h.calls {
		h.waiting = append(h.waiting, newReturning(t, h.server.URL, h.ward.invite(fmt.Sprintf("per%d@eksempel.no", i)), false))
		h.ward.await(20*time.Second, "a row", func(s desk.State) bool { return len(s.Waiting) == i+1 })
	}
	h.other.await(20*time.Second, "the rows at the other workstation", func(s desk.State) bool { return len(s.Waiting) == len(h.waiting) })
}

func (c *conversation) heard(since time.Time) bool {
	return c.office.ears.heardSince(since) && c.patient.ears.heardSince(since)
}

// noticed is what people noticed of one restart.
type noticed struct{ direct, relayed, list time.Duration }

// repeat restarts the server n times and reports.
func (h *house) repeat(t *testing.T, name string, n int, short bool, end func()) {
	t.Helper()
	survived := 0
	var all []noticed
	for run := range n {
		got, err := h.restart(end)
		all = append(all, got)
		late := got.relayed > relayedLimit || got.list > listLimit
		if err != nil || !short && (late || got.direct > silenceLimit) { // a test run does much else on this machine
			t.Errorf("%s %d: silent for %v, relayed %v, list after %v: %v", name, run+1, got.direct, got.relayed, got.list, err)
			continue
		}
		survived++
	}
	of := func(pick func(noticed) time.Duration) string {
		var d []time.Duration
		for _, one := range all {
			d = append(d, pick(one))
		}
		return spread(d)
	}
	report(name, n, survived, "%d calls and %d waiting; longest silence of a call %s, of a relayed one %s; waiting list back in order after %s",
		len(h.calls), len(h.waiting), of(func(o noticed) time.Duration { return o.direct }), of(func(o noticed) time.Duration { return o.relayed }),
		of(func(o noticed) time.Duration { return o.list }))
}

// restart ends the server at a random instant, starts it, and waits until all is as before.
func (h *house) restart(end func()) (got noticed, err error) {
	before := [2][]signaling.InvitationID{order(h.ward), order(h.other)}
	entered := map[*returning]int64{}
	for _, p := range h.everybody() {
		entered[p] = p.entered.Load()
	}
	for _, c := range h.calls {
		c.office.ears.fresh()
		c.patient.ears.fresh()
	}
	time.Sleep(time.Duration(300+rand.IntN(2000)) * time.Millisecond) // the random instant, not a wait for something
	began := time.Now()
	end()
	down := time.Now()
	h.server.Start()
	deadline := began.Add(30 * time.Second)
	if !until(deadline, func() bool { return h.listed(before) }) {
		return got, fmt.Errorf("the waiting list is not back: %d and %d rows, connections %d and %d", len(order(h.ward)), len(order(h.other)), state(h.ward).Connection, state(h.other).Connection)
	}
	got.list = time.Since(began)
	back := func() bool {
		for p, n := range entered {
			if p.entered.Load() == n {
				return false
			}
		}
		for _, c := range h.calls {
			if !c.heard(down.Add(silenceLimit)) { // nothing is under way any more that was sent before
				return false
			}
		}
		return true
	}
	if !until(deadline, back) {
		return got, fmt.Errorf("not everybody is back after %v", time.Since(began))
	}
	for _, c := range h.calls {
		silence := max(c.office.ears.silence(), c.patient.ears.silence())
		if c.relayed {
			got.relayed = max(got.relayed, silence)
		} else {
			got.direct = max(got.direct, silence)
		}
	}
	return got, nil
}

func (h *house) everybody() []*returning {
	all := slices.Clone(h.waiting)
	for _, c := range h.calls {
		all = append(all, c.patient)
	}
	return all
}

// listed reports whether both workstations are online and have the rows of before, nobody away and everybody to be joined.
func (h *house) listed(before [2][]signaling.InvitationID) bool {
	for i, c := range []*clinic{h.ward, h.other} {
		s := state(c)
		if s.Connection != desk.Online || !slices.Equal(order(c), before[i]) {
			return false
		}
		for _, row := range s.Waiting {
			if !row.Away.IsZero() || row.HolderAway || c == h.ward && !row.CanJoin {
				return false
			}
		}
	}
	return true
}

func state(c *clinic) desk.State {
	s, _ := c.now()
	return s
}

func order(c *clinic) (ids []signaling.InvitationID) {
	for _, row := range state(c).Waiting {
		ids = append(ids, row.Invitation)
	}
	return ids
}

// until asks every 10 ms until a deadline.
func until(deadline time.Time, ok func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if (<-tick.C).After(deadline) {
			return false
		}
	}
	return true
}
