package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"legekonsultasjon/signaling-server/store"
)

// The embedded store belongs to one process, so a running server takes orders at a socket in its data folder. Whoever may
// write in that folder may give orders.

const (
	adminTimeout = 15 * time.Second // of one order
	maxOrder     = 16 << 10         // bytes
)

func adminSocket(data string) string { return filepath.Join(data, "admin.sock") }

// adminDesk takes orders until close.
type adminDesk struct {
	listener net.Listener
	st       *store.Store
	cancel   context.CancelFunc
	work     sync.WaitGroup
}

// openAdmin listens in the data folder; the store's lock says that no other server does.
func openAdmin(data string, st *store.Store) (*adminDesk, error) {
	path := adminSocket(data)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w (is the path of the data folder longer than 90 characters?)", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	d := &adminDesk{listener: l, st: st, cancel: cancel}
	d.work.Go(func() { d.run(ctx) })
	return d, nil
}

func (d *adminDesk) close() {
	_ = d.listener.Close()
	d.cancel()
	d.work.Wait()
}

// run takes one order after the other.
func (d *adminDesk) run(ctx context.Context) {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.one(ctx, conn)
	}
}

func (d *adminDesk) one(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(adminTimeout))
	var o order
	if err := json.NewDecoder(io.LimitReader(conn, maxOrder)).Decode(&o); err != nil {
		return
	}
	if o.Verb == backupVerb {
		sendBackup(ctx, conn, d.st)
		return
	}
	text, err := obey(ctx, d.st, o)
	r := report{Text: text}
	if err != nil {
		r = report{Error: err.Error()}
	}
	_ = json.NewEncoder(conn).Encode(r)
}

// askRunning gives the order to the server that runs on the data folder; running is false when none does.
func askRunning(ctx context.Context, data string, o order) (text string, running bool, err error) {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "unix", adminSocket(data))
	if err != nil {
		return "", false, nil // no socket, or nobody at it; the store's lock has the last word
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(adminTimeout))
	if err := json.NewEncoder(conn).Encode(o); err != nil {
		return "", true, err
	}
	var r report
	if err := json.NewDecoder(conn).Decode(&r); err != nil {
		return "", true, fmt.Errorf("the running server did not answer: %w", err)
	}
	if r.Error != "" {
		return "", true, errors.New(r.Error)
	}
	return r.Text, true, nil
}
