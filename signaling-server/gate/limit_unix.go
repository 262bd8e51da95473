//go:build unix

package gate

import "syscall"

// MaxOpen is how many connections the process's descriptors leave: all but a quarter (at most 4096), which is for the store and relayed
// addresses, and never more than a million.
func MaxOpen() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1 << 12
	}
	free := min(uint64(limit.Cur), 1<<20)
	return int(max(free-min(free/4, 4096), 64))
}
