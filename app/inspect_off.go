//go:build !inspect

package app

import (
	"context"
	"time"
)

// threadChecks lets Fyne look at every call's goroutine, and mend and log what comes from a wrong one. The program is tested
// with it and runs without it.
const threadChecks = false

// deskClock is the machine's clock.
func deskClock() func() time.Time { return time.Now }

// inspect exists in test builds only.
func (*program) inspect(context.Context) {}
