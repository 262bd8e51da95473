package notify

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"legekonsultasjon/assets"
)

type player struct{ played chan string }

func (p player) PlayPCM(_ context.Context, id string, pcm []int16) error {
	if len(pcm) != 48000*12/10 {
		return errors.New("not the chime")
	}
	p.played <- id
	return nil
}

func TestArrivalShowsAndRings(t *testing.T) {
	p := player{make(chan string)}
	shown := 0
	n := New(func() { shown++ }, p, assets.Chime(), func() string { return "headset" }, slog.New(slog.DiscardHandler))
	n.PatientArrived(true)
	n.PatientArrived(true) // rings already
	if id := <-p.played; id != "headset" {
		t.Fatalf("rang on %q", id)
	}
	n.PatientArrived(false)
	if shown != 3 {
		t.Fatalf("%d notifications", shown)
	}
}
