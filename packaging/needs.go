package main

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// builtIn are the libraries of Debian's that are linked into the desktop program.
func builtIn() []part {
	return []part{debianPart("libtgowt-dev", false), debianPart("libabsl-dev", false)}
}

func debianPart(name string, shared bool) part {
	version, err := answer("dpkg-query", "-W", "-f", "${Version}", name)
	if err != nil {
		version = "unknown"
	}
	return part{name: name, version: version, debian: true, shared: shared}
}

// needs are the packages without which the binary does not start, in the words of the package's kind.
func (p product) needs(kind, binary string) ([]string, error) {
	switch {
	case !p.cgo && kind == "deb":
		return []string{"adduser", "ca-certificates"}, nil
	case !p.cgo:
		return []string{"/usr/sbin/useradd", "ca-certificates"}, nil
	case kind == "deb":
		return debianNeeds(binary)
	}
	return rpmNeeds(binary)
}

// debianNeeds asks dpkg-shlibdeps for the libraries that the linker has named, with the versions that have their symbols.
func debianNeeds(binary string) ([]string, error) {
	dir, err := os.MkdirTemp("", "shlibdeps")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	control := filepath.Join(dir, "debian", "control")
	if err := os.MkdirAll(filepath.Dir(control), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(control, []byte("Source: x\n\nPackage: x\nArchitecture: any\n"), 0o644); err != nil {
		return nil, err
	}
	out, err := answer("env", "-C", dir, "dpkg-shlibdeps", "-O", "-e"+binary)
	if err != nil {
		return nil, err
	}
	_, list, ok := strings.Cut(out, "shlibs:Depends=")
	if !ok {
		return nil, fmt.Errorf("dpkg-shlibdeps said %q", out)
	}
	needs := strings.Split(list, ", ")
	for _, name := range openedInDebian {
		if !strings.Contains(" "+strings.ReplaceAll(list, ",", " ")+" ", " "+name+" ") {
			needs = append(needs, name)
		}
	}
	return unique(needs), nil
}

// rpmNeeds names libraries as rpm's own generator does, "libvpx.so.7()(64bit)" and "libc.so.6(GLIBC_2.34)(64bit)": where a
// distribution has another version of a library, the package is refused and does not fail at its start.
func rpmNeeds(binary string) ([]string, error) {
	f, err := elf.Open(binary)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return nil, err
	}
	bits := ""
	if f.Class == elf.ELFCLASS64 {
		bits = "(64bit)"
	}
	var needs []string
	for _, name := range append(libraries, opened...) {
		needs = append(needs, name+"()"+bits)
	}
	for _, s := range symbols {
		if s.Library != "" && s.Version != "" {
			needs = append(needs, s.Library+"("+s.Version+")"+bits)
		}
	}
	return unique(needs), nil
}

// sharedParts are Debian's packages of the libraries that the linker has named.
func sharedParts(binary string) ([]part, error) {
	needs, err := debianNeeds(binary)
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, n := range needs {
		name, _, _ := strings.Cut(n, " ")
		parts = append(parts, debianPart(name, true))
	}
	return parts, nil
}
