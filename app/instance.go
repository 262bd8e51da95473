package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// errRunning says that the profile's window is open already; it has been asked to come to the front.
var errRunning = errors.New("the program runs already with this profile")

// instance is the claim of one running program on a profile. A second start finds the lock taken, knocks at the socket
// and ends.
type instance struct {
	lock     *os.File
	listener net.Listener // nil where there are no local sockets
	mu       sync.Mutex
	called   func()
}

// claim takes the profile or returns errRunning.
func claim(profile string) (*instance, error) {
	lock, err := os.OpenFile(filepath.Join(profile, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	path := socketPath(profile)
	if !tryLock(lock) {
		lock.Close()
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			c.Close()
		}
		return nil, errRunning
	}
	i := &instance{lock: lock}
	_ = os.Remove(path) // ours: the lock is
	if l, err := net.Listen("unix", path); err == nil {
		_ = os.Chmod(path, 0o600)
		i.listener = l
		go i.listen()
	}
	return i, nil
}

// listen calls back for every knock, until release.
func (i *instance) listen() {
	for {
		c, err := i.listener.Accept()
		if err != nil {
			return
		}
		c.Close()
		i.mu.Lock()
		called := i.called
		i.mu.Unlock()
		if called != nil {
			called()
		}
	}
}

// onCall names what a second start brings about. It must not block.
func (i *instance) onCall(f func()) {
	i.mu.Lock()
	i.called = f
	i.mu.Unlock()
}

// release gives the profile back.
func (i *instance) release() {
	if i.listener != nil {
		i.listener.Close()
	}
	i.lock.Close()
}

// socketPath is short, whatever the profile's path: sockets have names of a hundred bytes at most.
func socketPath(profile string) string {
	sum := sha256.Sum256([]byte(profile))
	folder := os.Getenv("XDG_RUNTIME_DIR")
	if folder == "" {
		if len(profile) < 80 {
			return filepath.Join(profile, "window.sock")
		}
		folder = os.TempDir()
	}
	return filepath.Join(folder, "legekonsultasjon-"+hex.EncodeToString(sum[:6])+".sock")
}
