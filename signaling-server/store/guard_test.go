package store

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
)

// kept makes a data folder with a clinic and an invitation in it.
func kept(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	s := open(t, Options{Folder: folder})
	_, err := s.AddClinic(t.Context(), "Fjord", "1")
	want(t, "clinic", err, "")
	want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
	s.Close()
	return folder
}

// refused opens a folder that must be refused, and returns what was said.
func refused(t *testing.T, folder string) string {
	t.Helper()
	s, err := Open(t.Context(), Options{Folder: folder, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		s.Close()
		t.Fatal("a store that is not whole was opened")
	}
	if !errors.Is(err, ErrNotWhole) || !strings.Contains(err.Error(), "signaling-server restore") {
		t.Fatal(err)
	}
	return err.Error()
}

func TestRefusesABucketThatDoesNotLoad(t *testing.T) {
	meta := func(folder string) string { return filepath.Join(bucketFolder(folder), "meta.inf") }
	for name, spoil := range map[string]func(folder string) error{
		"no description":    func(f string) error { return os.Remove(meta(f)) },
		"empty description": func(f string) error { return os.Truncate(meta(f), 0) },
		"wrong description": func(f string) error { return os.WriteFile(meta(f), []byte(`{"name":"x"}`), 0o600) },
		"no files": func(f string) error {
			return errors.Join(os.RemoveAll(bucketFolder(f)), os.MkdirAll(bucketFolder(f), 0o700))
		},
		"no witness": func(f string) error {
			return errors.Join(os.Remove(filepath.Join(f, "witness.json")), os.Truncate(meta(f), 3))
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := kept(t)
			if err := spoil(folder); err != nil {
				t.Fatal(err)
			}
			if said := refused(t, folder); !strings.Contains(said, "cannot be read") {
				t.Error(said)
			}
			if said := refused(t, folder); !strings.Contains(said, "cannot be read") { // and again: nothing was replaced
				t.Error(said)
			}
		})
	}
}

func TestRefusesAFolderWhoseStoreIsGone(t *testing.T) {
	folder := kept(t)
	if err := os.RemoveAll(filepath.Join(folder, "store")); err != nil {
		t.Fatal(err)
	}
	if said := refused(t, folder); !strings.Contains(said, "held a store") {
		t.Error(said)
	}
	if _, err := os.Stat(filepath.Join(folder, "store")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was made in its place: %v", err)
	}
}

func TestRefusesABucketWithoutItsAccounts(t *testing.T) {
	folder := kept(t)
	blocks, err := filepath.Glob(filepath.Join(bucketFolder(folder), "msgs", "*"))
	if err != nil || len(blocks) == 0 {
		t.Fatal(blocks, err)
	}
	for _, b := range blocks {
		if err := os.Remove(b); err != nil {
			t.Fatal(err)
		}
	}
	if said := refused(t, folder); !strings.Contains(said, "1 clinics and accounts are gone") {
		t.Error(said)
	}
}

func TestSaysThatTheStoreIsOlderThanItWas(t *testing.T) {
	folder := kept(t)
	file := filepath.Join(folder, "witness.json")
	if err := os.WriteFile(file, []byte(`{"lasting":1,"sequence":900}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s, err := Open(t.Context(), Options{Folder: folder, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if !strings.Contains(log.String(), "older than it was") {
		t.Error(log.String())
	}
}

func TestAWitnessThatWasCutShortDoesNoHarm(t *testing.T) {
	folder := kept(t)
	if err := os.WriteFile(filepath.Join(folder, "witness.json"), []byte(`{"las`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Folder: folder})
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

// TestHealsByItselfWhenSpaceIsBack: the engine stopped while the disk was full, and nobody wrote anything that failed.
func TestHealsByItselfWhenSpaceIsBack(t *testing.T) {
	free := make(chan uint64, 1) // capacity 1: the present figure
	free <- 1 << 40
	s := open(t, Options{Folder: t.TempDir(), freeBytes: func(string) (uint64, error) { f := <-free; free <- f; return f, nil }})
	<-free
	free <- 0
	l, _ := s.current()
	_ = l.server.DisableJetStream() // as the engine does when a write finds no space
	want(t, "full", s.CreateInvitation(t.Context(), invitation("d", 1)), signaling.StoreFull)
	time.Sleep(2 * lookEvery) // the watchdog must have seen it: there is nothing else to wait for
	<-free
	free <- 1 << 40
	began := time.Now()
	eventually(t, func() bool { return s.Healthy(t.Context()) })
	if took := time.Since(began); took > 10*time.Second {
		t.Error(took)
	}
	if s.Restarts() != 1 {
		t.Error("restarts:", s.Restarts())
	}
}
