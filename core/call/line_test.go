package call_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/mediatest/impair"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// study is a call over bad lines in the virtual time of a synctest bubble.
type study struct {
	t         *testing.T
	clock     media.Clock
	peer      *call.Peer
	patient   *calltest.Patient
	toDoctor  *calltest.Impaired // what the patient sends
	toPatient *calltest.Impaired
	mu        sync.Mutex
	passed    []impair.Passage // what the doctor sent, as it arrived
	doctor    *mediatest.Watch // sees the patient
	picture   *mediatest.Watch // sees the doctor
	hears     *mediatest.Speaker
	quality   []call.Quality
	events    []call.Event
}

// inStudy runs a call in virtual time: both sides are admitted when does begins.
func inStudy(t *testing.T, does func(s *study)) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudy(t)
		does(s)
	})
}

func newStudy(t *testing.T) *study {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "192.0.2.0/24", QueueSize: 4096, LoggerFactory: &logging.DefaultLoggerFactory{}})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s := &study{t: t, clock: func() time.Duration { return time.Since(began) }, hears: new(mediatest.Speaker)}
	s.doctor, s.picture = &mediatest.Watch{Clock: s.clock}, &mediatest.Watch{Clock: s.clock}
	s.toPatient = s.network(router, "192.0.2.1", 1, s.arrived)
	s.toDoctor = s.network(router, "192.0.2.2", 2, nil)
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Stop() })
	s.open()
	return s
}

func (s *study) network(router *vnet.Router, ip string, seed uint64, seen func(impair.Passage)) *calltest.Impaired {
	n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := router.AddNet(n); err != nil {
		s.t.Fatal(err)
	}
	i := calltest.NewImpaired(transport.Net(n), seed, seen)
	s.t.Cleanup(i.Close)
	return i
}

func (s *study) open() {
	link, codecs := calltest.NewLink(), mediatest.Rated()
	s.patient = calltest.NewPatient(calltest.Config{
		Send: link.SendFromPatient, Confirmation: link.Confirmation, Net: s.toDoctor, Codecs: codecs,
		Camera: &mediatest.Blank{Clock: s.clock}, Microphone: &mediatest.Tone{Clock: s.clock, Hz: 440},
		Picture: s.picture, Speaker: new(mediatest.Speaker), Clock: s.clock,
		Video: media.VideoFormat{Width: 640, Height: 360, FPS: 30},
	})
	s.t.Cleanup(s.patient.Close)
	peer, err := call.NewPeer(call.Config{
		Number: 1, Net: s.toPatient, Codecs: codecs, Clock: s.clock, Video: media.VideoFormat{Width: 640, Height: 360, FPS: 30},
		Devices: call.Devices{
			Camera: &mediatest.Blank{Clock: s.clock}, Microphone: &mediatest.Tone{Clock: s.clock, Hz: 440},
			Speaker: s.hears, Picture: s.doctor,
		},
		Scale: func(dst, _ *media.Frame) { dst.Black() },
		Events: func(e call.Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			switch e := e.(type) {
			case call.Quality:
				s.quality = append(s.quality, e)
			case call.Levels:
			default:
				s.events = append(s.events, e)
			}
		},
	}, link)
	if err != nil {
		s.t.Fatal(err)
	}
	s.peer = peer
	s.t.Cleanup(peer.Close)
	link.Connect(peer.Receive, s.patient.Receive)
	peer.Start()
	if err := s.patient.Await(context.Background(), func(p calltest.Status) bool { return p.Confirmed }); err != nil {
		s.t.Fatal(err)
	}
	peer.Admit()
	_ = link.Send(access.Admit{})
}

func (s *study) arrived(p impair.Passage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = append(s.passed, p)
}

// passages is what the doctor sent so far, as it arrived.
func (s *study) passages() []impair.Passage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.passed)
}

// samples is what was said of the call so far, once a second.
func (s *study) samples() []call.Quality {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.quality)
}

func (s *study) newest() call.Quality {
	all := s.samples()
	return all[len(all)-1]
}

// both sets the conditions of both directions.
func (s *study) both(c impair.Conditions) {
	s.toDoctor.Set(c)
	s.toPatient.Set(c)
}

// wait lets virtual time go by.
func (s *study) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// delay is the longest time on the line of the packets that arrived between from and to.
func delay(passed []impair.Passage, from, to time.Duration) (longest time.Duration) {
	for _, p := range passed {
		if p.Out >= from && p.Out < to {
			longest = max(longest, p.Out-p.In)
		}
	}
	return longest
}

