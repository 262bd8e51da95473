package main

import (
	"context"
	"fmt"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"
)

// The bench of bad lines: the doctor's side of a call, once by the program's own media and once by Chromium, against a
// patient in Chromium, with the impairment proxy between them. Pictures and sound are judged alike on both sides: by when
// pictures were shown and by what was heard.
const (
	warmUp   = 8 * time.Second
	lossFor  = 30 * time.Second // at each share of loss
	wideFor  = 25 * time.Second
	tightFor = 20 * time.Second
	againFor = 25 * time.Second
)

// troubled is 100 ms of round trip with 30 ms of jitter and some loss, both ways.
func troubled(loss float64) impair.Conditions {
	return impair.Conditions{Loss: loss, Delay: 35 * time.Millisecond, Jitter: 30 * time.Millisecond}
}

// wide and tight are the ramp's, on the doctor's way out.
var (
	wide  = impair.Conditions{Rate: 2_000_000, Queue: time.Second, Delay: 25 * time.Millisecond}
	tight = impair.Conditions{Rate: 300_000, Queue: time.Second, Delay: 25 * time.Millisecond}
)

// lossy is what came through at one share of loss: shares of the time, and the longest silence in ms.
type lossy struct{ frozen, concealed, hush float64 }

func netLossBench() bench {
	names := []string{"net.loss5.freeze", "net.loss5.audio", "net.loss10.share", "net.loss10.audio"}
	return bench{names: names, run: func(ctx context.Context, runs int) ([]row, error) {
		var five, ten [2][]lossy
		err := byTurns(ctx, runs, func(t *trial, who int) {
			s := newLineStage(t, who == peers, 640, 360)
			s.both(troubled(.05))
			s.wait(warmUp)
			five[who] = append(five[who], s.measure(lossFor))
			s.both(troubled(.1))
			s.wait(warmUp / 2)
			ten[who] = append(ten[who], s.measure(lossFor))
			t.Logf("loss, %s: %.4f at 5 %%, %.4f at 10 %%", sides[who], five[who], ten[who])
		})
		if len(ten[peers]) == 0 {
			return nil, err
		}
		share := func(name, unit string, of [2][]lossy, pick func(lossy) float64) row {
			var v [2][]float64
			for who := range of {
				for _, l := range of[who] {
					v[who] = append(v[who], pick(l))
				}
			}
			return against(name, unit, v[own], v[peers])
		}
		return []row{
			share("net.loss5.freeze", "share", five, func(l lossy) float64 { return l.frozen }),
			share("net.loss5.audio", "share", five, func(l lossy) float64 { return l.concealed }),
			share("net.loss10.share", "share", ten, func(l lossy) float64 { return l.frozen }),
			share("net.loss10.audio", "ms", ten, func(l lossy) float64 { return l.hush }),
		}, err
	}}
}

func netRampBench() bench {
	return bench{names: []string{"net.ramp.delay", "net.ramp"}, run: func(ctx context.Context, runs int) ([]row, error) {
		var delay, back [2][]float64
		err := byTurns(ctx, runs, func(t *trial, who int) {
			s := newLineStage(t, who == peers, 1280, 720)
			s.proxy.Set(impair.ToA, impair.Conditions{Delay: wide.Delay})
			s.proxy.Set(impair.ToB, wide)
			s.wait(wideFor)
			cut := s.set(tight)
			s.wait(tightFor)
			restored := s.set(wide)
			s.wait(againFor)
			passed := s.passed()
			delay[who] = append(delay[who], settled(passed, cut, restored, 400*time.Millisecond).Seconds())
			before := carried(passed, cut-10*time.Second, cut)
			back[who] = append(back[who], regained(passed, restored, .8*before).Seconds())
			t.Logf("ramp, %s: %.0f kbit/s before, %.0f narrow; delay back after %.1f s, rate after %.1f s", sides[who], before/1000,
				carried(passed, restored-10*time.Second, restored)/1000, delay[who], back[who])
		})
		if len(back[peers]) == 0 {
			return nil, err
		}
		return []row{against("net.ramp.delay", "s", delay[own], delay[peers]), against("net.ramp", "s", back[own], back[peers])}, err
	}}
}

// settled is how long after from the packets' time on the line came under limit for good, until to.
func settled(passed []impair.Passage, from, to, limit time.Duration) time.Duration {
	last := from
	for _, p := range passed {
		if p.Out >= from && p.Out < to && p.Out-p.In > limit {
			last = p.Out
		}
	}
	return last - from
}

// carried is the bit rate of what passed between two times.
func carried(passed []impair.Passage, from, to time.Duration) float64 {
	bytes := 0
	for _, p := range passed {
		if p.Out >= from && p.Out < to {
			bytes += p.Size
		}
	}
	return float64(8*bytes) / (to - from).Seconds()
}

// regained is how long after from a second's rate was first as much as wanted.
func regained(passed []impair.Passage, from time.Duration, wanted float64) time.Duration {
	const step = 100 * time.Millisecond
	for at := from + time.Second; at <= from+againFor; at += step {
		if carried(passed, at-time.Second, at) >= wanted {
			return at - from
		}
	}
	return againFor
}

// The sides that are measured.
const (
	own   = 0
	peers = 1
)

var sides = [2]string{"ours", "chromium"}

// byTurns runs ours and the peer's side so often, by turns.
func byTurns(ctx context.Context, runs int, f func(t *trial, who int)) error {
	if runs == 0 {
		runs = ownRuns
	}
	for range runs {
		for who := range sides {
			if err := try(ctx, func(t *trial) { f(t, who) }); err != nil {
				return fmt.Errorf("a bad line, %s: %w", sides[who], err)
			}
		}
	}
	return ctx.Err()
}
