package jitter_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/media/jitter"
)

// recording reads the lateness of packets as they once arrived.
func recording(t *testing.T, file string) []time.Duration {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var late []time.Duration
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		for _, word := range strings.Fields(in.Text()) {
			ms, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			late = append(late, time.Duration(ms)*time.Millisecond)
		}
	}
	return late
}

// A bad spell of ten seconds is waited for while it lasts; ten seconds after it, it is forgotten.
func TestABadSpellIsForgotten(t *testing.T) {
	for name, slow := range map[string]float64{"clocks alike": 0, "a sender's clock that runs slow": 0.0005, "and one that runs fast": -0.0005} {
		t.Run(name, func(t *testing.T) {
			late := recording(t, "testdata/spell.txt")
			l := newLine()
			l.delay = func(n int) time.Duration {
				return 30*time.Millisecond + late[n] + time.Duration(slow*float64(n)*float64(period))
			}
			l.drift = -slow
			var targets []time.Duration // one per second
			for range len(late) / 50 {
				l.run(50)
				targets = append(targets, l.buffer.Target())
			}
			l.check(t)
			t.Logf("targets %v; played %v, paces %v", targets, l.played, l.paces)
			if targets[20] < 200*time.Millisecond {
				t.Errorf("target %v in the spell", targets[20])
			}
			for second := 35; second < len(targets); second++ {
				if targets[second] > 130*time.Millisecond {
					t.Errorf("target %v in second %d, %d s after the spell", targets[second], second, second-25)
				}
			}
			if bad := l.played[jitter.Quiet] + l.played[jitter.Conceal]; bad > 150 {
				t.Errorf("%d of 3000 periods were not played in time", bad)
			}
		})
	}
}

// A spell of a minute fills the histogram to the brim, and is forgotten as fast; the sound is not late any more either.
func TestALongSpellIsForgotten(t *testing.T) {
	l, chance := newLine(), rand.New(rand.NewPCG(5, 6))
	l.delay = func(n int) time.Duration {
		if n >= 500 && n < 3500 {
			return 30*time.Millisecond + time.Duration(chance.IntN(350))*time.Millisecond
		}
		return 30 * time.Millisecond
	}
	l.run(3500)
	high := l.buffer.Target()
	l.run(500)
	l.check(t)
	if low := l.buffer.Target(); high < 300*time.Millisecond || low > 40*time.Millisecond {
		t.Errorf("target %v in the spell, %v ten seconds after it", high, low)
	}
	l.run(200)
	if d := l.delayAtEnd(); d > 120*time.Millisecond {
		t.Errorf("%v on the way fourteen seconds after it", d)
	}
}

// Single packets that are very late, now and then, are not waited for: concealing them costs less than waiting always.
func TestStragglersAreNotWaitedFor(t *testing.T) {
	l := newLine()
	l.delay = func(n int) time.Duration {
		if n%100 == 50 {
			return 330 * time.Millisecond
		}
		return 30 * time.Millisecond
	}
	l.run(2000)
	if got := l.buffer.Target(); got > 40*time.Millisecond {
		t.Errorf("target %v", got)
	}
}