// carried is the bit rate of what arrived between from and to.
func carried(passed []impair.Passage, from, to time.Duration) float64 {
	bytes := 0
	for _, p := range passed {
		if p.Out >= from && p.Out < to {
			bytes += p.Size
		}
	}
	return float64(bytes) * 8 / (to - from).Seconds()
}

const msec = time.Millisecond

// Loss and jitter: the picture goes on, next to nothing of the sound is missing, and lips and voice stay together. Chance
// has a hand in each call: the middle one of three is judged.
func TestOnABadLine(t *testing.T) {
	const calls, length = 3, 20 * time.Second
	var frozen, silent, hush []time.Duration
	var apart []float64 // ms
	var rate []int
	for range calls {
		inStudy(t, func(s *study) {
			s.both(impair.Conditions{Loss: .05, Delay: 35 * msec, Jitter: 30 * msec})
			s.wait(8 * time.Second)
			from, heard := s.clock(), len(s.hears.Played())
			s.wait(length)
			stood, longest := mediatest.Frozen(s.doctor.Times(), from, s.clock())
			quiet, longestQuiet := mediatest.Silent(s.hears.Played()[heard:], -45)
			var skews []float64
			for _, one := range s.samples()[8:] {
				skews = append(skews, math.Abs(one.LipsMS))
			}
			slices.Sort(skews)
			q := s.newest()
			t.Logf("frozen %v, longest gap %v; silent %v, longest %v; lips apart: median %.0f, 75 %% %.0f, most %.0f ms; %+v",
				stood, longest, quiet, longestQuiet, middle(skews), skews[len(skews)*3/4], skews[len(skews)-1], q)
			frozen, silent, hush = append(frozen, stood), append(silent, quiet), append(hush, longestQuiet)
			apart, rate = append(apart, middle(skews)), append(rate, q.SendBitrate)
		})
	}
	if d := middle(frozen); d > length/20 {
		t.Errorf("frozen for %v", d)
	}
	if d, most := middle(silent), middle(hush); d > length*3/100 || most > 200*msec {
		t.Errorf("silent for %v, at longest %v", d, most)
	}
	if d := middle(apart); d > 40 { // a stall of the picture moves them farther for a while
		t.Errorf("lips and voice are apart by %.0f ms", d)
	}
	if r := middle(rate); r < 1_000_000 {
		t.Errorf("a line that merely loses carries %d bit/s", r)
	}
}

// middle is the median; it puts them in order.
func middle[T cmp.Ordered](of []T) T {
	slices.Sort(of)
	return of[len(of)/2]
}

// A narrow place comes and goes: the queue is short again soon, and so is the rate what it was.
func TestNarrowAndWide(t *testing.T) {
	inStudy(t, func(s *study) {
		wide := impair.Conditions{Rate: 2_000_000, Delay: 25 * msec, Queue: time.Second}
		narrow := wide
		narrow.Rate = 300_000
		s.both(wide)
		s.wait(15 * time.Second)
		s.toPatient.Set(narrow)
		s.wait(15 * time.Second)
		cut := s.toPatient.Now() - 15*time.Second
		if d := delay(s.passages(), cut+4*time.Second, cut+15*time.Second); d > 400*msec {
			t.Errorf("four seconds after it became narrow packets still take %v", d)
		}
		s.toPatient.Set(wide)
		s.wait(12 * time.Second)
		if r := carried(s.passages(), cut+25*time.Second, cut+27*time.Second); r < 600_000 {
			t.Errorf("ten seconds after it became wide it carries %.0f bit/s", r)
		}
	})
}

// On a line for sound alone the picture goes and that is said; it comes back by itself.
func TestSoundGoesAlone(t *testing.T) {
	inStudy(t, func(s *study) {
		s.wait(3 * time.Second)
		s.toPatient.Set(impair.Conditions{Rate: 75_000, Delay: 25 * msec, Queue: time.Second})
		s.wait(15 * time.Second)
		alone := false
		for _, q := range s.samples() {
			alone = alone || q.SoundOnly
		}
		if !alone {
			t.Errorf("it was not said; %+v", s.newest())
		}
		s.toPatient.Set(impair.Conditions{Delay: 25 * msec})
		mark := len(s.samples())
		s.wait(40 * time.Second)
		back := slices.ContainsFunc(s.samples()[mark:], func(q call.Quality) bool { return !q.SoundOnly && q.SendBitrate > 70_000 })
		if !back {
			t.Errorf("no picture came back; %+v", s.newest())
		}
	})
}
