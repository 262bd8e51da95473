package app

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheFolderThatTheDesktopNames(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "Nedlastinger"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(home, "user-dirs.dirs")
	for text, want := range map[string]string{
		"# xdg\nXDG_DOWNLOAD_DIR=\"$HOME/Nedlastinger\"\n": filepath.Join(home, "Nedlastinger"),
		"XDG_DOWNLOAD_DIR=\"$HOME/borte\"\n":               "",
		"XDG_DOWNLOAD_DIR=\"Nedlastinger\"\n":              "",
		"XDG_MUSIC_DIR=\"$HOME/Nedlastinger\"\n":           "",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := userFolder(file, home); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := userFolder(filepath.Join(home, "none"), home); got != "" {
		t.Error(got)
	}
}
