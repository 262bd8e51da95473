//go:build linux

package packages

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"legekonsultasjon/e2e/rig"
)

// dist is the folder that make packages has filled; DIST names another.
func dist(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("DIST"); dir != "" {
		return dir
	}
	return filepath.Join(rig.Root(t), "dist")
}

// made is the one file of the newest run that fits the pattern.
func made(t *testing.T, pattern string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dist(t), "SHA256SUMS"))
	if err != nil {
		t.Fatalf("%v: make packages makes them", err)
	}
	found := ""
	for line := range strings.Lines(string(text)) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if ok, _ := filepath.Match(pattern, name); ok {
			found = name
		}
	}
	if found == "" {
		t.Fatalf("no %s in %s", pattern, dist(t))
	}
	return filepath.Join(dist(t), found)
}

// version is the one in a package's name.
func version(deb string) string {
	_, rest, _ := strings.Cut(filepath.Base(deb), "_")
	v, _, _ := strings.Cut(rest, "-1_")
	return v
}

// newer is the same binary packed as version 99.0.0.
func newer(t *testing.T, product string) string {
	t.Helper()
	return filepath.Join(dist(t), "build", "next", product+"_99.0.0-1_"+runtime.GOARCH+".deb")
}
