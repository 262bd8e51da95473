package main

import (
	"runtime/debug"
	"testing"
)

// TestMemoryIsGivenBack: what was allocated since the last collection counts as spare, and is gone after the next.
func TestMemoryIsGivenBack(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // none but ours
	giveBack()
	before := spare()
	passing := make([][]byte, 64)
	for i := range passing {
		passing[i] = make([]byte, 1<<20)
	}
	if s := spare(); s < before+60<<20 {
		t.Errorf("%d MiB are spare of 64 that are new", s>>20)
	}
	passing[0][0] = 1
	giveBack()
	if s := spare(); s > before+worthwhile {
		t.Errorf("%d MiB are spare after they were given back", s>>20)
	}
}

// TestThriftEnds: stop waits for what was started.
func TestThriftEnds(*testing.T) { thrift()() }
