package calltest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/mediatest/impair"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// Study is a call over bad lines in the virtual time of a synctest bubble: real connections, pictures without content, and a
// tone of 440 Hz both ways.
type Study struct {
	Clock     media.Clock
	Peer      *call.Peer
	ToDoctor  *Impaired // what the patient sends
	ToPatient *Impaired
	Doctor    *mediatest.Watch   // sees the patient
	Picture   *mediatest.Watch   // the patient's, who sees the doctor
	Hears     *mediatest.Speaker // the doctor's
	Listens   *mediatest.Speaker // the patient's

	t       testing.TB
	patient *Patient
	mu      sync.Mutex
	passed  []impair.Passage // what the doctor sent, as it arrived
	quality []call.Quality
	events  []call.Event
}

// BeforeTheWrap begins 1.5 s (picture) and 2.7 s (sound) before timestamps begin anew, and 256 packets before sequence numbers
// do, with which SRTP's roll-over counter changes.
func BeforeTheWrap() media.Numbers { return media.Numbers{Sequence: 0xff00, Timestamp: 1<<32 - 1<<17} }

// NewStudy begins a call, with both sides admitted; begin is what packets count from, or nil. It ends with the test.
func NewStudy(t testing.TB, begin func() media.Numbers) *Study {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "192.0.2.0/24", QueueSize: 4096, LoggerFactory: &logging.DefaultLoggerFactory{}})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s := &Study{t: t, Clock: func() time.Duration { return time.Since(began) }, Hears: new(mediatest.Speaker), Listens: new(mediatest.Speaker)}
	s.Doctor, s.Picture = &mediatest.Watch{Clock: s.Clock}, &mediatest.Watch{Clock: s.Clock}
	s.ToPatient = s.network(router, "192.0.2.1", 1, s.arrived)
	s.ToDoctor = s.network(router, "192.0.2.2", 2, nil)
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Stop() })
	s.open(begin)
	return s
}

func (s *Study) network(router *vnet.Router, ip string, seed uint64, seen func(impair.Passage)) *Impaired {
	n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := router.AddNet(n); err != nil {
		s.t.Fatal(err)
	}
	i := NewImpaired(transport.Net(n), seed, seen)
	s.t.Cleanup(i.Close)
	return i
}

func (s *Study) open(begin func() media.Numbers) {
	link, codecs, format := NewLink(), mediatest.Rated(), media.VideoFormat{Width: 640, Height: 360, FPS: 30}
	s.patient = NewPatient(Config{
		Send: link.SendFromPatient, Confirmation: link.Confirmation, Net: s.ToDoctor, Codecs: codecs,
		Camera: &mediatest.Blank{Clock: s.Clock}, Microphone: &mediatest.Tone{Clock: s.Clock, Hz: 440},
		Picture: s.Picture, Speaker: s.Listens, Clock: s.Clock, Video: format, Begin: begin,
	})
	s.t.Cleanup(s.patient.Close)
	peer, err := call.NewPeer(call.Config{
		Number: 1, Net: s.ToPatient, Codecs: codecs, Clock: s.Clock, Video: format, Begin: begin,
		Devices: call.Devices{
			Camera: &mediatest.Blank{Clock: s.Clock}, Microphone: &mediatest.Tone{Clock: s.Clock, Hz: 440},
			Speaker: s.Hears, Picture: s.Doctor,
		},
		Scale:  func(dst, _ *media.Frame) { dst.Black() },
		Events: s.event,
	}, link)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Peer = peer
	s.t.Cleanup(peer.Close)
	link.Connect(peer.Receive, s.patient.Receive)
	peer.Start()
	if err := s.patient.Await(context.Background(), func(p Status) bool { return p.Confirmed }); err != nil {
		s.t.Fatal(err)
	}
	s.awaitDoctor()
	peer.Admit()
	_ = link.Send(access.Admit{})
}

// awaitDoctor lets the patient's confirmation arrive before a test makes the line bad: lost, it comes a second later.
func (s *Study) awaitDoctor() {
	for range 1000 {
		if slices.Contains(s.Events(), call.Event(call.StateChanged{State: call.Confirmed})) {
			return
		}
		s.Wait(10 * time.Millisecond)
	}
	s.t.Fatal("the doctor's side is not confirmed")
}

func (s *Study) event(e call.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := e.(type) {
	case call.Quality:
		s.quality = append(s.quality, e)
	case call.Levels:
	default:
		s.events = append(s.events, e)
	}
}

func (s *Study) arrived(p impair.Passage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = append(s.passed, p)
}

// Passages are what the doctor sent so far, as it arrived.
func (s *Study) Passages() []impair.Passage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.passed)
}

// Samples are what was said of the call so far, once a second.
func (s *Study) Samples() []call.Quality {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.quality)
}

// Events are what else was said.
func (s *Study) Events() []call.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Newest is the last of the Samples.
func (s *Study) Newest() call.Quality {
	all := s.Samples()
	return all[len(all)-1]
}

// Forget drops all that was noted so far.
func (s *Study) Forget() {
	s.mu.Lock()
	s.passed, s.quality, s.events = nil, nil, nil
	s.mu.Unlock()
	s.Doctor.Forget()
	s.Picture.Forget()
	s.Hears.Forget()
	s.Listens.Forget()
}

// Bounds are what both sides may miss at most, and how many pictures they see at least.
type Bounds struct {
	Frozen, Silent time.Duration
	Pictures       int
}

// Judge says what went wrong since the last Forget, which was at from: a side that saw or heard too little, or a connection
// that changed.
func (s *Study) Judge(from time.Duration, b Bounds) error {
	for who, saw := range map[string]*mediatest.Watch{"doctor": s.Doctor, "patient": s.Picture} {
		if stood, longest := mediatest.Frozen(saw.Times(), from, s.Clock()); stood > b.Frozen || len(saw.Times()) < b.Pictures {
			return fmt.Errorf("the %s saw %d pictures, frozen for %v, at longest %v", who, len(saw.Times()), stood, longest)
		}
	}
	for who, heard := range map[string]*mediatest.Speaker{"doctor": s.Hears, "patient": s.Listens} {
		if quiet, longest := mediatest.Silent(heard.Played(), -45); quiet > b.Silent {
			return fmt.Errorf("the %s heard nothing for %v, at longest %v", who, quiet, longest)
		}
	}
	for _, e := range s.Events() {
		if e, ok := e.(call.StateChanged); ok {
			return fmt.Errorf("the connection is %v", e.State)
		}
	}
	return nil
}

// Both sets the conditions of both directions.
func (s *Study) Both(c impair.Conditions) {
	s.ToDoctor.Set(c)
	s.ToPatient.Set(c)
}

// Wait lets virtual time go by.
func (s *Study) Wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
