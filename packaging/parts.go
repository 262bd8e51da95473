package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// part is a piece of software that a binary is built from or opens.
type part struct {
	name, version string
	sum           string // of a Go module, as in go.sum: "h1:..."
	folder        string // of a Go module's source
	debian        bool   // a library of Debian's and not a Go module
	shared        bool   // of Debian's: opened at the start and not built in
}

// builtFrom lists the modules that a binary says it is built from, the standard library first.
func builtFrom(binary string) ([]part, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	root, err := answer("go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	parts := []part{{name: "std", version: info.GoVersion, folder: root}}
	folders, err := moduleFolders(info.Deps)
	if err != nil {
		return nil, err
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, part{name: m.Path, version: m.Version, sum: m.Sum, folder: folders[m.Path]})
	}
	return parts, nil
}

// moduleFolders asks Go where the sources of modules lie.
func moduleFolders(modules []*debug.Module) (map[string]string, error) {
	argv := []string{"go", "mod", "download", "-json"}
	for _, m := range modules {
		argv = append(argv, m.Path+"@"+m.Version)
	}
	out, err := answer(argv...)
	if err != nil {
		return nil, err
	}
	folders := map[string]string{}
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var m struct{ Path, Dir string }
		if err := dec.Decode(&m); err != nil {
			return nil, err
		}
		folders[m.Path] = m.Dir
	}
	return folders, nil
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense|patents)([.-].*)?$`)

// licence is what a module's authors want to be told along with it.
func (p part) licence() (string, error) {
	if p.debian {
		text, err := os.ReadFile(filepath.Join("/usr/share/doc", p.name, "copyright"))
		return string(text), err
	}
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range entries {
		if e.IsDir() || !licenceName.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(p.folder, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"))
	}
	if b.Len() == 0 {
		return "", errors.New("no licence found in the source of " + p.name)
	}
	return b.String(), nil
}
