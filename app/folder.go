package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// downloads is the user's folder for files that are passed on: the desktop's own choice where there is one (xdg-user-dirs),
// else Downloads, else the home folder.
func downloads() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return os.TempDir()
	}
	config, err := os.UserConfigDir()
	if err == nil {
		if named := userFolder(filepath.Join(config, "user-dirs.dirs"), home); named != "" {
			return named
		}
	}
	if folder := filepath.Join(home, "Downloads"); isFolder(folder) {
		return folder
	}
	return home
}

var downloadLine = regexp.MustCompile(`(?m)^XDG_DOWNLOAD_DIR="([^"]+)"`)

// userFolder reads the folder out of a user-dirs.dirs; "" when it names none that is there.
func userFolder(file, home string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	found := downloadLine.FindSubmatch(text)
	if found == nil {
		return ""
	}
	folder := string(found[1])
	if rest, ok := strings.CutPrefix(folder, "$HOME"); ok {
		folder = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(folder) || !isFolder(folder) {
		return ""
	}
	return folder
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
