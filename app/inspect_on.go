//go:build inspect

package app

import (
	"context"
	"os"
)

// threadChecks lets Fyne look at every call's goroutine: a test fails when it logs one.
const threadChecks = true

// inspect writes what the window shows to the file that LEGEKONSULTASJON_INSPECT names, for tests that click.
func (p *program) inspect(ctx context.Context) {
	if path := os.Getenv("LEGEKONSULTASJON_INSPECT"); path != "" {
		go p.face.InspectTo(ctx, path, p.bridge.Do)
	}
}
