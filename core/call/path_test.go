package call_test

import (
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// wire is a virtual network between two machines that can be cut, or lose one in every so many large packets.
type wire struct {
	cut   atomic.Bool
	every atomic.Int64
	count atomic.Int64
	nets  [2]transport.Net
}

func (w *wire) passes(c vnet.Chunk) bool {
	if every := w.every.Load(); every > 0 && len(c.UserData()) > 500 && w.count.Add(1)%every == 0 {
		return false
	}
	return !w.cut.Load()
}

func newWire(t *testing.T) *wire {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "192.0.2.0/24", LoggerFactory: &logging.DefaultLoggerFactory{}})
	if err != nil {
		t.Fatal(err)
	}
	w := new(wire)
	router.AddChunkFilter(w.passes)
	for i, ip := range []string{"192.0.2.1", "192.0.2.2"} {
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
		if err != nil {
			t.Fatal(err)
		}
		if err := router.AddNet(n); err != nil {
			t.Fatal(err)
		}
		w.nets[i] = n
	}
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Stop() })
	return w
}

// Lost packets come again, in both directions, and the picture goes on.
func TestLossIsMended(t *testing.T) {
	w := newWire(t)
	s := newStage(t, props{networks: w.nets})
	s.confirm()
	s.admit()
	s.seeAndHear()
	w.every.Store(15)
	shown, seen := s.screen.Shown(), s.picture.Shown()
	s.eventually("pictures both ways", func() bool { return s.screen.Shown() > shown+60 && s.picture.Shown() > seen+60 })
	if n := s.sent.SentOf(97); n == 0 {
		t.Error("no retransmission")
	}
	s.await(0, "loss in the quality", func(e call.Event) bool {
		q, ok := e.(call.Quality)
		return ok && q.LossPercent > 0
	})
}

func offers(l *calltest.Link) (n int) {
	for _, m := range l.Sent() {
		if _, ok := m.(access.Offer); ok {
			n++
		}
	}
	return n
}

func TestPathLostAndFound(t *testing.T) {
	w := newWire(t)
	s := newStage(t, props{networks: w.nets})
	mark := s.confirm()
	s.admit()
	s.seeAndHear()
	w.cut.Store(true)
	began := time.Now()
	mark = s.awaitState(mark, call.Interrupted)
	t.Logf("seen after %v", time.Since(began))
	s.eventually("a restart is offered", func() bool { return offers(s.link) == 2 })
	w.cut.Store(false)
	s.awaitState(mark, call.Confirmed)
	t.Logf("mended after %v", time.Since(began))
	shown := s.screen.Shown()
	s.eventually("pictures again", func() bool { return s.screen.Shown() > shown+5 })
}

func TestPathLostForGood(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	s := newStage(t, props{networks: w.nets})
	mark := s.confirm()
	w.cut.Store(true)
	began := time.Now()
	s.awaitState(mark, call.Failed)
	if took := time.Since(began); took < 11*time.Second || took > 14*time.Second {
		t.Errorf("given up after %v", took)
	}
	if n := offers(s.link); n != 3 {
		t.Errorf("%d offers", n)
	}
}

// A path that was lost while the patient waited does not cost the picture later: his answer to the restart named no source.
func TestPathLostWhileWaiting(t *testing.T) {
	w := newWire(t)
	s := newStage(t, props{networks: w.nets})
	mark := s.confirm()
	w.cut.Store(true)
	mark = s.awaitState(mark, call.Interrupted)
	w.cut.Store(false)
	s.awaitState(mark, call.Confirmed)
	s.admit()
	s.seeAndHear()
}

// The session is lost with the path and comes back as another one: the restart travels there.
func TestNewSessionMendsPath(t *testing.T) {
	w := newWire(t)
	s := newStage(t, props{networks: w.nets, link: nil})
	mark := s.confirm()
	s.admit()
	s.seeAndHear()
	w.cut.Store(true)
	s.link.Break()
	mark = s.awaitState(mark, call.Interrupted)
	s.peer.Detach()
	w.cut.Store(false)
	s.renew()
	s.awaitState(mark, call.Confirmed)
	shown := s.screen.Shown()
	s.eventually("pictures again", func() bool { return s.screen.Shown() > shown+5 })
}

func (s *stage) renew() {
	s.link = calltest.NewLink()
	s.link.Connect(s.peer.Receive, s.patient.Receive)
	s.patient.Speak(s.link.SendFromPatient)
	s.peer.Attach(s.link)
}

// In a new session after the confirmation another certificate is a Mismatch.
func TestOtherCertificateAfterConfirmation(t *testing.T) {
	w := newWire(t)
	s := newStage(t, props{networks: w.nets})
	mark := s.confirm()
	w.cut.Store(true)
	s.link.Tamper = nil
	link := calltest.NewLink()
	link.Tamper = answers(func(a *access.Answer) { a.SDP = otherFingerprint(a.SDP) })
	link.Connect(s.peer.Receive, s.patient.Receive)
	s.patient.Speak(link.SendFromPatient)
	s.peer.Attach(link)
	s.awaitState(mark, call.NotGenuine)
}

func TestDetach(t *testing.T) {
	t.Run("before the confirmation", func(t *testing.T) {
		link := calltest.NewLink()
		link.Tamper = answers(func(a *access.Answer) { a.Neg = 99 })
		s := newStage(t, props{link: link})
		s.peer.Start()
		mark := s.awaitState(0, call.Connecting)
		s.peer.Detach()
		s.awaitState(mark, call.Closed)
	})
	t.Run("after the confirmation", func(t *testing.T) {
		s := newStage(t, props{})
		s.confirm()
		s.admit()
		s.seeAndHear()
		s.link.Break()
		s.peer.Detach()
		shown, seen := s.screen.Shown(), s.picture.Shown()
		s.eventually("media goes on", func() bool { return s.screen.Shown() > shown+5 && s.picture.Shown() > seen+5 })
		s.renew()
		s.peer.Close()
		for _, state := range s.states() {
			if state == call.Interrupted {
				t.Error("interrupted by the loss of the session alone")
			}
		}
	})
}

func TestPatientHangsUp(t *testing.T) {
	s := newStage(t, props{})
	mark := s.confirm()
	s.patient.Close()
	s.awaitState(mark, call.Failed)
}

func TestCloseAtAnyTime(t *testing.T) {
	for name, until := range map[string]func(*stage){
		"before the start": func(*stage) {},
		"connecting":       func(s *stage) { s.peer.Start(); s.awaitState(0, call.Connecting) },
		"confirmed":        func(s *stage) { s.confirm() },
		"in the call":      func(s *stage) { s.confirm(); s.admit(); s.seeAndHear() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, props{})
			until(s)
			began := time.Now()
			s.peer.Close()
			s.peer.Close()
			s.peer.Start()
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
