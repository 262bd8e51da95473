//go:build inspect

package app

import (
	"context"
	"os"
)

// inspect writes what the window shows to the file that LEGEKONSULTASJON_INSPECT names, for tests that click.
func (p *program) inspect(ctx context.Context) {
	if path := os.Getenv("LEGEKONSULTASJON_INSPECT"); path != "" {
		go p.face.InspectTo(ctx, path, p.bridge.Do)
	}
}
