//go:build !inspect

package app

import "context"

// inspect exists in test builds only.
func (*program) inspect(context.Context) {}
