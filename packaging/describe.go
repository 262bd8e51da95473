package main

import (
	"os"
	"path/filepath"
	"runtime"
	"text/template"

	"legekonsultasjon/assets/drawn"
)

// facts are what the description of a package (nfpm.yaml in the product's folder) leaves open.
type facts struct {
	Name, Version, Arch string
	Maintainer          string
	Kind                string // deb, rpm
	Build               string // folder of what was made
	Needs               []string
	Documents           []string
	Icons               []int
}

// describe writes the description with everything filled in.
func (j *job) describe(p product, kind, to, dir string, needs []string) error {
	t, err := template.ParseFiles(filepath.Join(p.folder, "nfpm.yaml"))
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	return t.Execute(f, facts{Name: p.name, Version: j.release.full(), Arch: runtime.GOARCH, Maintainer: j.maintainer, Kind: kind,
		Build: dir, Needs: needs, Documents: p.documents, Icons: drawn.Sizes[:]})
}
