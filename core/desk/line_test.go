package desk

import (
	"context"
	"errors"
	"testing"
)

func TestASlowServerIsLeftInsteadOfWaitedFor(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := &wire{out: make(chan outgoing, lineQueue), stop: cancel, over: ctx.Done()}
	for n := range lineQueue {
		if err := w.send(nil); err != nil {
			t.Fatalf("message %d: %v", n, err)
		}
	}
	if err := w.send(nil); !errors.Is(err, errLineDown) || ctx.Err() == nil {
		t.Errorf("one too many: %v, socket %v", err, ctx.Err())
	}
	var none *wire
	if err := none.send(nil); !errors.Is(err, errLineDown) {
		t.Errorf("without a socket: %v", err)
	}
}
