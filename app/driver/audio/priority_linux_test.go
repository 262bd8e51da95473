package audio

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hasty counts the process's threads that go before others.
func hasty(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // ended meanwhile
		}
		fields := strings.Fields(string(b[strings.LastIndex(string(b), ")"):])) // proc(5): nice is the 19th, state the third
		if len(fields) > 17 && fields[17] == fmt.Sprint(niceness) {
			n++
		}
	}
	return n
}

// The callback's thread and the goroutine's are raised where that is allowed (to root, and by RLIMIT_NICE), and are gone
// with the device.
func TestSoundGoesBeforeOthers(t *testing.T) {
	leavesNothing(t)
	soundServer(t)
	before := hasty(t) // other tests leave a hanging device behind
	stop := listen(t, system(), "")
	if os.Geteuid() == 0 {
		eventually(t, "two threads are raised", func() bool { return hasty(t) >= before+2 })
	}
	stop()
	eventually(t, "none is left", func() bool { return hasty(t) <= before })
}
