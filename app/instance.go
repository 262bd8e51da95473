package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"legekonsultasjon/core/handover"
	"legekonsultasjon/core/intake"
)

// errRunning says that the profile's window is open already.
var errRunning = errors.New("the program runs already with this profile")

// instance is the claim of one running program on a profile. A second start finds the lock taken, hands its order over
// and ends.
type instance struct {
	lock     *os.File
	listener net.Listener // nil where there are no local sockets
	address  string       // the file that says where to find us
	ready    chan struct{}
	take     handover.Take // once ready
	end      context.CancelFunc
	served   sync.WaitGroup
}

// claim takes the profile or returns errRunning.
func claim(profile string) (*instance, error) {
	lock, err := os.OpenFile(filepath.Join(profile, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if !tryLock(lock) {
		lock.Close()
		return nil, errRunning
	}
	return &instance{lock: lock, address: addressPath(profile), ready: make(chan struct{}), end: func() {}}, nil
}

// serve takes orders of later starts from now on. Where it cannot the program does without them.
func (i *instance) serve(profile string, log *slog.Logger) {
	ctx, end := context.WithCancel(context.Background())
	i.end = end
	if err := i.listen(ctx, socketPath(profile)); err != nil {
		log.Warn("other programs cannot hand anything over", "err", err)
	}
}

// listen opens the socket and says where it is.
func (i *instance) listen(ctx context.Context, path string) error {
	_ = os.Remove(path) // ours: the lock is
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	_ = os.Chmod(path, 0o600)
	a := handover.NewAddress(path)
	if err := a.Write(i.address); err != nil {
		listener.Close()
		return err
	}
	i.listener = listener
	i.served.Go(func() { handover.Serve(ctx, listener, a, i.takeWhenReady) })
	return nil
}

// takeWhenReady waits for the window, which opens a moment after the claim.
func (i *instance) takeWhenReady(ctx context.Context, o handover.Order, tell func(intake.Fate)) {
	select {
	case <-i.ready:
		i.take(ctx, o, tell)
	case <-ctx.Done():
	}
}

// onOrder names what carries orders out. It is called once.
func (i *instance) onOrder(take handover.Take) {
	i.take = take
	close(i.ready)
}

// release gives the profile back.
func (i *instance) release() {
	i.end()
	if i.listener != nil {
		_ = os.Remove(i.address)
		i.listener.Close()
	}
	i.served.Wait()
	i.lock.Close()
}

// addressPath is where the running program says how it is found.
func addressPath(profile string) string { return filepath.Join(profile, "handover") }

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
