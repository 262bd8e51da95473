package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"legekonsultasjon/e2e/rig"
)

// The program's start and its rest, as a doctor has it who is signed in: bin/legekonsultasjon as it is shipped.
const (
	steadyFor = 4 * time.Second // a screen that has not changed for so long shows the finished window
	calm      = 15 * time.Second
	idleFor   = 30 * time.Second
)

func startBench() bench {
	return bench{names: []string{"app.start"}, run: func(ctx context.Context, runs int) ([]row, error) {
		if runs == 0 {
			runs = 5
		}
		var starts, firsts []float64
		err := try(ctx, func(t *trial) {
			c := newClinic(newHouse(t))
			for range runs + 1 {
				usable, first := c.start()
				t.Logf("app.start %.0f ms to the first usable frame, %.0f ms to anything at all", usable, first)
				starts, firsts = append(starts, usable), append(firsts, first)
			}
		})
		if err != nil {
			return nil, fmt.Errorf("app.start: %w", err)
		}
		// The first start of all reads the program from the disk; it is told apart.
		r := newRow("app.start", "ms", starts[1:])
		r.note = fmt.Sprintf("the very first %.0f ms; anything on the screen after %.0f ms", starts[0], median(firsts[1:]))
		return []row{r}, nil
	}}
}

// start starts the program and ends it, and returns the milliseconds until the screen shows the finished window, all but
// what counts or blinks, and until it shows anything.
func (c *clinic) start() (usable, first float64) {
	empty := sample(c.screen)
	began := time.Now()
	p := c.open()
	defer p.Stop()
	type moment struct {
		at    time.Time
		looks []byte
	}
	moments := []moment{{began, empty}}
	for time.Since(moments[len(moments)-1].at) < steadyFor || len(moments) < 2 {
		if time.Since(began) > 40*time.Second || c.t.Context().Err() != nil {
			c.t.Fatal("no steady window")
		}
		if now := sample(c.screen); !alike(now, moments[len(moments)-1].looks) {
			moments = append(moments, moment{time.Now(), now})
		}
		time.Sleep(2 * time.Millisecond)
	}
	last := moments[len(moments)-1].looks
	done := moments[len(moments)-1].at
	for i := len(moments) - 1; i >= 0 && alike(moments[i].looks, last); i-- {
		done = moments[i].at
	}
	ms := func(t time.Time) float64 { return float64(t.Sub(began).Microseconds()) / 1000 }
	return ms(done), ms(moments[1].at)
}

// open starts the program as it is shipped.
func (c *clinic) open() *rig.Process {
	env := append(append([]string{}, c.env...), "DISPLAY="+c.screen.Name, "LANG=en_US.UTF-8", "WAYLAND_DISPLAY=")
	return rig.Start(c.t, c.folder("desktop"), "shipped", env, filepath.Join(rig.Root(c.t), "bin", "legekonsultasjon"), "--profile", c.profile, "--camera", "test", "--loopback")
}

// sample is every fourth pixel of every fourth row.
func sample(d *rig.Display) []byte { return d.Sample(4) }

// alike tells two samples apart only where more than one pixel in two hundred differs: a cursor may blink, a clock go on.
func alike(a, b []byte) bool {
	differ := 0
	for i := range a {
		if a[i] != b[i] {
			differ++
		}
	}
	return differ*200 < len(a)
}

func idleBench() bench {
	return bench{names: []string{"app.idle.cpu", "app.idle.pss"}, run: func(ctx context.Context, runs int) ([]row, error) {
		if runs == 0 {
			runs = ownRuns
		}
		var cpu, memory []float64
		err := try(ctx, func(t *trial) {
			c := newClinic(newHouse(t))
			for range runs {
				share, mb := c.rest()
				t.Logf("app.idle %.2f %% of a processor, %.0f MB", share, mb)
				cpu, memory = append(cpu, share), append(memory, mb)
			}
		})
		if err != nil {
			return nil, fmt.Errorf("app.idle: %w", err)
		}
		return []row{newRow("app.idle.cpu", "%", cpu), newRow("app.idle.pss", "MB", memory)}, nil
	}}
}

// rest leaves the program alone on the doctor's home, connected, and returns its share of a processor and its memory.
func (c *clinic) rest() (share, memory float64) {
	log := filepath.Join(c.profile, "log.txt")
	_ = os.Remove(log)
	p := c.open()
	defer p.Stop()
	rig.Until(c.t, 40*time.Second, "the doctor's home", func() bool {
		text, _ := os.ReadFile(log)
		return strings.Contains(string(text), "screen=home online=true")
	})
	_ = waitFor(c.t.Context(), calm)
	before, began := spent(family(p.PID())), time.Now()
	_ = waitFor(c.t.Context(), idleFor)
	all := family(p.PID())
	return 100 * (spent(all) - before) / time.Since(began).Seconds(), proportional(all)
}
