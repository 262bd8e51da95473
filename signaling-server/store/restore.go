package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrNotEmpty is returned by Restore when there is a store already.
var ErrNotEmpty = errors.New("there is a store already")

// RestoreOptions say what is done with a backup.
type RestoreOptions struct {
	Replace  bool // put an existing embedded store aside
	Sessions bool // keep sessions too: some of them may have been ended since the backup
}

// Restored says what was done.
type Restored struct {
	Summary Summary
	Written int
	Expired int    // records whose time had passed
	Dropped int    // sessions
	Aside   string // folder that the store before was moved to; empty for none
}

// Restore makes the store that o names from a backup. The backup is verified before anything is touched, and every record
// is read back before the new store takes the old one's place; when anything goes wrong the old one is still there. Another
// process must not have it open: ErrInUse. With a URL the bucket must be empty.
func Restore(ctx context.Context, o Options, backup io.ReadSeeker, how RestoreOptions) (Restored, error) {
	sum, err := VerifyBackup(backup)
	if err != nil {
		return Restored{}, err
	}
	if o.URL != "" {
		s, err := Open(ctx, o)
		if err != nil {
			return Restored{}, err
		}
		defer s.Close()
		return s.load(ctx, backup, Restored{Summary: sum}, how)
	}
	hold := &Store{opts: o}
	if err := hold.takeFolder(); err != nil {
		return Restored{}, err
	}
	defer hold.dropFolder()
	if !how.Replace && hold.inhabited() {
		return Restored{}, ErrNotEmpty
	}
	return hold.rebuild(ctx, backup, Restored{Summary: sum}, how)
}

func (s *Store) inhabited() bool { return !Fresh(s.opts.Folder) }

// Fresh reports whether a data folder neither holds an embedded store nor ever did.
func Fresh(folder string) bool {
	for _, path := range []string{engineFolder(folder), filepath.Join(folder, witnessName)} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			return false
		}
	}
	return true
}

// rebuild makes a store in a folder of its own within the data folder, and puts it in place when it is whole.
func (s *Store) rebuild(ctx context.Context, backup io.ReadSeeker, done Restored, how RestoreOptions) (Restored, error) {
	fresh := filepath.Join(s.opts.Folder, "restoring")
	if err := os.RemoveAll(fresh); err != nil { // of an earlier try
		return done, err
	}
	defer os.RemoveAll(fresh)
	o := s.opts
	o.Folder = fresh
	n, err := Open(ctx, o)
	if err != nil {
		return done, err
	}
	done, err = n.load(ctx, backup, done, how)
	n.Close()
	if err != nil {
		return done, err
	}
	if s.inhabited() {
		done.Aside = filepath.Join(s.opts.Folder, "before-"+time.Now().UTC().Format("20060102T150405Z"))
		if err := os.MkdirAll(done.Aside, 0o700); err != nil {
			return done, err
		}
		if err := s.move(s.opts.Folder, done.Aside); err != nil {
			return done, err
		}
	}
	return done, s.move(fresh, s.opts.Folder)
}

// move moves a store and its witness from one folder to another. The witness goes last: without its store it makes the
// next start refuse, should the machine stop in between.
func (s *Store) move(from, to string) error {
	for _, name := range []string{"store", witnessName} {
		err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return errors.Join(syncFolder(from), syncFolder(to))
}

// load writes the records of a verified backup into an empty store and reads each of them back.
func (s *Store) load(ctx context.Context, backup io.ReadSeeker, done Restored, how RestoreOptions) (Restored, error) {
	l, err := s.current()
	if err != nil {
		return done, err
	}
	if empty, err := l.empty(ctx); err != nil || !empty {
		return done, errors.Join(err, ErrNotEmpty)
	}
	if _, err := backup.Seek(0, io.SeekStart); err != nil {
		return done, err
	}
	_, err = readBackup(backup, func(r backupRecord) error {
		expires := r.Expires.Time()
		switch {
		case strings.HasPrefix(r.Key, sessionPrefix) && !how.Sessions:
			done.Dropped++
			return nil
		case !expires.IsZero() && !s.opts.Now().Before(expires):
			done.Expired++
			return nil
		}
		if err := s.put(ctx, r.Key, r.Value, 0, expires); err != nil {
			return err
		}
		done.Written++
		return s.sameAs(ctx, r)
	})
	return done, err
}

func (s *Store) sameAs(ctx context.Context, r backupRecord) error {
	var got json.RawMessage
	if _, err := s.get(ctx, r.Key, &got); err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, r.Value); err != nil {
		return err
	}
	if !bytes.Equal(got, compact.Bytes()) {
		return fmt.Errorf("a record reads back otherwise than it was written (%d and %d bytes)", len(got), compact.Len())
	}
	return nil
}

// empty reports whether the bucket holds nothing that would be in a backup.
func (l *link) empty(ctx context.Context) (bool, error) {
	found := errors.New("found")
	err := l.each(ctx, func(backupRecord) error { return found })
	if errors.Is(err, found) {
		return false, nil
	}
	return err == nil, err
}
