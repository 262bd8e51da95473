package store

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAssets(t *testing.T) {
	s := openEmbedded(t)
	ctx := t.Context()
	if _, _, err := s.Asset(ctx, "a/b.pem"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	for _, name := range []string{"a/b.pem", "a/b/c.key", "ab", "*.example.org/>"} {
		for _, data := range []string{"first", "second " + name} {
			if err := s.PutAsset(ctx, name, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
		data, at, err := s.Asset(ctx, name)
		if err != nil || string(data) != "second "+name || time.Since(at) > time.Minute {
			t.Errorf("%s: %q %v %v", name, data, at, err)
		}
	}
	names, err := s.Assets(ctx, "a")
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"a/b.pem", "a/b/c.key"}) {
		t.Error(names, err)
	}
	if all, err := s.Assets(ctx, ""); err != nil || len(all) != 4 {
		t.Error(all, err)
	}
	for range 2 {
		if err := s.DeleteAsset(ctx, "a/b.pem"); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := s.Asset(ctx, "a/b.pem"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.PutAsset(ctx, "a/b.pem", []byte("again")); err != nil {
		t.Error("after it was deleted:", err)
	}
}

// TestOneHolderAtATime: many takers of one lease, with clocks that are hours apart.
func TestOneHolderAtATime(t *testing.T) {
	s := openEmbedded(t)
	var inside atomic.Int32
	var all sync.WaitGroup
	for i := range 6 {
		skewed := &Store{opts: s.opts, link: s.link, stuck: s.stuck}
		skewed.opts.Now = func() time.Time { return time.Now().Add(time.Duration(i-3) * time.Hour) }
		all.Go(func() {
			l, err := skewed.take(t.Context(), "issue example.org", 6*time.Second)
			if err != nil {
				t.Error(err)
				return
			}
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d hold the lease", n)
			}
			if err := rest(t.Context(), 20*time.Millisecond); err != nil {
				t.Error(err)
			}
			inside.Add(-1)
			if err := l.Release(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestALeaseWithoutSignsOfLifeIsTaken, and its former holder neither keeps nor gives back what is another's.
func TestALeaseWithoutSignsOfLifeIsTaken(t *testing.T) {
	const life = 1500 * time.Millisecond
	s := openEmbedded(t)
	dead, err := s.take(t.Context(), "x", life)
	if err != nil {
		t.Fatal(err)
	}
	dead.stop() // as after a kill
	dead.work.Wait()
	short, cancel := context.WithTimeout(t.Context(), life/3)
	defer cancel()
	if _, err := s.take(short, "x", life); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("taken from the living:", err)
	}
	began := time.Now()
	next, err := s.take(t.Context(), "x", life)
	if err != nil || time.Since(began) < life-life/10 || time.Since(began) > life+3*time.Second {
		t.Fatal(time.Since(began), err)
	}
	if err := dead.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if err := next.write(t.Context(), next.holder); err != nil {
		t.Error("the former holder gave it back:", err)
	}
	if err := next.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

func openEmbedded(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Folder: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
