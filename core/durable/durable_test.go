package durable

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTheOldContentsStayUntilTheNewAreWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "file")
	previous := path + ".previous"
	for _, content := range []string{"one", "two", "three"} {
		if err := WriteKeeping(path, previous, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	want(t, path, "three")
	want(t, previous, "two")
	if err := WriteFile(path, []byte("four")); err != nil {
		t.Fatal(err)
	}
	want(t, path, "four")
	left, _ := filepath.Glob(path + ".new-*")
	if len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
	info, _ := os.Stat(path)
	if info.Mode().Perm() != Perm {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestAFailedRenameLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x")); err == nil {
		t.Fatal("a folder was overwritten")
	}
	if left, _ := filepath.Glob(path + ".new-*"); len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestSetAsideLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for n, wantName := range []string{".broken", ".broken.2", ".broken.3"} {
		if err := WriteFile(path, []byte(fmt.Sprint(n))); err != nil {
			t.Fatal(err)
		}
		aside, err := SetAside(path)
		if err != nil || aside != path+wantName {
			t.Fatalf("set aside as %q, %v", aside, err)
		}
		want(t, aside, fmt.Sprint(n))
	}
}

func TestFullDisksAreRecognised(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	if !IsFull(fmt.Errorf("saving: %w", full)) || IsFull(os.ErrPermission) || IsFull(nil) {
		t.Error("IsFull is wrong")
	}
}

func want(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != content {
		t.Errorf("%s holds %q (%v), want %q", filepath.Base(path), got, err, content)
	}
}
