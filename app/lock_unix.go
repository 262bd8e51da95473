//go:build unix

package app

import (
	"os"
	"syscall"
)

// tryLock locks a file until it is closed or the program ends, however that happens.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
