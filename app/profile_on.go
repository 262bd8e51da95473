//go:build inspect

package app

import (
	"context"
	"os"
	"runtime/pprof"
	"time"
)

// profile writes a profile of the processor to the file that LEGEKONSULTASJON_PROFILE names, for as long as the window map
// is paused by a measurement.
func profile(ctx context.Context) {
	path, mark := os.Getenv("LEGEKONSULTASJON_PROFILE"), os.Getenv("LEGEKONSULTASJON_INSPECT")+".pause"
	if path == "" {
		return
	}
	every := time.NewTicker(200 * time.Millisecond)
	defer every.Stop()
	var to *os.File
	for {
		_, err := os.Stat(mark)
		switch {
		case err == nil && to == nil:
			if to, err = os.Create(path); err != nil || pprof.StartCPUProfile(to) != nil {
				return
			}
		case err != nil && to != nil:
			pprof.StopCPUProfile()
			_ = to.Close()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
