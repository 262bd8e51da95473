//go:build !inspect

package app

import "context"

// threadChecks lets Fyne look at every call's goroutine, and mend and log what comes from a wrong one. The program is tested
// with it and runs without it.
const threadChecks = false

// inspect exists in test builds only.
func (*program) inspect(context.Context) {}
