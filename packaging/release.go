package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// release is which version is made, and when its source was finished.
type release struct {
	version    string    // of FyneApp.toml, "0.1.0"
	prerelease string    // "git20261123054120.78bfc68" between two releases: sorts by the commit's time, before the version
	time       time.Time // of all files, UTC
}

// full is the version as people read it: "0.1.0", or "0.1.0~git20261123054120.78bfc68" on the way there.
func (r release) full() string {
	if r.prerelease == "" {
		return r.version
	}
	return r.version + "~" + r.prerelease
}

// rpmArches are what rpm calls Go's architectures; dpkg uses Go's own names.
var rpmArches = map[string]string{"amd64": "x86_64", "arm64": "aarch64"}

// fileName is what the package is called in its world; both want a packaging number, which is always 1.
func (r release) fileName(name, kind string) string {
	if kind == "rpm" {
		return fmt.Sprintf("%s-%s-1.%s.rpm", name, r.full(), rpmArches[runtime.GOARCH])
	}
	return fmt.Sprintf("%s_%s-1_%s.deb", name, r.full(), runtime.GOARCH)
}

var versionLine = regexp.MustCompile(`(?m)^\s*Version = "([0-9.]+)"`)

// currentRelease reads FyneApp.toml and git. A commit with the tag v<version> is the release itself. With a given version
// git is asked for the time alone.
func currentRelease(given string) (release, error) {
	toml, err := os.ReadFile("FyneApp.toml")
	if err != nil {
		return release{}, fmt.Errorf("run it from the repository's root: %w", err)
	}
	m := versionLine.FindSubmatch(toml)
	if m == nil {
		return release{}, errors.New("FyneApp.toml has no version")
	}
	r := release{version: string(m[1])}
	if r.time, err = sourceTime(); err != nil {
		return release{}, err
	}
	if given != "" {
		r.version, r.prerelease, _ = strings.Cut(given, "~")
		return r, nil
	}
	if tags, err := answer("git", "tag", "--points-at", "HEAD"); err == nil && strings.Contains("\n"+tags+"\n", "\nv"+r.version+"\n") {
		return r, nil
	}
	revision, err := answer("git", "rev-parse", "--short=7", "HEAD")
	if err != nil {
		return release{}, err
	}
	r.prerelease = "git" + r.time.Format("20060102150405") + "." + revision
	if changed, err := answer("git", "status", "--porcelain", "--untracked-files=no"); err == nil && changed != "" {
		r.prerelease += ".changed"
	}
	return r, nil
}

// sourceTime is SOURCE_DATE_EPOCH, or else the newest commit's time.
func sourceTime() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		var err error
		if text, err = answer("git", "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
