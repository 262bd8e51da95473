package certificate

import (
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/signaling-server/store"
)

func TestStorage(t *testing.T) {
	st, err := store.Open(t.Context(), store.Options{Folder: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, ctx := NewStorage(st), t.Context()
	if _, err := s.Load(ctx, "acme/a.crt"); !errors.Is(err, fs.ErrNotExist) || s.Exists(ctx, "acme") {
		t.Error(err)
	}
	if _, err := s.List(ctx, "acme", true); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for _, key := range []string{"acme/a.crt", "acme/a.key", "acme/sub/b.crt", "other"} {
		if err := s.Store(ctx, key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := s.Load(ctx, "acme/a.crt"); err != nil || string(data) != "acme/a.crt" {
		t.Error(data, err)
	}
	if got, err := s.List(ctx, "acme", true); err != nil || !slices.Equal(got, []string{"acme/a.crt", "acme/a.key", "acme/sub/b.crt"}) {
		t.Error(got, err)
	}
	if got, err := s.List(ctx, "acme", false); err != nil || !slices.Equal(got, []string{"acme/a.crt", "acme/a.key", "acme/sub"}) {
		t.Error(got, err)
	}
	if info, err := s.Stat(ctx, "acme/a.key"); err != nil || !info.IsTerminal || info.Size != 10 || time.Since(info.Modified) > time.Minute {
		t.Error(info, err)
	}
	if info, err := s.Stat(ctx, "acme"); err != nil || info.IsTerminal {
		t.Error(info, err)
	}
	if err := s.Delete(ctx, "acme"); err != nil || s.Exists(ctx, "acme") || !s.Exists(ctx, "other") {
		t.Error(err)
	}
	if err := s.Lock(ctx, "x"); err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(ctx, "x"); err != nil {
		t.Error(err)
	}
	if err := s.Unlock(ctx, "x"); err == nil {
		t.Error("unlocked twice")
	}
}
