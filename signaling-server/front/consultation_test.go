package front

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
)

// lockedBuffer is a log that a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var nobodyThere signaling.ParticipantID

// TestADay is one consultation as the server sees it.
func TestADay(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	if d.welcome.Account == nil || d.welcome.Account.Clinic != "Fjord" || d.welcome.Version != signaling.Version {
		t.Fatalf("%+v", d.welcome)
	}
	if code := d.create(1, nil); code != "" {
		t.Fatal(code)
	}
	if code := d.create(1, nil); code != signaling.Exists {
		t.Fatal(code)
	}
	note, err := signaling.Client{}.FetchNote(t.Context(), c.url, signaling.Knock{
		Version: 1, Invitation: signaling.InvitationID{1}, Admission: secret(1),
	})
	if err != nil || string(note.Note) != "sealed" {
		t.Fatal(note, err)
	}
	next[signaling.Opened](d.end)

	p, welcome := c.patient(1)
	row := d.row(1, signaling.Unproven)
	if row.Participant != welcome.Participant || welcome.Desktop == nobodyThere || welcome.Account != nil || !row.Holder.Online {
		t.Fatalf("%+v %+v", row, welcome)
	}
	p.relay(nobodyThere, "m1")
	if r := next[signaling.Relay](d.end); string(r.Payload) != "m1" || r.Peer != welcome.Participant {
		t.Fatalf("%+v", r)
	}
	d.relay(welcome.Participant, "m2")
	if r := next[signaling.Relay](p); string(r.Payload) != "m2" || r.Peer != welcome.Desktop {
		t.Fatalf("%+v", r)
	}
	d.place(welcome.Participant, signaling.Waiting, time.Now())
	if row := d.row(1, signaling.Waiting); row.Since == 0 {
		t.Fatalf("%+v", row)
	}
	d.place(welcome.Participant, signaling.Present, time.Now())
	d.row(1, signaling.Present)

	d.request++
	d.send(signaling.Delete{Request: d.request, Invitation: signaling.InvitationID{1}})
	if code := d.done(); code != "" {
		t.Fatal(code)
	}
	if err := next[error](p); signaling.CodeOf(err) != signaling.NotValid {
		t.Fatal(err)
	}
	if logs := c.logs.String(); strings.Contains(logs, "127.0.0.1") || strings.Contains(logs, d.session) ||
		strings.Contains(logs, signaling.InvitationID{1}.String()) || strings.Contains(logs, email) {
		t.Error(logs)
	}
}

func TestPatientComesBeforeTheDoctor(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	_ = d.conn.Close("")
	p, welcome := c.patient(1)
	if welcome.Desktop != nobodyThere { // the server may not have seen the desktop go yet
		until(p, func(m signaling.Presence) bool { return m.Desktop == nobodyThere })
	}
	p.relay(nobodyThere, "m1 into the void") // dropped, never replayed
	d2 := c.connect(d.session, d.installation)
	presence := until(p, func(m signaling.Presence) bool { return m.Desktop != nobodyThere })
	p.relay(nobodyThere, "m1")
	if r := until(d2.end, func(signaling.Relay) bool { return true }); string(r.Payload) != "m1" {
		t.Fatalf("%s was replayed", r.Payload)
	}
	d2.relay(welcome.Participant, "m2")
	if r := next[signaling.Relay](p); r.Peer != presence.Desktop {
		t.Fatal(r)
	}
}

func TestTheSameInstallationReplacesItself(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	p, welcome := c.patient(1)
	d2 := c.connect(d.session, d.installation)
	d.row(1, signaling.Unproven)
	if err := until(d.end, func(error) bool { return true }); signaling.CodeOf(err) != signaling.Replaced {
		t.Fatal(err)
	}
	if m := next[signaling.Presence](p); m.Desktop == welcome.Desktop || m.Desktop == nobodyThere {
		t.Fatal(m)
	}
	d2.row(1, signaling.Unproven)
}

