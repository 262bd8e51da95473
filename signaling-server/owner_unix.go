//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// handOver gives what root has made in a folder to the folder's owner: the server runs as a user of its own, and has to
// open what root restored.
func handOver(folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, int(owner.Uid), int(owner.Gid))
		}
		if errors.Is(err, fs.ErrNotExist) { // a running server removes files too
			return nil
		}
		return err
	})
}

// reader is the user that the server runs as.
type reader struct {
	name   string
	uid    uint32
	groups []string
}

// serverUser is the owner of the data folder; ok is false where that is nobody else than who asks, or cannot be said.
func serverUser(folder string) (r reader, ok bool) {
	info, err := os.Stat(folder)
	if err != nil || os.Geteuid() != 0 {
		return r, false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return r, false
	}
	u, err := user.LookupId(strconv.Itoa(int(owner.Uid)))
	if err != nil {
		return r, false
	}
	groups, err := u.GroupIds()
	return reader{u.Username, owner.Uid, groups}, err == nil
}

// reads reports whether the user gets to a file and may read it, as far as modes say.
func (r reader) reads(file string) bool {
	real, err := filepath.EvalSymlinks(file)
	if err != nil || !r.may(real, 4) {
		return false
	}
	for _, path := range []string{file, real} {
		for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
			if !r.may(dir, 1) {
				return false
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return true
}

// may looks at one bit of a mode: 4 to read, 1 to go through.
func (r reader) may(path string, bit fs.FileMode) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return true
	case owner.Uid == r.uid:
		bit <<= 6
	case slices.Contains(r.groups, strconv.Itoa(int(owner.Gid))):
		bit <<= 3
	}
	return info.Mode().Perm()&bit != 0
}

// openFiles is how many files and sockets this process may have open.
func openFiles() (uint64, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
