package ui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"legekonsultasjon/core/desk"
)

// Bridge brings work to Fyne's goroutine, until Quit or Close. It is the only place that calls fyne.Do, because Fyne's
// queue has no bound (of states only the newest waits, and at most one drawing is queued at a time), and because what
// comes after the end of Fyne's loop would run on the goroutine that asks, without a window to draw in.
type Bridge struct {
	mu      sync.Mutex
	newest  *desk.State
	queued  bool
	window  drawer
	closed  bool
	passing sync.WaitGroup // who is in fyne.Do; none joins after closed
	sleep   sleeper
	came    chan struct{} // capacity 1: full means that newest has been set since Answered last looked
}

// drawer is the Window.
type drawer interface {
	Render(desk.State)
	Tick()
}

// NewBridge makes a bridge that draws nothing until Connect, and does not sleep until Rest.
func NewBridge(e Events) *Bridge {
	return &Bridge{sleep: sleeper{Events: e, now: time.Now}, came: make(chan struct{}, 1)}
}

// Connect names the window. It is called on Fyne's goroutine before the program runs.
func (b *Bridge) Connect(w *Window) {
	b.mu.Lock()
	b.window = w
	b.mu.Unlock()
}

// Show draws a state as soon as possible. It never blocks; a state that was not drawn yet is replaced.
func (b *Bridge) Show(s desk.State) {
	b.mu.Lock()
	b.newest = &s
	first := !b.queued && b.window != nil
	b.queued = b.queued || first
	b.mu.Unlock()
	select {
	case b.came <- struct{}{}:
	default:
	}
	if first {
		b.Do(func() {
			b.mu.Lock()
			b.queued = false
			b.mu.Unlock()
			b.draw()
		})
	}
}

// answer is how long Answered waits: the desk takes a few milliseconds, and a window that stands still so long is not noticed.
const answer = 50 * time.Millisecond

// Answered asks the desk something whose answer is another screen, on Fyne's goroutine, and draws the answer at once. Fyne
// would first draw the button that was pressed, and with it the whole old screen, for a tenth of a second and more where the
// processor draws.
func (b *Bridge) Answered(ask func()) {
	select {
	case <-b.came:
	default:
	}
	ask()
	select {
	case <-b.came:
		b.draw()
	case <-time.After(answer):
	}
}

func (b *Bridge) draw() {
	b.mu.Lock()
	s := b.newest
	b.newest = nil
	b.mu.Unlock()
	if s != nil {
		b.window.Render(*s)
	}
}

// Do runs f on Fyne's goroutine, later, or not at all when the bridge is closed by then. The caller sees to it that no
// more than one waits.
func (b *Bridge) Do(f func()) {
	b.sleep.call()
	b.queue(f)
}

func (b *Bridge) queue(f func()) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.passing.Add(1)
	b.mu.Unlock()
	defer b.passing.Done()
	fyne.Do(func() {
		if b.open() {
			f()
		}
	})
}

func (b *Bridge) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.closed
}

// Quit runs last on Fyne's goroutine, after which nothing else runs there; last is to end the loop. Of several calls one
// counts, and none after Close.
func (b *Bridge) Quit(last func()) {
	if !b.open() {
		return
	}
	b.sleep.call()
	fyne.Do(func() {
		if b.Close() {
			last()
		}
	})
}

// Close drops whatever comes from now on, and reports whether the bridge was open. It waits for those who are about to
// queue something, so that nobody meets Fyne's queue in its end.
func (b *Bridge) Close() bool {
	b.mu.Lock()
	was := !b.closed
	b.closed = true
	b.mu.Unlock()
	b.passing.Wait()
	return was
}

// Tick lets the window's clocks go on once a second until ctx ends. A tick that the window has no time for is left out.
func (b *Bridge) Tick(ctx context.Context) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	idle := make(chan struct{}, 1) // holds a token while no tick is queued
	idle <- struct{}{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		select {
		case <-idle:
			b.Do(func() {
				b.window.Tick()
				idle <- struct{}{}
			})
		default:
		}
	}
}