func TestTheHolderAnswersAndTheOthersSeeTheRow(t *testing.T) {
	c := newClinic(t, nil)
	c.addDoctor("b@example.org")
	holder, other, stranger := c.desktop(email, 1), c.desktop(email, 2), c.desktop("b@example.org", 3)
	holder.create(1, nil)
	p, welcome := c.patient(1)
	p.relay(nobodyThere, "m1")
	until(holder.end, func(signaling.Relay) bool { return true })
	other.relay(welcome.Participant, "not from here")
	other.place(welcome.Participant, signaling.Present, time.Now())
	holder.place(welcome.Participant, signaling.Waiting, time.Now())
	row := other.row(1, signaling.Waiting)
	if row.Holder.Installation != holder.installation || !row.Holder.Online {
		t.Fatalf("%+v", row)
	}
	_ = holder.conn.Close("")
	until(other.end, func(m signaling.Participant) bool { return !m.Holder.Online })
	next[signaling.Presence](p) // and no relay before it
	if code := stranger.create(2, nil); code != "" {
		t.Fatal(code)
	}
	stranger.quiet()
	stranger.request++
	stranger.send(signaling.Delete{Request: stranger.request, Invitation: signaling.InvitationID{1}})
	if code := stranger.done(); code != signaling.NotYours {
		t.Fatal(code)
	}
}

func TestSocketsOfOneInvitationLiveSideBySide(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	a, wa := c.patient(1)
	b, wb := c.patient(1)
	d.relay(wa.Participant, "to a")
	d.relay(wb.Participant, "to b")
	if r := next[signaling.Relay](a); string(r.Payload) != "to a" {
		t.Error(string(r.Payload))
	}
	if r := next[signaling.Relay](b); string(r.Payload) != "to b" {
		t.Error(string(r.Payload))
	}
}

func TestLeaveGivesThePlaceUp(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	p, welcome := c.patient(1)
	d.place(welcome.Participant, signaling.Waiting, time.Now())
	d.row(1, signaling.Waiting)
	p.send(signaling.Leave{})
	d.row(1, signaling.Gone)
	next[error](p)
}

func TestReconnectKeepsThePlace(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	p, welcome := c.patient(1)
	began := time.Now().Add(-7 * time.Minute)
	d.place(welcome.Participant, signaling.Waiting, began)
	d.row(1, signaling.Waiting)
	_ = p.conn.Close("") // the network is gone
	_, again := c.patient(1)
	if row := d.row(1, signaling.Unproven); row.Since != signaling.At(began) {
		t.Fatalf("the place is not told: %+v", row)
	}
	d.place(again.Participant, signaling.Waiting, time.Now())
	row := d.row(1, signaling.Waiting)
	if row.Participant != again.Participant || row.Since != signaling.At(began) {
		t.Fatalf("%+v, want since %v", row, began)
	}
}

func TestInvitationsSurviveARestartAndPatientsReturn(t *testing.T) {
	folder := t.TempDir()
	t.Run("before", func(t *testing.T) {
		c := openClinic(t, folder, nil)
		c.desktop(email, 1).create(1, nil)
	})
	c := openClinic(t, folder, nil)
	d := c.desktop(email, 1)
	_, _ = c.patient(1)
	d.row(1, signaling.Unproven)
}

func TestDrainTellsEverybody(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	p, _ := c.patient(1)
	began := time.Now()
	c.server.Drain(t.Context())
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("drained in %v", took)
	}
	if err := until(d.end, func(error) bool { return true }); signaling.CodeOf(err) != signaling.Draining {
		t.Error(err)
	}
	if err := until(p, func(error) bool { return true }); signaling.CodeOf(err) != signaling.Draining {
		t.Error(err)
	}
}

func TestSignOutAndDisableCloseTheSocket(t *testing.T) {
	c := newClinic(t, nil)
	d, other := c.desktop(email, 1), c.desktop(email, 2)
	if err := (signaling.Client{}).SignOut(t.Context(), c.url, signaling.SignOut{Session: d.session}); err != nil {
		t.Fatal(err)
	}
	if err := next[error](d.end); signaling.CodeOf(err) != signaling.SignedOut {
		t.Fatal(err)
	}
	if code := other.create(1, nil); code != "" {
		t.Fatal("the other workstation was signed out too")
	}
	if err := c.store.DisableDoctor(t.Context(), email); err != nil {
		t.Fatal(err)
	}
	if err := next[error](other.end); signaling.CodeOf(err) != signaling.Revoked {
		t.Fatal(err)
	}
}
