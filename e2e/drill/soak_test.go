//go:build hostile

package drill

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media/mediatest/impair"
)

const (
	soakPiece = 6 * time.Minute // more than the 65 536 packets after which sequence numbers begin anew
	soakJudge = 30 * time.Second
	soakGrow  = 4 << 20 // octets of heap in use, in all
)

// TestSoak is the drill "soak": one call in virtual time, over lines that come and go, in pieces of six minutes; RUNS is how
// many, eight hours when nothing is said. At the end of each all is well on a good line. The heap does not grow. (What the
// program with its window takes over 90 minutes of real time: make bench BENCH=soak.)
func TestSoak(t *testing.T) {
	n := runs(t, int(8*time.Hour/soakPiece))
	synctest.Test(t, func(t *testing.T) {
		s := calltest.NewStudy(t, calltest.BeforeTheWrap)
		survived, first, last := 0, uint64(0), uint64(0)
		for i := range n {
			if err := soakOne(s); err != nil {
				t.Errorf("after %v: %v", time.Duration(i+1)*soakPiece, err)
			} else {
				survived++
			}
			last = heapInUse()
			first = cmp.Or(first, last)
		}
		report("soak", n, survived, "%v of one call, heap in use %.1f MiB after the first piece, %.1f after the last",
			time.Duration(n)*soakPiece, float64(first)/(1<<20), float64(last)/(1<<20))
		if last > first+soakGrow {
			t.Errorf("the heap has grown from %d to %d octets", first, last)
		}
	})
}

// soakOne is a piece: loss, a narrow place, a line that is dead for three seconds, and then a good line, on which all is judged.
func soakOne(s *calltest.Study) error {
	const ms = time.Millisecond
	good := impair.Conditions{Rate: 4_000_000, Delay: 30 * ms, Jitter: 10 * ms, Queue: time.Second}
	rough, narrow, dead := good, good, good
	rough.Loss, narrow.Rate, dead.Loss = .02, 400_000, 1
	for _, p := range []struct {
		line   impair.Conditions
		length time.Duration
	}{{rough, 100 * time.Second}, {narrow, 30 * time.Second}, {dead, 3 * time.Second}, {good, soakPiece - 133*time.Second - soakJudge}} {
		s.Both(p.line)
		s.Wait(p.length)
		s.Forget()
	}
	from := s.Clock()
	s.Wait(soakJudge)
	defer s.Forget()
	return soakWell(s, from)
}

// soakWell judges what was seen and heard since from.
func soakWell(s *calltest.Study, from time.Duration) error {
	if err := s.Judge(from, calltest.Bounds{Frozen: soakJudge / 50, Silent: soakJudge / 100, Pictures: 28 * int(soakJudge/time.Second)}); err != nil {
		return err
	}
	var apart []float64
	for _, q := range s.Samples() {
		apart = append(apart, math.Abs(q.LipsMS))
	}
	slices.Sort(apart)
	if q := s.Newest(); apart[len(apart)/2] > 40 || q.SoundOnly || q.SendBitrate < 1_000_000 {
		return fmt.Errorf("lips apart by %.0f ms, %+v", apart[len(apart)/2], q)
	}
	return nil
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
