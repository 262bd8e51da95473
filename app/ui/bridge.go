package ui

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"legekonsultasjon/core/desk"
)

// Bridge brings work to Fyne's goroutine. It is the only place that calls fyne.Do, because Fyne's queue has no bound:
// of states only the newest waits, and at most one drawing is queued at a time.
type Bridge struct {
	mu     sync.Mutex
	newest *desk.State
	queued bool
	window *Window
}

// NewBridge makes a bridge that draws nothing until Connect.
func NewBridge() *Bridge { return &Bridge{} }

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
	if first {
		fyne.Do(b.draw)
	}
}

func (b *Bridge) draw() {
	b.mu.Lock()
	s := b.newest
	b.newest, b.queued = nil, false
	b.mu.Unlock()
	if s != nil {
		b.window.Render(*s)
	}
}

// Do runs f on Fyne's goroutine, later. The caller sees to it that no more than one waits.
func (b *Bridge) Do(f func()) { fyne.Do(f) }

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
			fyne.Do(func() {
				b.window.Tick()
				idle <- struct{}{}
			})
		default:
		}
	}
}
