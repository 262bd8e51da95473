package rig

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Awake keeps the processors of a virtual machine from going to sleep until the test ends: waking one that its host has
// given away takes tens of milliseconds, which sound does not have. The loops run in the scheduling class that gives way
// to everything else.
func Awake(t testing.TB, dir string) {
	t.Helper()
	for n := range runtime.NumCPU() {
		Start(t, dir, "awake", nil, "taskset", "-c", strconv.Itoa(n), "chrt", "--idle", "0", "sh", "-c", "while :; do :; done")
	}
}

// Processors reads how long the machine's processors have been at all, and how long of that the host gave them to
// others while they had work to do (proc(5), steal), both in ticks.
func Processors() (all, stolen float64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line)[1:] {
		v, _ := strconv.ParseFloat(field, 64)
		if i < 8 { // guest time, behind, is in user time already
			all += v
		}
		if i == 7 {
			stolen = v
		}
	}
	return all, stolen
}
