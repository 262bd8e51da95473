package call

import (
	"testing"
	"time"
)

// divide asks ten times a second for a while and returns the last division.
func divide(s *share, l line, now *time.Duration, d time.Duration) (p portion) {
	for end := *now + d; *now < end; *now += 100 * time.Millisecond {
		p = s.next(l, *now)
	}
	return p
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		l    line
		want portion
	}{
		{line{rate: 3_200_000}, portion{voice: 32_000, picture: mostView}},
		{line{rate: 1_060_000}, portion{voice: 32_000, picture: 930_000}},
		{line{rate: 152_000}, portion{voice: 24_000, picture: 93_000}},
		{line{rate: 60_000}, portion{voice: 24_000, picture: leastView}},
		{line{rate: 60_000, draining: true}, portion{voice: 24_000}},
	} {
		if got := new(share).next(c.l, 0); got != c.want {
			t.Errorf("%+v: %+v", c.l, got)
		}
	}
}

// Sound alone is what a line is left with that stays too narrow, and is tried again: soon, later, and in the end at most
// once a minute.
func TestSoundAlone(t *testing.T) {
	var s share
	now := time.Duration(0)
	narrow, wide := line{rate: 70_000}, line{rate: 400_000}
	if p := divide(&s, wide, &now, time.Minute); p.soundOnly || p.picture == 0 {
		t.Fatalf("on a wide line: %+v", p)
	}
	if p := divide(&s, narrow, &now, 2*time.Second); p.soundOnly {
		t.Errorf("too early: %+v", p)
	}
	if p := divide(&s, narrow, &now, 2*time.Second); !p.soundOnly || p.picture != 0 || p.voice != leastVoice {
		t.Errorf("after four seconds: %+v", p)
	}
	var waits []time.Duration
	for was, since, end := true, now, now+5*time.Minute; now < end; now += 100 * time.Millisecond {
		l := narrow
		l.draining = !was // a picture fills the queue
		p := s.next(l, now)
		if was && !p.soundOnly {
			waits = append(waits, now-since)
		}
		if !was && p.soundOnly {
			since = now
		}
		was = p.soundOnly
	}
	if len(waits) < 5 || waits[0] > 5*time.Second || waits[1] < 7*time.Second || waits[len(waits)-1] < 55*time.Second || waits[len(waits)-1] > 61*time.Second {
		t.Errorf("waited %v", waits)
	}
	if p := divide(&s, wide, &now, 70*time.Second); p.soundOnly || p.picture < 200_000 {
		t.Errorf("back on a wide line: %+v", p)
	}
	divide(&s, narrow, &now, 4*time.Second)
	if p := divide(&s, wide, &now, 5*time.Second); p.soundOnly {
		t.Errorf("a lasting picture has earned an early trial: %+v", p)
	}
}

// The estimate of a line that has become wide rises slowly: a trial is not given up for that alone.
func TestATrialIsGivenTime(t *testing.T) {
	var s share
	now := time.Duration(0)
	low, wide := line{rate: 70_000}, line{rate: 400_000}
	divide(&s, wide, &now, time.Minute)
	if p := divide(&s, line{rate: 70_000, draining: true}, &now, 4*time.Second); !p.soundOnly {
		t.Fatalf("on a narrow line: %+v", p)
	}
	divide(&s, low, &now, 5*time.Second)
	if p := divide(&s, low, &now, 6*time.Second); p.soundOnly || p.picture != leastView {
		t.Errorf("in the trial: %+v", p)
	}
	if p := divide(&s, wide, &now, 5*time.Second); p.soundOnly {
		t.Errorf("when the estimate has risen: %+v", p)
	}
}
