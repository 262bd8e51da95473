package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"legekonsultasjon/signaling-server/store"
)

// backupTime is how long a backup may take.
const backupTime = 10 * time.Minute

type storeFlags struct{ data, natsURL string }

func (f *storeFlags) add(fs *flag.FlagSet) {
	configFlag(fs)
	fs.StringVar(&f.data, "data", "var/signaling-server", "the server's data `folder`")
	fs.StringVar(&f.natsURL, "nats-url", "", "`URL` of NATS servers, when the server uses them")
}

// backup writes a backup, from the running server or from the data folder when none runs, and verifies it.
func backup(ctx context.Context, args []string, out, errs io.Writer) error {
	var f storeFlags
	var to, verify string
	fs := flag.NewFlagSet("backup", flag.ContinueOnError)
	f.add(fs)
	fs.StringVar(&to, "out", "", "`file` to write, - for standard output; it holds password hashes: keep it as safe as the data folder")
	fs.StringVar(&verify, "verify", "", "look only whether this `file` is a whole backup")
	if ok, err := parse(fs, args, errs, false); !ok || err != nil {
		return err
	}
	switch {
	case (to == "") == (verify == ""):
		return usageError("backup wants --out or --verify")
	case verify != "":
		return verifyFile(verify, out)
	case to == "-":
		return f.toPipe(ctx, out, errs)
	}
	partial := to + ".partial"
	if err := f.toFile(ctx, partial, errs); err != nil {
		_ = os.Remove(partial)
		return err
	}
	if err := verifyFile(partial, io.Discard); err != nil {
		return err
	}
	if err := os.Rename(partial, to); err != nil {
		return err
	}
	return verifyFile(to, out)
}

func (f *storeFlags) toFile(ctx context.Context, path string, errs io.Writer) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = f.write(ctx, file, errs)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// toPipe verifies what it passes on; whoever reads it must heed the exit code.
func (f *storeFlags) toPipe(ctx context.Context, out, errs io.Writer) error {
	r, w := io.Pipe()
	verified := make(chan error, 1) // capacity 1: sent once
	go func() {
		_, err := store.VerifyBackup(r)
		_ = r.CloseWithError(err)
		verified <- err
	}()
	err := f.write(ctx, io.MultiWriter(out, w), errs)
	_ = w.CloseWithError(err)
	if checked := <-verified; err == nil {
		err = checked
	}
	return err
}

func (f *storeFlags) write(ctx context.Context, w io.Writer, errs io.Writer) error {
	if f.natsURL == "" {
		if running, err := backupRunning(ctx, f.data, w); running {
			return err
		}
		if _, err := os.Stat(f.data); err != nil {
			return err // opening it would make it
		}
	}
	o := store.Options{Folder: f.data, URL: f.natsURL, Log: slog.New(slog.NewTextHandler(errs, nil))}
	return withStore(ctx, o, func(st *store.Store) error {
		_, err := st.Backup(ctx, w)
		return plain(err)
	})
}

func verifyFile(path string, out io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum, err := store.VerifyBackup(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err = fmt.Fprintf(out, "verified %s of %s: %s\n", path, sum.Taken.Format(time.RFC3339), contents(sum))
	return err
}

func contents(s store.Summary) string {
	return fmt.Sprintf("%d clinics, %d doctors, %d invitations, %d sessions, %d records in all",
		s.Clinics, s.Doctors, s.Invitations, s.Sessions, s.Records)
}

// restore makes a store from a backup.
func restore(ctx context.Context, args []string, out, errs io.Writer) error {
	var f storeFlags
	var from string
	var how store.RestoreOptions
	fs := flag.NewFlagSet("restore", flag.ContinueOnError)
	f.add(fs)
	fs.StringVar(&from, "from", "", "`file` that backup wrote")
	fs.BoolVar(&how.Replace, "replace", false, "put the store that is there aside, into a folder before-TIME in the data folder")
	fs.BoolVar(&how.Sessions, "sessions", false, "keep signed-in workstations; some may have been signed out since")
	if ok, err := parse(fs, args, errs, false); !ok || err != nil {
		return err
	}
	if from == "" {
		return usageError("restore needs --from")
	}
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	o := store.Options{Folder: f.data, URL: f.natsURL, Log: slog.New(slog.NewTextHandler(errs, nil))}
	done, err := store.Restore(ctx, o, file, how)
	if f.natsURL == "" {
		err = errors.Join(err, handOver(f.data))
	}
	switch {
	case errors.Is(err, store.ErrInUse):
		return inUseError(f.data + ": " + err.Error() + "; stop it first")
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("%w; --replace puts it aside", err)
	case err != nil:
		return plain(err)
	}
	sayRestored(out, done)
	return nil
}

func sayRestored(out io.Writer, done store.Restored) {
	fmt.Fprintf(out, "restored the backup of %s: %d records written and read back\n", done.Summary.Taken.Format(time.RFC3339), done.Written)
	if done.Expired > 0 {
		fmt.Fprintf(out, "%d records had expired since\n", done.Expired)
	}
	if done.Dropped > 0 {
		fmt.Fprintf(out, "%d sessions left out: doctors sign in again\n", done.Dropped)
	}
	if done.Aside != "" {
		fmt.Fprintf(out, "the store before is in %s\n", done.Aside)
	}
}

// sendBackup answers an order for a backup: the backup itself, or a report of what went wrong before it began.
func sendBackup(ctx context.Context, conn net.Conn, st *store.Store) {
	_ = conn.SetDeadline(time.Now().Add(backupTime))
	w := &counting{w: conn}
	if _, err := st.Backup(ctx, w); err != nil && w.n == 0 {
		_ = json.NewEncoder(conn).Encode(report{Error: plain(err).Error()})
	}
}

type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// backupRunning has the server that runs on the data folder write its backup to w; running is false when none does. The
// backup's own end says whether it is whole.
func backupRunning(ctx context.Context, data string, w io.Writer) (running bool, err error) {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "unix", adminSocket(data))
	if err != nil {
		return false, nil // the store's lock has the last word
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(backupTime))
	if err := json.NewEncoder(conn).Encode(order{Verb: backupVerb}); err != nil {
		return true, err
	}
	answer := bufio.NewReader(conn)
	if first, err := answer.Peek(1); err == nil && first[0] == '{' { // a backup begins with gzip's 0x1f
		var r report
		if err := json.NewDecoder(answer).Decode(&r); err != nil {
			return true, err
		}
		return true, errors.New(r.Error)
	}
	_, err = io.Copy(w, answer)
	return true, err
}

const backupVerb = "backup"
