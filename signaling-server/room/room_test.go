package room

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client writes down what it is told.
type client struct{ told []string }

func (c *client) Send(m signaling.Message) {
	switch m := m.(type) {
	case signaling.Participant:
		line := fmt.Sprintf("%x %s", m.Participant[0], m.State)
		if m.Since != 0 {
			line += fmt.Sprintf(" since %d", m.Since-at(0))
		}
		if m.AwaySince != 0 {
			line += fmt.Sprintf(" away since %d", m.AwaySince-at(0))
		}
		if !m.Holder.Online {
			line += " offline"
		}
		c.told = append(c.told, line)
	case signaling.Presence:
		c.told = append(c.told, fmt.Sprintf("presence %x", m.Desktop[0]))
	case signaling.Welcome:
		c.told = append(c.told, fmt.Sprintf("welcome %x", m.Desktop[0]))
	default:
		c.told = append(c.told, m.Kind())
	}
}

func (c *client) Relay(r signaling.Relay) {
	c.told = append(c.told, fmt.Sprintf("%s from %x", r.Payload, r.Peer[0]))
}

func (c *client) Close(code signaling.Code) { c.told = append(c.told, "closed "+string(code)) }

// take returns what was told since the last call.
func (c *client) take() string {
	out := strings.Join(c.told, "; ")
	c.told = nil
	return out
}

func at(seconds int) signaling.Seconds { return signaling.Seconds(1_800_000_000 + seconds) }

// clinic drives one waiting room by hand.
type clinic struct {
	t *testing.T
	w *WaitingRoom
}

func (c clinic) at(seconds int, e Event) {
	for _, a := range c.w.Step(at(seconds).Time(), e) {
		a.do()
	}
}

func (c clinic) desktop(seconds int, id, installation byte) *client {
	k := &client{}
	c.at(seconds, DesktopCame{ID: pid(id), Workstation: signaling.Workstation{Installation: iid(installation)}, Client: k})
	return k
}

func (c clinic) patient(seconds int, id, invitation, holder byte) *client {
	k := &client{}
	c.at(seconds, PatientCame{ID: pid(id), Invitation: signaling.InvitationID{invitation}, Room: signaling.RoomID{invitation},
		Holder: signaling.Workstation{Installation: iid(holder)}, Client: k})
	return k
}

func (c clinic) place(seconds int, by, id byte, s signaling.ParticipantState, since int) {
	p := signaling.Place{Participant: pid(id), State: s}
	if since >= 0 {
		p.Since = at(since)
	}
	c.at(seconds, DesktopPlaced{ID: pid(by), Place: p})
}

func (c clinic) lost(seconds int, id byte) {
	c.at(seconds, PatientLost{ID: pid(id), Heard: at(seconds).Time()})
}

