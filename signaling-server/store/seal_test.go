package store

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

const (
	accountKey = "certificates/acme/users/default/default.key"
	secretText = "-----BEGIN EC PRIVATE KEY-----"
)

// openSealed opens the store of a folder whose assets are sealed under a key in the given file.
func openSealed(t *testing.T, folder, file string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Folder: folder, SealFile: file, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestAssetsAreSealed: what was written before there was a key is sealed at the first start with one, the times stay, and
// neither the store's files nor a backup holds a private key any more.
func TestAssetsAreSealed(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	file := filepath.Join(folder, "seal.key")
	open := openSealed(t, folder, "")
	if err := open.PutAsset(ctx, accountKey, []byte(secretText)); err != nil {
		t.Fatal(err)
	}
	_, written, err := open.Asset(ctx, accountKey)
	if err != nil {
		t.Fatal(err)
	}
	open.Close()

	s := openSealed(t, folder, file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	if err := s.PutAsset(ctx, "certificates/b.key", []byte(secretText)); err != nil {
		t.Fatal(err)
	}
	data, at, err := s.Asset(ctx, accountKey)
	if err != nil || string(data) != secretText || !at.Equal(written) {
		t.Errorf("%q of %v, not %v: %v", data, at, written, err)
	}
	var stored asset
	for _, name := range []string{accountKey, "certificates/b.key"} {
		if _, err := s.get(ctx, assetKey(name), &stored); err != nil || stored.Data != nil || len(stored.Sealed) == 0 {
			t.Errorf("%s lies open: %v", name, err)
		}
	}
	var backup bytes.Buffer
	if _, err := s.Backup(ctx, &backup); err != nil {
		t.Fatal(err)
	}
	_, err = readBackup(&backup, func(r backupRecord) error {
		if bytes.Contains(r.Value, []byte(base64.StdEncoding.EncodeToString([]byte(secretText))[:24])) {
			t.Errorf("the backup holds the key of %s", r.Key)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	s.Close()
	s = openSealed(t, folder, file)
	if data, _, err := s.Asset(ctx, accountKey); err != nil || string(data) != secretText {
		t.Errorf("after a restart: %q %v", data, err)
	}
}

// TestAnotherKeyOpensNothing: an asset under a lost key, or put in another's place, counts as absent and can be written anew.
func TestAnotherKeyOpensNothing(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	file := filepath.Join(folder, "seal.key")
	s := openSealed(t, folder, file)
	if err := s.PutAsset(ctx, accountKey, []byte(secretText)); err != nil {
		t.Fatal(err)
	}
	var moved asset
	if _, err := s.get(ctx, assetKey(accountKey), &moved); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.opened("certificates/other.key", moved); ok {
		t.Error("an asset opens under another's name")
	}
	s.Close()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s = openSealed(t, folder, file)
	if _, _, err := s.Asset(ctx, accountKey); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.PutAsset(ctx, accountKey, []byte("anew")); err != nil {
		t.Error(err)
	}
	if data, _, err := s.Asset(ctx, accountKey); err != nil || string(data) != "anew" {
		t.Errorf("%q %v", data, err)
	}
}

// TestSealFileThatIsNone is refused, and one that is missing is made for an embedded store only.
func TestSealFileThatIsNone(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "seal.key")
	if err := os.WriteFile(file, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Folder: folder, SealFile: file}, {URL: "nats://127.0.0.1:1", SealFile: filepath.Join(folder, "absent")}} {
		o.Log = slog.New(slog.DiscardHandler)
		if s, err := Open(t.Context(), o); err == nil {
			s.Close()
			t.Errorf("%+v was taken", o)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	openSealed(t, folder, file) // the refusal has given the folder back
}
