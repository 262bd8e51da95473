package main

import (
	"image"
	"runtime"
	"slices"
	"sync"
	"time"

	"legekonsultasjon/e2e/rig"
)

// watcher reads the patient's clock from the doctor's screen a thousand times a second: when a time is first seen, and how
// long ago it was painted, is the delay from glass to glass, alike for every program.
type watcher struct {
	display *rig.Display
	place   image.Rectangle // of the patient's picture
	ended   chan struct{}
	once    sync.Once
	done    sync.WaitGroup

	mu      sync.Mutex
	began   time.Time // of what counts
	first   time.Time // the first picture of all
	delays  []float64 // ms
	seen    int       // pictures
	longest float64   // ms between two pictures
	last    time.Time
}

// watch begins to read; stop ends it, or at the latest the end of the trial, before the screen's.
func watch(t *trial, display *rig.Display, place image.Rectangle) *watcher {
	w := &watcher{display: display, place: place, ended: make(chan struct{})}
	w.done.Add(1)
	go w.run()
	t.Cleanup(w.end)
	return w
}

func (w *watcher) run() {
	defer w.done.Done()
	runtime.LockOSThread()
	last, candidate := -1, -1
	var at time.Time
	for {
		select {
		case <-w.ended:
			return
		default:
		}
		now := time.Now()
		switch n, ok := w.display.Number(w.place); {
		case !ok:
			candidate = -1
		case n != last && n != candidate: // perhaps half drawn: it counts when it is read twice
			candidate, at = n, now
		case n == candidate:
			last, candidate = n, -1
			w.saw(n, at)
		}
		time.Sleep(time.Millisecond)
	}
}

// clockRange is after how many milliseconds the clock in the picture begins anew; no delay is that long.
const clockRange = 4096

func (w *watcher) saw(painted int, at time.Time) {
	now := float64(at.UnixMicro()%(clockRange*1000)) / 1000
	delay := now - float64(painted)
	if delay < -clockRange/2 {
		delay += clockRange
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.first.IsZero() {
		w.first = at
	}
	if delay < 0 || delay > clockRange/2 {
		return // a wrong reading that passed the checksum
	}
	if !w.last.IsZero() {
		w.longest = max(w.longest, float64(at.Sub(w.last).Microseconds())/1000)
	}
	w.delays, w.last = append(w.delays, delay), at
	w.seen++
}

// fresh forgets what was seen so far, except the first picture's time.
func (w *watcher) fresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began, w.delays, w.seen, w.longest, w.last = time.Now(), nil, 0, 0, time.Time{}
}

// firstPicture is when the first picture was seen; zero before.
func (w *watcher) firstPicture() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.first
}

// idle is how long no new picture has been seen.
func (w *watcher) idle() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.delays) > 1<<16 {
		w.delays = nil // of a soak, nobody asks for them
	}
	return time.Since(w.last)
}

// end ends the reading; a second call does nothing.
func (w *watcher) end() {
	w.once.Do(func() { close(w.ended) })
	w.done.Wait()
}

// stop ends the reading and sums it up since the last fresh.
func (w *watcher) stop() (p50, p99, perSecond, longest float64) {
	w.end()
	if len(w.delays) == 0 {
		return 0, 0, 0, 0
	}
	slices.Sort(w.delays)
	n := len(w.delays)
	return w.delays[n/2], w.delays[n*99/100], float64(w.seen) / w.last.Sub(w.began).Seconds(), w.longest
}
