package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"legekonsultasjon/e2e/rig"
)

// The soak: one long call, VGA, with its memory looked at again and again. What grows after the first ten minutes grows
// for good: the slope of a line through it.
const (
	soakFor   = 90 * time.Minute // or SOAK_MINUTES
	soakAfter = 10 * time.Minute // a ninth of the time when that is less
	soakEvery = 10 * time.Second
)

func soakBench() bench {
	return bench{names: []string{"soak.growth"}, alone: true, run: func(ctx context.Context, _ int) ([]row, error) {
		length := soakFor
		if n, err := strconv.Atoi(os.Getenv("SOAK_MINUTES")); err == nil && n > 0 {
			length = time.Duration(n) * time.Minute
		}
		var r row
		err := try(ctx, func(t *trial) {
			dir := t.TempDir()
			rig.Awake(t, dir)
			l := newClinic(newHouse(t)).join(sizes[0], newKit(t, dir, sizes[0]))
			l.desktop.Pause(true)
			hours, memory := soak(t, l, length)
			growth, spread := slope(hours, memory)
			r = newRow("soak.growth", "MB/h", []float64{growth})
			r.low, r.high = growth-spread, growth+spread
			r.note = fmt.Sprintf("%v; from %.0f to %.0f MB", length, memory[0], memory[len(memory)-1])
		})
		if err != nil {
			return nil, fmt.Errorf("soak.growth: %w", err)
		}
		return []row{r}, nil
	}}
}

// soak is the memory of the desktop program over time, from when it has settled.
func soak(t *trial, l live, length time.Duration) (hours, memory []float64) {
	began := time.Now()
	for time.Since(began) < length {
		if err := waitFor(t.Context(), soakEvery); err != nil {
			t.Fatal(err)
		}
		if passed := time.Since(began); passed > min(soakAfter, length/9) {
			hours, memory = append(hours, passed.Hours()), append(memory, proportional(family(l.desktop.Process.PID())))
		}
		if l.watcher.idle() > 10*time.Second {
			t.Fatalf("no picture for ten seconds, %v after the call began", time.Since(began))
		}
	}
	if len(hours) < 3 {
		t.Fatal("too short to tell")
	}
	return hours, memory
}

// slope is that of the line of least squares, and twice its standard error.
func slope(x, y []float64) (slope, spread float64) {
	mx, my := mean(x), mean(y)
	var sxx, sxy, rest float64
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
	}
	slope = sxy / sxx
	for i := range x {
		d := y[i] - my - slope*(x[i]-mx)
		rest += d * d
	}
	return slope, 2 * math.Sqrt(rest/float64(len(x)-2)/sxx)
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
