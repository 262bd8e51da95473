//go:build inspect

package app

import (
	"context"
	"os"
	"time"
)

// threadChecks lets Fyne look at every call's goroutine: a test fails when it logs one.
const threadChecks = true

// deskClock is the machine's clock, ahead by what LEGEKONSULTASJON_AHEAD says: a test of tomorrow does not wait for it.
func deskClock() func() time.Time {
	ahead, err := time.ParseDuration(os.Getenv("LEGEKONSULTASJON_AHEAD"))
	if err != nil || ahead == 0 {
		return time.Now
	}
	return func() time.Time { return time.Now().Add(ahead) }
}

// inspect writes what the window shows to the file that LEGEKONSULTASJON_INSPECT names, for tests that click.
func (p *program) inspect(ctx context.Context) {
	if path := os.Getenv("LEGEKONSULTASJON_INSPECT"); path != "" {
		go p.face.InspectTo(ctx, path, p.bridge.Do)
		go profile(ctx)
	}
}
