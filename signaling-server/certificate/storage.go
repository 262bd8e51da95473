package certificate

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/caddyserver/certmagic"

	"legekonsultasjon/signaling-server/store"
)

// Storage keeps what certmagic keeps in the server's store, so that several servers on one store share certificates and
// obtain each of them once.
type Storage struct {
	st *store.Store

	mu   sync.Mutex
	held map[string]*store.Lease
}

// NewStorage is certmagic's storage in st.
func NewStorage(st *store.Store) *Storage { return &Storage{st: st, held: map[string]*store.Lease{}} }

// folder in the store's assets.
const folder = "certificates/"

// Lock implements certmagic.Locker.
func (s *Storage) Lock(ctx context.Context, name string) error {
	l, err := s.st.Take(ctx, folder+name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[name] = l
	return nil
}

// Unlock implements certmagic.Locker.
func (s *Storage) Unlock(ctx context.Context, name string) error {
	s.mu.Lock()
	l := s.held[name]
	delete(s.held, name)
	s.mu.Unlock()
	if l == nil {
		return errors.New("not locked: " + name)
	}
	return l.Release(context.WithoutCancel(ctx))
}

// Store implements certmagic.Storage.
func (s *Storage) Store(ctx context.Context, key string, value []byte) error {
	return s.st.PutAsset(ctx, folder+key, value)
}

// Load implements certmagic.Storage.
func (s *Storage) Load(ctx context.Context, key string) ([]byte, error) {
	data, _, err := s.st.Asset(ctx, folder+key)
	return data, absent(err)
}

// absent gives certmagic the error that it knows.
func absent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fs.ErrNotExist
	}
	return err
}

// Delete implements certmagic.Storage: a key, or everything under it.
func (s *Storage) Delete(ctx context.Context, key string) error {
	under, err := s.st.Assets(ctx, folder+key)
	if err != nil {
		return err
	}
	errs := []error{s.st.DeleteAsset(ctx, folder+key)}
	for _, name := range under {
		errs = append(errs, s.st.DeleteAsset(ctx, name))
	}
	return errors.Join(errs...)
}

// Exists implements certmagic.Storage.
func (s *Storage) Exists(ctx context.Context, key string) bool {
	_, err := s.Stat(ctx, key)
	return err == nil
}

// List implements certmagic.Storage.
func (s *Storage) List(ctx context.Context, prefix string, recursive bool) ([]string, error) {
	names, err := s.st.Assets(ctx, folder+prefix)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		name = strings.TrimPrefix(name, folder)
		if !recursive {
			rest := strings.TrimPrefix(strings.TrimPrefix(name, prefix), "/")
			first, _, _ := strings.Cut(rest, "/")
			name = path.Join(prefix, first)
		}
		out = append(out, name)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil, fs.ErrNotExist
	}
	return out, nil
}

// Stat implements certmagic.Storage.
func (s *Storage) Stat(ctx context.Context, key string) (certmagic.KeyInfo, error) {
	data, modified, err := s.st.Asset(ctx, folder+key)
	if err == nil {
		return certmagic.KeyInfo{Key: key, Modified: modified, Size: int64(len(data)), IsTerminal: true}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return certmagic.KeyInfo{}, err
	}
	under, err := s.st.Assets(ctx, folder+key)
	if err != nil {
		return certmagic.KeyInfo{}, err
	}
	if len(under) == 0 {
		return certmagic.KeyInfo{}, fs.ErrNotExist
	}
	return certmagic.KeyInfo{Key: key}, nil
}
