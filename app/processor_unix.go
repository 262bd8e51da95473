//go:build unix

package app

import (
	"syscall"
	"time"
)

// processorTime is the processor time that this program has used so far; negative for unknown.
func processorTime() time.Duration {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return -1
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
