// Package durable writes whole files so that a crash, a power loss or a full disk leaves either the old contents or the
// new, never a mixture and never nothing.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// Perm is the permission of every file written here: the user's own.
const Perm fs.FileMode = 0o600

// WriteFile replaces path with data: a temporary file beside it is written, synced and renamed over it, and the folder
// is synced. On an error the old file is untouched and the temporary one is gone. The folder is made if it is missing.
func WriteFile(path string, data []byte) error {
	temp, err := writeTemp(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// WriteKeeping is WriteFile, but the old contents stay as previous. After a crash in the middle either path or previous
// holds them; a reader that finds no path looks at previous.
func WriteKeeping(path, previous string, data []byte) error {
	temp, err := writeTemp(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(path, previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(temp)
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		_ = os.Remove(temp)
		_ = os.Rename(previous, path)
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// SetAside renames path to the first free of path.broken, path.broken.2, ... and returns the new name.
func SetAside(path string) (string, error) {
	for n := 1; n < 1000; n++ {
		aside := path + ".broken"
		if n > 1 {
			aside += "." + strconv.Itoa(n)
		}
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return aside, os.Rename(path, aside)
		}
	}
	return "", fmt.Errorf("too many broken copies of %s", filepath.Base(path))
}

// IsFull reports whether err says that the disk, or the user's share of it, is full.
func IsFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	const handleDiskFull, diskFull = syscall.Errno(39), syscall.Errno(112) // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
	return runtime.GOOS == "windows" && (errors.Is(err, handleDiskFull) || errors.Is(err, diskFull))
}

func writeTemp(path string, data []byte) (name string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// syncFolder makes a rename last. Windows has no such call and needs none.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
