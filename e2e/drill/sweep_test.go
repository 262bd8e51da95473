//go:build linux

package drill

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// sweep takes down what a drill that was interrupted has left: shelves with nobody behind them any more, and the loop
// devices on their disks.
func sweep(t *testing.T) {
	t.Helper()
	mounts := mounted(t)
	for _, m := range mounts {
		var fsys syscall.Statfs_t
		if m.source != shelfName || !errors.Is(syscall.Statfs(m.point, &fsys), syscall.ENOTCONN) {
			continue
		}
		loops, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
		for _, file := range loops {
			back, _ := os.ReadFile(file)
			if !strings.HasPrefix(string(back), m.point+"/") {
				continue
			}
			device := "/dev/" + filepath.Base(filepath.Dir(filepath.Dir(file)))
			for _, on := range mounts {
				if on.source == device {
					command(t, "umount", "--lazy", on.point)
				}
			}
			command(t, "losetup", "--detach", device)
		}
		command(t, "umount", "--lazy", m.point)
		t.Log("took down what an earlier drill had left at ", m.point)
	}
}

// mount is a mounted file system.
type mount struct{ point, source string }

func mounted(t *testing.T) (all []mount) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		before, after, ok := strings.Cut(line, " - ")
		if left, right := strings.Fields(before), strings.Fields(after); ok && len(left) > 4 && len(right) > 1 {
			all = append(all, mount{left[4], right[1]})
		}
	}
	return all
}
