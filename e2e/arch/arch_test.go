// Package arch holds the tests of the architecture: which room may use which, each rule with its reason, and that every
// package says what it is for.
package arch

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "legekonsultasjon/"

// rule forbids packages under Room to reach, directly or through others, anything that has one of the prefixes.
type rule struct {
	room      string
	except    []string // rooms under Room that the rule does not hold for
	forbidden []string
	reason    string
}

var rules = []rule{
	{"core", nil, []string{"fyne.io/", "runtime/cgo", "github.com/gen2brain/malgo", "github.com/pion/mediadevices",
		"github.com/zalando/go-keyring", module + "app", module + "signaling-server", module + "assets"},
		"core is pure Go without a face: it is tested without display, sound card or C compiler, and runs anywhere"},
	{"signaling-server", nil, []string{module + "core/access", module + "core/appointment", module + "core/letter",
		module + "core/deliver", module + "core/call", module + "core/media", module + "core/desk", module + "core/phone", module + "app"},
		"the server is blind: what it cannot import it cannot learn about a patient"},
	{"signaling-server", nil, []string{"fyne.io/", "runtime/cgo"}, "the server is one static binary"},
	{"app/driver", nil, []string{"fyne.io/"}, "drivers adapt hardware and operating systems; they draw nothing"},
	{"app/driver", nil, []string{module + "core/desk", module + "app/ui"}, "drivers decide nothing"},
	{"app/ui", nil, []string{"runtime/cgo", module + "app/driver", "fyne.io/fyne/v2/app"},
		"views are tested without a display and a C compiler; hardware is handed in"},
	{"core/signaling", nil, []string{module + "core/access", module + "core/appointment", module + "core/call"},
		"the wire knows identifiers, hashes and opaque bytes"},
	{"core/access", nil, []string{"github.com/", module + "core/signaling"}, "the protocol's arithmetic stands on the standard library alone"},
	{"core/media", nil, []string{"github.com/pion/webrtc", module + "core/call"}, "pipelines work on packets, not on connections"},
}

type pkg struct {
	ImportPath string
	Deps       []string
	Imports    []string
}

func packages(t *testing.T, env ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-tags", "nomicrophone,nolibopusfile,no_emoji", "-json=ImportPath,Deps,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func under(path, room string) bool {
	p := strings.TrimPrefix(path, module)
	return p == room || strings.HasPrefix(p, room+"/")
}

// needs says whether dep falls under the forbidden prefix; a module path counts as a folder, not as a mere prefix.
func needs(dep, prefix string) bool {
	if strings.HasPrefix(prefix, module) {
		return dep == prefix || strings.HasPrefix(dep, prefix+"/")
	}
	return strings.HasPrefix(dep, prefix)
}

func TestArrowsPointDown(t *testing.T) {
	// CGO_ENABLED=0 for the pure rooms: with it on, the standard library's net and os/user bring runtime/cgo along.
	for _, p := range packages(t, "CGO_ENABLED=0") {
		for _, r := range rules {
			if !under(p.ImportPath, r.room) {
				continue
			}
			for _, dep := range p.Deps {
				for _, f := range r.forbidden {
					if needs(dep, f) {
						t.Errorf("%s reaches %s: %s", p.ImportPath, dep, r.reason)
					}
				}
			}
		}
	}
}

func TestOnlyTheCompositionRootOpensTheApplication(t *testing.T) {
	for _, p := range packages(t, "CGO_ENABLED=1") {
		for _, dep := range p.Imports {
			if dep == "fyne.io/fyne/v2/app" && p.ImportPath != module+"app" {
				t.Errorf("%s imports %s: only app/app.go starts the application", p.ImportPath, dep)
			}
		}
	}
}

// TestOneGLFW: the window's events are waited for in the GLFW that Fyne has set up (docs/adr/0021-resting-window.md).
func TestOneGLFW(t *testing.T) {
	for _, p := range packages(t, "CGO_ENABLED=1") {
		if p.ImportPath != module+"app" {
			continue
		}
		var found []string
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "github.com/go-gl/glfw/") && strings.HasSuffix(dep, "/glfw") {
				found = append(found, dep)
			}
		}
		if len(found) != 1 {
			t.Errorf("the program links %v: app/driver/screen must wait in Fyne's own, and there is one of it", found)
		}
		return
	}
	t.Fatal("no package app")
}

// sources calls f with every Go file of the project.
func sources(t *testing.T, f func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules" || d.Name() == "var") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f(filepath.ToSlash(strings.TrimPrefix(path, "../../")), text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneBridgeToTheWindowsThread(t *testing.T) {
	sources(t, func(path string, text []byte) {
		if strings.HasSuffix(path, "_test.go") || path == "app/ui/bridge.go" {
			return
		}
		if bytes.Contains(text, []byte("fyne.Do(")) || bytes.Contains(text, []byte("fyne.DoAndWait(")) {
			t.Errorf("%s calls fyne.Do: its queue has no bound, so everything goes through app/ui/bridge.go", path)
		}
	})
}

func TestCoreHasNoStateOfItsOwn(t *testing.T) {
	sources(t, func(path string, text []byte) {
		if !strings.HasPrefix(path, "core/") || strings.HasSuffix(path, "_test.go") {
			return
		}
		if bytes.Contains(text, []byte("\nfunc init()")) {
			t.Errorf("%s has an init: everything is built in sight", path)
		}
		for _, call := range []string{"os.Getenv(", "os.LookupEnv("} {
			if bytes.Contains(text, []byte(call)) {
				t.Errorf("%s reads the environment: settings are handed in", path)
			}
		}
	})
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	sources(t, func(path string, text []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := filepath.Dir(path)
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		said[dir] = said[dir] || f.Doc != nil && len(strings.Fields(f.Doc.Text())) >= 6
	})
	for dir, ok := range said {
		if !ok {
			t.Errorf("%s: no package comment of at least a short sentence", dir)
		}
	}
}
