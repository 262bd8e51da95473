package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The guard of the embedded store. The engine makes a bucket anew when it does not find one, whatever lies in its folder,
// and a volume that was not mounted looks like a first start. So a witness beside the engine's folder says what was there.

// ErrNotWhole is wrapped by Open's refusal of a data folder whose records are not, or not all, there.
var ErrNotWhole = errors.New("the store is not whole")

const restoreAdvice = "see that the data folder's volume is mounted; then restore a backup with \"signaling-server restore\", or move the data folder away to begin anew"

const witnessName = "witness.json"

// witness is what that file holds.
type witness struct {
	Bucket   string `json:"bucket"`
	Lasting  uint64 `json:"lasting"`  // clinics and accounts: what does not expire
	Sequence uint64 `json:"sequence"` // of the last write; it never falls
}

func (s *Store) witnessFile() string { return filepath.Join(s.opts.Folder, witnessName) }

// engineFolder is the embedded server's.
func engineFolder(data string) string { return filepath.Join(data, "store") }

func bucketFolder(data string) string {
	return filepath.Join(engineFolder(data), "jetstream", "$G", "streams", "KV_"+Bucket)
}

// mayStart refuses a folder that held a store and does not any more, before the engine makes anything in it.
func (s *Store) mayStart() error {
	if s.opts.URL != "" {
		return nil
	}
	w, err := s.readWitness()
	if err != nil || w == nil {
		return err
	}
	if _, err := os.Stat(bucketFolder(s.opts.Folder)); !errors.Is(err, os.ErrNotExist) {
		return nil // the engine says what is wrong with it
	}
	return fmt.Errorf("%w: %s held a store and does not any more; %s", ErrNotWhole, s.opts.Folder, restoreAdvice)
}

// mayBegin refuses to make a bucket where there has been one.
func (s *Store) mayBegin() error {
	if s.opts.URL != "" {
		return nil
	}
	if _, err := os.Stat(bucketFolder(s.opts.Folder)); err == nil {
		return fmt.Errorf("%w: %s is there and cannot be read; %s", ErrNotWhole, bucketFolder(s.opts.Folder), restoreAdvice)
	}
	return s.mayStart()
}

// readWitness is nil when there is none: before the first start.
func (s *Store) readWitness() (*witness, error) {
	data, err := os.ReadFile(s.witnessFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var w witness
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, nil // cut short by a full disk: it is written anew
	}
	return &w, nil
}

// compare refuses a bucket that has lost its accounts, and warns of one that is older than it was.
func (s *Store) compare(ctx context.Context, l *link) error {
	if s.opts.URL != "" {
		return nil
	}
	w, err := s.readWitness()
	if err != nil {
		return err
	}
	now, err := l.count(ctx)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", Bucket, err)
	}
	switch {
	case w == nil:
		return s.writeWitness(now)
	case w.Lasting > 0 && now.Lasting == 0:
		return fmt.Errorf("%w: its %d clinics and accounts are gone; %s", ErrNotWhole, w.Lasting, restoreAdvice)
	case now.Sequence < w.Sequence:
		s.opts.Log.Error("store: older than it was; records may be missing", "sequence", now.Sequence, "was", w.Sequence)
	}
	return nil
}

// count says what the bucket holds.
func (l *link) count(ctx context.Context) (witness, error) {
	w := witness{Bucket: Bucket}
	stream, err := l.js.Stream(ctx, "KV_"+Bucket)
	if err != nil {
		return w, err
	}
	for _, prefix := range []string{clinicPrefix, doctorPrefix} {
		info, err := stream.Info(ctx, jetstream.WithSubjectFilter(subject(prefix+">")))
		if err != nil {
			return w, err
		}
		w.Sequence = info.State.LastSeq
		w.Lasting += uint64(len(info.State.Subjects))
	}
	return w, nil
}

// bearWitness writes what is there now; it is called from time to time and at the end.
func (s *Store) bearWitness() {
	l, err := s.current()
	if s.opts.URL != "" || err != nil || s.roomLeft(minFreeDelete) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	now, err := l.count(ctx)
	if err == nil {
		err = s.writeWitness(now)
	}
	if err != nil {
		s.opts.Log.Warn("store: witness not written", "err", err)
	}
}

func (s *Store) writeWitness(w witness) error {
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return WriteFile(s.witnessFile(), append(data, '\n'))
}

// WriteFile replaces a file so that after a power cut either the old or the new one is there. Mode 0600.
func WriteFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// witnessEvery is how often the witness is renewed while the store is open.
const witnessEvery = time.Minute
