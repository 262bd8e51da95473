package ui

import (
	"testing"

	"legekonsultasjon/core/desk"
)

// easel notes what is drawn.
type easel struct{ drawn []desk.Screen }

func (e *easel) Render(s desk.State) { e.drawn = append(e.drawn, s.Screen) }
func (e *easel) Tick()               {}

func newBusy(e *easel) *Bridge {
	b := NewBridge(Events{})
	b.window = e
	b.queued = true // Fyne's loop has work of its own: what is queued waits
	return b
}

func TestTheAnswerIsDrawnBeforeWhatFyneHasToDraw(t *testing.T) {
	var e easel
	b := newBusy(&e)
	b.Show(desk.State{Screen: desk.ScreenHome}) // from before: no answer
	b.Answered(func() { go b.Show(desk.State{Screen: desk.ScreenCall}) })
	if len(e.drawn) != 1 || e.drawn[0] != desk.ScreenCall {
		t.Fatalf("drawn %v, want the call and nothing else", e.drawn)
	}
	if !b.queued {
		t.Fatal("a second drawing can be queued behind the one that waits")
	}
}

func TestNobodyWaitsForAnAnswerForEver(t *testing.T) {
	var e easel
	b := newBusy(&e)
	b.Answered(func() {})
	if len(e.drawn) != 0 {
		t.Fatalf("drawn %v without an answer", e.drawn)
	}
}
