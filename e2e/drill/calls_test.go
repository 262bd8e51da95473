//go:build hostile

package drill

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/e2e/rig"
)

const (
	callLength  = 5 * time.Second  // of each call of the drill "calls", from Delta
	callsAtOnce = 10               // doctors
	callsSettle = 30 * time.Second // until what a call had is given back
)

// TestCalls is the drill "calls": calls with picture and sound, one after the other, at ten desks at once, each from the
// invitation to Fullfør. Afterwards there are as few goroutines and descriptors as after the first of each desk.
func TestCalls(t *testing.T) {
	n := runs(t, 500)
	desks := min(callsAtOnce, n)
	doctors := make([]rig.Doctor, desks)
	for i := range doctors {
		doctors[i] = rig.Doctor{Name: kari.Name, Email: fmt.Sprintf("kari%d@eksempel.no", i), Password: kari.Password}
	}
	server := rig.NewServer(t, rig.ServerOptions{Dir: t.TempDir(), Binary: built(t), Doctors: doctors})
	offices := make([]*clinic, desks)
	for i := range offices {
		offices[i] = newStudio(t, server.URL, doctors[i])
	}
	eachHolds := func(what string, rounds int) (held int) {
		var wg sync.WaitGroup
		results := make(chan int, desks) // capacity desks: each sends once
		for i, c := range offices {
			wg.Go(func() { results <- c.holds(fmt.Sprintf("%s%d", what, i), rounds) })
		}
		wg.Wait()
		close(results)
		for r := range results {
			held += r
		}
		return held
	}
	if held := eachHolds("forst", 1); held != desks {
		t.Fatalf("%d of the first %d calls", held, desks)
	}
	before := settled(t, func(footprint) bool { return true })
	rounds := (n + desks - 1) / desks
	held := eachHolds("ola", rounds)
	after := settled(t, func(f footprint) bool {
		return f.goroutines <= before.goroutines && f.descriptors <= before.descriptors
	})
	report("calls", rounds*desks, held, "%d goroutines and %d descriptors before, %d and %d after", before.goroutines, before.descriptors, after.goroutines, after.descriptors)
	if held != rounds*desks {
		t.Errorf("%d calls of %d", held, rounds*desks)
	}
	if after.goroutines > before.goroutines || after.descriptors > before.descriptors {
		var stacks strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
		t.Errorf("something was left behind: %+v after %+v\n%s", after, before, stacks.String())
	}
}

// newStudio is a desktop without a window whose calls have picture and sound by the real codecs.
func newStudio(t *testing.T, url string, doctor rig.Doctor) *clinic {
	t.Helper()
	c := blankClinic(t, doctor)
	c.url = url
	c.openWith(url, func(d *desk.Deps) { d.Devices = (*devices)(c) })
	return c
}

// holds has so many calls one after the other, and says how many went well.
func (c *clinic) holds(who string, rounds int) (held int) {
	for round := range rounds {
		if err := c.holdsOne(fmt.Sprintf("%s-%d@eksempel.no", who, round)); err != nil {
			c.t.Errorf("%s, call %d: %v", who, round+1, err)
			continue
		}
		held++
	}
	return held
}

// holdsOne is one consultation from the invitation to Fullfør.
func (c *clinic) holdsOne(address string) error {
	letter := c.invite(address)
	p, err := dialPatient(c.t.Context(), c.url, letter, c.clock)
	if err != nil {
		return err
	}
	defer p.close()
	if !c.reaches(20*time.Second, func(s desk.State) bool { return canJoin(s, letter.ID) }) {
		return fmt.Errorf("the patient never waited")
	}
	seen := c.frames.Load()
	c.desk.Do(desk.DoJoin{Invitation: letter.ID})
	over := time.Now().Add(callLength)
	if err := rig.WaitFor(c.t.Context(), 20*time.Second, func() bool { return c.frames.Load() > seen && p.seen() > 0 && time.Now().After(over) }); err != nil {
		return fmt.Errorf("the doctor saw %d pictures, the patient %d", c.frames.Load()-seen, p.seen())
	}
	c.desk.Do(desk.DoLeave{})
	if !c.reaches(10*time.Second, func(s desk.State) bool { return s.Call == nil }) {
		return fmt.Errorf("the call did not end")
	}
	c.desk.Do(desk.DoFinish{Invitation: letter.ID})
	if !c.reaches(10*time.Second, func(s desk.State) bool { return len(s.Waiting) == 0 }) {
		return fmt.Errorf("the patient still waits")
	}
	return nil
}

// footprint is what the process has of what can leak.
type footprint struct{ goroutines, descriptors int }

// settled is the footprint when it is right, or when it does not change for a second, or in the end.
func settled(t *testing.T, right func(footprint) bool) (f footprint) {
	t.Helper()
	measure := func() footprint {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return footprint{runtime.NumGoroutine(), len(open)}
	}
	var since time.Time
	_ = rig.WaitFor(t.Context(), callsSettle, func() bool {
		now := measure()
		if now != f {
			f, since = now, time.Now()
		}
		return right(f) && time.Since(since) > 3*time.Second
	})
	return f
}
