package call_test

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/mediatest/impair"
)

// inStudy runs a call in virtual time.
func inStudy(t *testing.T, does func(s *calltest.Study)) {
	synctest.Test(t, func(t *testing.T) { does(calltest.NewStudy(t, nil)) })
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
		inStudy(t, func(s *calltest.Study) {
			s.Both(impair.Conditions{Loss: .05, Delay: 35 * msec, Jitter: 30 * msec})
			s.Wait(8 * time.Second)
			from, heard := s.Clock(), len(s.Hears.Played())
			s.Wait(length)
			stood, longest := mediatest.Frozen(s.Doctor.Times(), from, s.Clock())
			quiet, longestQuiet := mediatest.Silent(s.Hears.Played()[heard:], -45)
			var skews []float64
			for _, one := range s.Samples()[8:] {
				skews = append(skews, math.Abs(one.LipsMS))
			}
			slices.Sort(skews)
			q := s.Newest()
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
	inStudy(t, func(s *calltest.Study) {
		wide := impair.Conditions{Rate: 2_000_000, Delay: 25 * msec, Queue: time.Second}
		narrow := wide
		narrow.Rate = 300_000
		s.Both(wide)
		s.Wait(15 * time.Second)
		s.ToPatient.Set(narrow)
		s.Wait(15 * time.Second)
		cut := s.ToPatient.Now() - 15*time.Second
		if d := delay(s.Passages(), cut+4*time.Second, cut+15*time.Second); d > 400*msec {
			t.Errorf("four seconds after it became narrow packets still take %v", d)
		}
		s.ToPatient.Set(wide)
		s.Wait(12 * time.Second)
		if r := carried(s.Passages(), cut+25*time.Second, cut+27*time.Second); r < 600_000 {
			t.Errorf("ten seconds after it became wide it carries %.0f bit/s", r)
		}
	})
}

// On a line for sound alone the picture goes and that is said; it comes back by itself.
func TestSoundGoesAlone(t *testing.T) {
	inStudy(t, func(s *calltest.Study) {
		s.Wait(3 * time.Second)
		s.ToPatient.Set(impair.Conditions{Rate: 75_000, Delay: 25 * msec, Queue: time.Second})
		s.Wait(15 * time.Second)
		alone := false
		for _, q := range s.Samples() {
			alone = alone || q.SoundOnly
		}
		if !alone {
			t.Errorf("it was not said; %+v", s.Newest())
		}
		s.ToPatient.Set(impair.Conditions{Delay: 25 * msec})
		mark := len(s.Samples())
		s.Wait(40 * time.Second)
		back := slices.ContainsFunc(s.Samples()[mark:], func(q call.Quality) bool { return !q.SoundOnly && q.SendBitrate > 70_000 })
		if !back {
			t.Errorf("no picture came back; %+v", s.Newest())
		}
	})
}
