package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a store that takes no long secret.
func small(t *testing.T) *Sealed {
	t.Helper()
	s, err := OpenSealed(filepath.Join(t.TempDir(), "secrets"), "riktig hest batteri")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestALongSecretGoesIntoAFileOfItsOwn(t *testing.T) {
	inner, folder := small(t), filepath.Join(t.TempDir(), "more")
	r := NewRoomy(inner, folder)
	long, other := strings.Repeat("token", 1000), strings.Repeat("second", 1000)
	files := func() []string { f, _ := filepath.Glob(filepath.Join(folder, "*")); return f }
	for _, secret := range []string{"short", long, other, strings.Repeat("x", RoomyLimit), roomyMark + "a:b", long} {
		if err := r.Set(t.Context(), "mail", secret); err != nil {
			t.Fatal(err)
		}
		if got, err := NewRoomy(inner, folder).Get(t.Context(), "mail"); got != secret || err != nil {
			t.Errorf("%.10s...: %v", secret, err)
		}
		if held, _ := inner.Get(t.Context(), "mail"); len(held) > RoomyLimit {
			t.Errorf("the store was given %d bytes", len(held))
		}
	}
	if err := r.Set(t.Context(), "other", other); err != nil {
		t.Fatal(err)
	}
	all := files()
	if len(all) != 2 {
		t.Fatalf("files %v", all)
	}
	for _, file := range all {
		if data, _ := os.ReadFile(file); strings.Contains(string(data), "token") || strings.Contains(string(data), "second") {
			t.Error("the secret stands in the file")
		}
	}
	if err := r.Delete(t.Context(), "mail"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), "mail"); !errors.Is(err, ErrNotFound) || len(files()) != 1 {
		t.Errorf("%v, files %v", err, files())
	}
}

func TestALostOrAlteredFileIsNoSecret(t *testing.T) {
	folder := t.TempDir()
	r := NewRoomy(small(t), folder)
	for name, harm := range map[string]func(path string) error{
		"lost":    os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"cut":     func(path string) error { return os.Truncate(path, 100) },
		"another": func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("x", 5000)), 0o600) },
	} {
		if err := r.Set(t.Context(), "mail", strings.Repeat("token", 1000)); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(folder, "*"))
		if len(files) != 1 {
			t.Fatalf("files %v", files)
		}
		if err := harm(files[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Get(t.Context(), "mail"); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A store that does not work keeps what was there, and no file is left behind.
func TestAStoreThatDoesNotWork(t *testing.T) {
	folder := t.TempDir()
	r := NewRoomy(away{}, folder)
	if err := r.Set(t.Context(), "mail", strings.Repeat("token", 1000)); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*")); len(files) != 0 {
		t.Errorf("files %v", files)
	}
	if _, err := r.Get(t.Context(), "mail"); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
}

// away is a keyring that is locked.
type away struct{}

func (away) Get(context.Context, string) (string, error) { return "", ErrUnavailable }
func (away) Set(context.Context, string, string) error   { return ErrUnavailable }
func (away) Delete(context.Context, string) error        { return ErrUnavailable }
