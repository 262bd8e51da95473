//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestWhatTheServersUserMayRead looks at files with the eyes of somebody else, who is in our group or is not.
func TestWhatTheServersUserMayRead(t *testing.T) {
	if err := os.Chmod(filepath.Dir(t.TempDir()), 0o755); err != nil { // it is our own alone
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "live")
	file := filepath.Join(dir, "privkey.pem")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	stranger := reader{name: "stranger", uid: uint32(os.Getuid()) + 1}
	member := reader{name: "member", uid: uint32(os.Getuid()) + 1, groups: []string{strconv.Itoa(os.Getgid())}}
	for _, c := range []struct {
		dir, file        os.FileMode
		stranger, member bool
	}{
		{0o755, 0o600, false, false}, {0o755, 0o640, false, true}, {0o755, 0o644, true, true},
		{0o700, 0o644, false, false}, {0o710, 0o640, false, true}, {0o750, 0o604, false, false},
	} {
		if err := os.Chmod(file, c.file); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, c.dir); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{file, link} {
			if stranger.reads(path) != c.stranger || member.reads(path) != c.member {
				t.Errorf("%s with %o in %o: a stranger %t, a member %t", path, c.file, c.dir, stranger.reads(path), member.reads(path))
			}
		}
	}
	if member.reads(filepath.Join(dir, "absent")) {
		t.Error("what is not there can be read")
	}
}
