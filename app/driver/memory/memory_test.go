package memory

import (
	"runtime/debug"
	"testing"
)

func TestSave(t *testing.T) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	t.Setenv("GOGC", "70")
	Save()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("against the environment's will it is %d", got)
	}
	t.Setenv("GOGC", "")
	Save()
	if got := debug.SetGCPercent(100); got != gcPercent {
		t.Errorf("%d", got)
	}
	Trim()
}
