package call_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"

	"github.com/pion/transport/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// stage is a doctor's Peer and a Patient with a session between them.
type stage struct {
	t       *testing.T
	peer    *call.Peer
	patient *calltest.Patient
	link    *calltest.Link
	sent    *calltest.Counter // the doctor's RTP
	screen  *mediatest.Screen // shows the patient to the doctor
	speaker *mediatest.Speaker
	picture *mediatest.Screen // shows the doctor to the patient
	heard   *mediatest.Speaker
	clock   media.Clock

	mu      sync.Mutex
	events  []call.Event
	changed chan struct{}
}

// props is what differs between stages.
type props struct {
	link     *calltest.Link
	faults   calltest.Faults
	doctor   func(*call.Config)
	patient  func(*calltest.Config)
	networks [2]transport.Net // doctor, patient; nil is loopback
}

func newStage(t *testing.T, p props) *stage {
	t.Helper()
	began := time.Now()
	s := &stage{
		t: t, link: p.link, sent: new(calltest.Counter), screen: new(mediatest.Screen), speaker: new(mediatest.Speaker),
		picture: new(mediatest.Screen), heard: new(mediatest.Speaker), changed: make(chan struct{}),
		clock: func() time.Duration { return time.Since(began) },
	}
	if s.link == nil {
		s.link = calltest.NewLink()
	}
	s.patient = calltest.NewPatient(s.patientConfig(p))
	t.Cleanup(s.patient.Close)
	cfg := s.doctorConfig(p)
	peer, err := call.NewPeer(cfg, s.link)
	if err != nil {
		t.Fatal(err)
	}
	s.peer = peer
	t.Cleanup(peer.Close)
	s.link.Connect(peer.Receive, s.patient.Receive)
	return s
}

func (s *stage) doctorConfig(p props) call.Config {
	cfg := call.Config{
		Number: 1, Loopback: p.networks[0] == nil, Net: p.networks[0], Codecs: mediatest.Codecs(), Clock: s.clock,
		Video: media.VideoFormat{Width: 64, Height: 48, FPS: 30}, Devices: s.devices(),
		Events: s.event, Interceptors: s.sent.Install,
	}
	if p.doctor != nil {
		p.doctor(&cfg)
	}
	return cfg
}

func (s *stage) devices() call.Devices {
	return call.Devices{
		Camera: &mediatest.Camera{Clock: s.clock}, Microphone: &mediatest.Tone{Clock: s.clock, Hz: 440}, Speaker: s.speaker,
		Picture: s.screen, SelfView: new(mediatest.Screen),
	}
}

func (s *stage) patientConfig(p props) calltest.Config {
	cfg := calltest.Config{
		Send: s.link.SendFromPatient, Confirmation: s.link.Confirmation, Loopback: p.networks[1] == nil, Net: p.networks[1],
		Codecs: mediatest.Codecs(), Camera: &mediatest.Camera{Clock: s.clock}, Microphone: &mediatest.Tone{Clock: s.clock, Hz: 440},
		Picture: s.picture, Speaker: s.heard, Clock: s.clock, Faults: p.faults,
	}
	if p.patient != nil {
		p.patient(&cfg)
	}
	return cfg
}

func (s *stage) event(e call.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	close(s.changed)
	s.changed = make(chan struct{})
}

// await waits until an event since the given mark is right, and returns the mark behind it.
func (s *stage) await(mark int, what string, right func(call.Event) bool) int {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		events, changed := s.events, s.changed
		s.mu.Unlock()
		if i := slices.IndexFunc(events[mark:], right); i >= 0 {
			return mark + i + 1
		}
		select {
		case <-changed:
		case <-deadline:
			s.t.Fatalf("waited in vain for %s; the patient's status is %+v; events: %v", what, s.patient.Status(), s.states())
		}
	}
}

func (s *stage) states() []call.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	var states []call.State
	for _, e := range s.events {
		if c, ok := e.(call.StateChanged); ok {
			states = append(states, c.State)
		}
	}
	return states
}

func (s *stage) awaitState(mark int, state call.State) int {
	s.t.Helper()
	return s.await(mark, state.String(), func(e call.Event) bool { return e == call.StateChanged{State: state} })
}

func (s *stage) awaitPatient(right func(calltest.Status) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	if err := s.patient.Await(ctx, right); err != nil {
		s.t.Fatalf("waited in vain for the patient, who has %+v", s.patient.Status())
	}
}

// eventually polls what has no event of its own.
func (s *stage) eventually(what string, right func() bool) {
	s.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !right() {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// stays checks that a value comes to rest and stays so for a while: the only way to see that something does not happen.
func (s *stage) stays(what string, value func() int) {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		before := value()
		select {
		case <-time.After(300 * time.Millisecond):
		case <-deadline:
			s.t.Fatalf("%s goes on", what)
		}
		if value() == before {
			return
		}
	}
}

// confirm brings the stage to a confirmed connection.
func (s *stage) confirm() int {
	s.t.Helper()
	s.peer.Start()
	mark := s.awaitState(0, call.Confirmed)
	s.awaitPatient(func(p calltest.Status) bool { return p.Confirmed })
	return mark
}

// admit is Delta, on both sides.
func (s *stage) admit() {
	s.t.Helper()
	s.peer.Admit()
	_ = s.link.Send(access.Admit{})
}

func (s *stage) seeAndHear() {
	s.t.Helper()
	s.eventually("the doctor sees the patient", func() bool { return s.screen.Shown() > 5 })
	s.eventually("the patient sees the doctor", func() bool { return s.picture.Shown() > 5 })
	s.eventually("the doctor hears the patient", func() bool { return media.Level(s.speaker.Played()) > -40 })
	s.eventually("the patient hears the doctor", func() bool { return media.Level(s.heard.Played()) > -40 })
}

func TestCall(t *testing.T) {
	s := newStage(t, props{})
	s.confirm()
	s.stays("RTP before Delta", s.sent.Sent)
	if s.sent.Sent() != 0 || s.sent.Received() != 0 {
		t.Errorf("%d packets sent and %d received before Delta", s.sent.Sent(), s.sent.Received())
	}
	s.admit()
	s.await(0, "the first picture", func(e call.Event) bool { return e == call.FirstPicture{} })
	s.seeAndHear()
	s.await(0, "the patient's tracks", func(e call.Event) bool { return e == call.RemoteTracks{Microphone: true, Camera: true} })
	s.awaitPatient(func(p calltest.Status) bool {
		return p.Tracks != nil && *p.Tracks == call.RemoteTracks{Microphone: true, Camera: true}
	})
	s.await(0, "levels on both sides", func(e call.Event) bool {
		l, ok := e.(call.Levels)
		return ok && l.Local > -40 && l.Remote > -40
	})
	s.await(0, "a sample of the quality", func(e call.Event) bool {
		q, ok := e.(call.Quality)
		return ok && q.Width == 64 && q.FPS > 10 && q.SendBitrate > 0 && q.Bitrate > 0 && q.SendWidth == 64 && !q.Relayed
	})
	s.peer.Close()
	if states := s.states(); !slices.Equal(states, []call.State{call.Connecting, call.Confirmed, call.Closed}) {
		t.Errorf("states %v", states)
	}
}