func (c clinic) told(k *client, want string) {
	c.t.Helper()
	if got := k.take(); got != want {
		c.t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func pid(b byte) signaling.ParticipantID  { return signaling.ParticipantID{b} }
func iid(b byte) signaling.InstallationID { return signaling.InstallationID{b} }

func newClinic(t *testing.T) clinic { return clinic{t, newWaitingRoom()} }

func TestPlaceIsKeptThroughALostSocket(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(10, 1, 1, 1)
	c.place(20, 0xD, 1, signaling.Waiting, 20)
	c.told(d, "welcome 0; 1 unproven; 1 waiting since 20")
	c.lost(100, 1)
	c.at(124, ticked{})
	c.told(d, "")
	c.at(125, ticked{})
	c.told(d, "1 away since 20 away since 100")
	c.patient(200, 2, 1, 1)
	c.told(d, "2 unproven since 20")
	c.place(210, 0xD, 2, signaling.Waiting, 210)
	c.told(d, "1 gone since 20; 2 waiting since 20")
}

func TestPlaceIsGivenUpAfterTheGrace(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.place(0, 0xD, 1, signaling.Waiting, 0)
	c.lost(100, 1)
	d.take()
	if next := c.w.next(); next != at(125).Time() {
		t.Error(next)
	}
	c.at(125, ticked{})
	if next := c.w.next(); next != at(700).Time() {
		t.Error(next)
	}
	c.at(700, ticked{})
	c.told(d, "1 away since 0 away since 100; 1 gone since 0")
	c.patient(701, 2, 1, 1)
	c.told(d, "2 unproven")
	c.place(702, 0xD, 2, signaling.Waiting, -1)
	c.told(d, "2 waiting since 702")
}

func TestSilenceCountsFromTheLastSign(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.place(0, 0xD, 1, signaling.Waiting, 0)
	d.take()
	c.at(125, PatientLost{ID: pid(1), Heard: at(100).Time()}) // the pong did not come
	c.told(d, "1 away since 0 away since 100")
}

func TestOneWhoWasInTheCallHasNoPlaceInTheQueue(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.place(0, 0xD, 1, signaling.Waiting, 0)
	c.place(50, 0xD, 1, signaling.Present, 50)
	c.lost(60, 1)
	c.at(85, ticked{})
	c.patient(90, 2, 1, 1)
	d.take()
	c.place(95, 0xD, 2, signaling.Waiting, 95)
	c.told(d, "1 gone; 2 waiting since 95")
}

func TestUnprovenLeavesNoTrace(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.lost(5, 1)
	c.told(d, "welcome 0; 1 unproven; 1 gone")
	c.at(6, DesktopLost{ID: pid(0xD)})
	if !c.w.empty() {
		t.Error("somebody is left")
	}
}

func TestTheSecondTabTakesOver(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	a, b := c.patient(0, 1, 1, 1), c.patient(1, 2, 1, 1)
	c.place(2, 0xD, 1, signaling.Waiting, 2)
	c.place(3, 0xD, 2, signaling.Waiting, 3)
	c.place(4, 0xD, 1, signaling.Gone, 0)
	d.take()
	c.lost(5, 1)
	c.told(d, "1 gone")
	c.told(a, "welcome d")
	c.told(b, "welcome d")
}

func TestOnlyTheHolderIsListenedTo(t *testing.T) {
	c := newClinic(t)
	d, other := c.desktop(0, 0xD, 1), c.desktop(0, 0xE, 2)
	p := c.patient(0, 1, 1, 1)
	d.take()
	other.take()
	p.take()
	c.at(1, DesktopSent{ID: pid(0xE), Relay: signaling.Relay{Peer: pid(1), Payload: []byte("no")}})
	c.place(1, 0xE, 1, signaling.Present, 1)
	c.at(1, PatientSent{ID: pid(1), Payload: []byte("m1")})
	c.at(1, DesktopSent{ID: pid(0xD), Relay: signaling.Relay{Peer: pid(1), Payload: []byte("m2")}})
	c.at(1, NoteOpened{Invitation: signaling.InvitationID{1}, Holder: iid(1)})
	c.told(d, "m1 from 1; opened")
	c.told(other, "")
	c.told(p, "m2 from d")
}

func TestPresence(t *testing.T) {
	c := newClinic(t)
	other := c.desktop(0, 0xE, 2)
	p := c.patient(0, 1, 1, 1)
	c.at(1, PatientSent{ID: pid(1), Payload: []byte("into the void")})
	d := c.desktop(2, 0xD, 1)
	again := c.desktop(3, 0xF, 1)
	c.at(4, DesktopLost{ID: pid(0xD)}) // the replaced one: nothing changes
	c.at(5, DesktopLost{ID: pid(0xF)})
	c.told(p, "welcome 0; presence d; presence f; presence 0")
	c.told(d, "welcome 0; 1 unproven; closed replaced")
	c.told(again, "welcome 0; 1 unproven")
	c.told(other, "welcome 0; 1 unproven offline; 1 unproven; 1 unproven; 1 unproven offline")
}

func TestANewDesktopHearsOfEverybody(t *testing.T) {
	c := newClinic(t)
	c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.patient(1, 2, 2, 1)
	c.patient(2, 3, 3, 2)
	c.place(3, 0xD, 2, signaling.Waiting, 3)
	c.told(c.desktop(4, 0xE, 9), "welcome 0; 1 unproven; 2 waiting since 3; 3 unproven offline")
	c.told(c.desktop(5, 0xF, 1), "welcome 0; 1 unproven; 2 waiting since 3; 3 unproven offline")
}

func TestDeletedInvitationsAreClosed(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	p, q := c.patient(0, 1, 1, 1), c.patient(0, 2, 2, 1)
	d.take()
	c.at(1, InvitationDeleted{Invitation: signaling.InvitationID{1}})
	c.told(p, "welcome d; closed notValid")
	c.told(q, "welcome d")
	c.told(d, "1 gone")
}

func TestSessionEnded(t *testing.T) {
	c := newClinic(t)
	d, other := c.desktop(0, 0xD, 1), c.desktop(0, 0xE, 2)
	p := c.patient(0, 1, 1, 1)
	c.at(1, SessionEnded{Installation: iid(1)})
	c.told(d, "welcome 0; 1 unproven; closed signedOut")
	c.told(p, "welcome d; presence 0")
	c.at(2, SessionEnded{})
	if told := other.take(); !strings.HasSuffix(told, "closed signedOut") {
		t.Error(told)
	}
}

func TestSocketsOfOneInvitationAreBounded(t *testing.T) {
	c := newClinic(t)
	c.desktop(0, 0xD, 1)
	first := c.patient(0, 1, 1, 1)
	c.place(0, 0xD, 1, signaling.Waiting, 0)
	second := c.patient(1, 2, 1, 1)
	for id := byte(3); id <= MaxSockets; id++ {
		c.patient(int(id), id, 1, 1)
	}
	c.patient(20, 20, 1, 1)
	c.told(first, "welcome d")
	c.told(second, "welcome d; closed tryLater")
}

func TestLeaveGivesUpWhatWasKept(t *testing.T) {
	c := newClinic(t)
	d := c.desktop(0, 0xD, 1)
	c.patient(0, 1, 1, 1)
	c.place(0, 0xD, 1, signaling.Waiting, 0)
	c.lost(1, 1)
	c.patient(2, 2, 1, 1)
	d.take()
	c.at(3, PatientLeft{ID: pid(2)})
	c.told(d, "2 gone since 0; 1 gone since 0")
}

// TestRoomsKeepTime lets the real loop run on a clock of its own.
func TestRoomsKeepTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, d := New(), &recorder{told: make(chan string, 16)} // capacity: more than it is told
		defer r.Close()
		r.Post("doctor", DesktopCame{ID: pid(0xD), Workstation: signaling.Workstation{Installation: iid(1)}, Client: d})
		r.Post("doctor", PatientCame{ID: pid(1), Holder: signaling.Workstation{Installation: iid(1)}, Client: d})
		r.Post("doctor", DesktopPlaced{ID: pid(0xD), Place: signaling.Place{Participant: pid(1), State: signaling.Waiting}})
		r.Post("doctor", PatientLost{ID: pid(1), Heard: time.Now()})
		began := time.Now()
		d.until("away")
		if took := time.Since(began); took != signaling.AwayAfter {
			t.Errorf("away after %v", took)
		}
		d.until("gone")
		if took := time.Since(began); took != signaling.AwayGrace {
			t.Errorf("gone after %v", took)
		}
		r.Post("doctor", DesktopLost{ID: pid(0xD)})
		synctest.Wait()
		if len(r.owners) != 0 {
			t.Error("a goroutine waits for nobody")
		}
	})
}

type recorder struct{ told chan string }

func (r *recorder) Send(m signaling.Message) {
	if p, ok := m.(signaling.Participant); ok {
		r.told <- string(p.State)
	}
}
func (*recorder) Relay(signaling.Relay) {}
func (*recorder) Close(signaling.Code)  {}

func (r *recorder) until(state string) {
	for got := range r.told {
		if got == state {
			return
		}
	}
}
