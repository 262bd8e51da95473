//go:build linux

package packages

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPackageLint lets Debian's own judge look at both packages. What it complains of and is meant stands, with the reason,
// in the packages' lintian-overrides.
func TestPackageLint(t *testing.T) {
	for _, deb := range []string{made(t, "signaling-server_*.deb"), made(t, "legekonsultasjon_*.deb")} {
		if said := must(t, "lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on", "none", deb); said != "" {
			t.Errorf("%s:\n%s", filepath.Base(deb), said)
		}
	}
}

// TestPackageSums checks what make packages has written beside the packages.
func TestPackageSums(t *testing.T) {
	must(t, "env", "-C", dist(t), "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
	for name, want := range map[string]string{"signaling-server": "github.com/nats-io/nats-server/v2", "legekonsultasjon": "fyne.io/fyne/v2"} {
		text, err := os.ReadFile(made(t, name+"_*.cdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		var bill struct {
			Format      string `json:"bomFormat"`
			SpecVersion string `json:"specVersion"`
			Components  []struct {
				Name, Version, PURL string
				Hashes              []struct{ Alg, Content string }
			}
		}
		if err := json.Unmarshal(text, &bill); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, c := range bill.Components {
			found = found || c.Name == want
			if c.Name == "" || c.Version == "" || !strings.HasPrefix(c.PURL, "pkg:") {
				t.Errorf("%s: a component says too little: %+v", name, c)
			}
		}
		if bill.Format != "CycloneDX" || bill.SpecVersion != "1.6" || !found {
			t.Errorf("the bill of %s has %d components, and %s is not one of them", name, len(bill.Components), want)
		}
	}
}

// rpmRoot is a root of its own with the function that runs Debian's rpm on it. It is a Debian root: what a package asks for
// has other names there, so rpm is told not to look.
func rpmRoot(t *testing.T) (root string, do func(argv ...string) string, has func(path string) bool) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, "tar", "-xpf", debian(t), "-C", root, "--numeric-owner")
	do = func(argv ...string) string {
		t.Helper()
		return must(t, append([]string{"rpm", "--root", root, "--define", "_dbpath /var/lib/rpm"}, argv...)...)
	}
	has = func(path string) bool { _, err := os.Lstat(filepath.Join(root, path)); return err == nil }
	do("--initdb")
	return root, do, has
}

// TestServerRPMPackage installs, upgrades and erases the .rpm of the server by rpm itself.
func TestServerRPMPackage(t *testing.T) {
	rpm := made(t, "signaling-server-*.rpm")
	next := filepath.Join(dist(t), "build", "next", "signaling-server-99.0.0-1."+arch()+".rpm")
	root, do, has := rpmRoot(t)
	do("--install", "--test", "--nodeps", rpm)
	do("--install", "--nodeps", rpm)
	must(t, "chroot", root, "signaling-server", "version")
	if said := do("--verify", "--nodeps", "signaling-server"); said != "" {
		t.Errorf("rpm --verify: %s", said)
	}
	if owner := must(t, "chroot", root, "stat", "-c", "%U:%G %a", "/var/lib/signaling-server"); owner != "signaling-server:signaling-server 700" {
		t.Errorf("the data folder is %s", owner)
	}
	conf := filepath.Join(root, "etc/signaling-server/server.conf")
	if err := os.WriteFile(conf, []byte("listen = :443\n# ours\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "var/lib/signaling-server/kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	do("--upgrade", "--nodeps", next)
	if text, err := os.ReadFile(conf); err != nil || !strings.Contains(string(text), "# ours") {
		t.Errorf("after the upgrade the settings are %q, %v", text, err)
	}
	do("--erase", "signaling-server")
	if has("usr/bin/signaling-server") || !has("var/lib/signaling-server/kept") || !has("etc/signaling-server/server.conf.rpmsave") {
		t.Error("erase leaves the binary, or takes data or settings along")
	}
}

// TestDesktopRPMPackage sees that the .rpm of the desktop program names what it needs and holds what the .deb holds, and
// installs, upgrades and erases it.
func TestDesktopRPMPackage(t *testing.T) {
	rpm := made(t, "legekonsultasjon-*.rpm")
	must(t, "rpm", "--checksig", "--nosignature", rpm)
	needs, files := must(t, "rpm", "-qp", "--requires", rpm), must(t, "rpm", "-qlp", rpm)
	for _, want := range []string{"libvpx.so.", "libopus.so.0()(64bit)", "libGL.so.1()(64bit)", "libc.so.6(GLIBC_2."} {
		if !strings.Contains(needs, want) {
			t.Errorf("it does not ask for %s", want)
		}
	}
	for _, want := range []string{"/usr/bin/legekonsultasjon", "/usr/share/applications/no.legekonsultasjon.Desktop.desktop",
		"/usr/share/metainfo/no.legekonsultasjon.Desktop.metainfo.xml", "/usr/share/icons/hicolor/48x48/apps/no.legekonsultasjon.Desktop.png"} {
		if !strings.Contains(files, want+"\n") && !strings.HasSuffix(files, want) {
			t.Errorf("it does not hold %s", want)
		}
	}
	_, do, has := rpmRoot(t)
	do("--install", "--nodeps", rpm)
	if said := do("--verify", "--nodeps", "legekonsultasjon"); said != "" || !has("usr/bin/legekonsultasjon") {
		t.Errorf("rpm --verify: %s", said)
	}
	do("--upgrade", "--nodeps", filepath.Join(dist(t), "build", "next", "legekonsultasjon-99.0.0-1."+arch()+".rpm"))
	if version := do("-q", "legekonsultasjon"); !strings.Contains(version, "99.0.0") {
		t.Errorf("after the upgrade there is %s", version)
	}
	do("--erase", "legekonsultasjon")
	for _, file := range strings.Fields(files) {
		if has(file) {
			t.Errorf("erase leaves %s", file)
		}
	}
}

func arch() string {
	if runtime.GOARCH == "arm64" {
		return "aarch64"
	}
	return "x86_64"
}

// TestPackageIsTheSameAgain compares what was packed with what the same binaries give once more, at another time and place.
func TestPackageIsTheSameAgain(t *testing.T) {
	again := filepath.Join(dist(t), "build", "again")
	sums, err := os.ReadFile(filepath.Join(again, "SHA256SUMS")) // the folder holds earlier runs' too
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for line := range strings.Lines(string(sums)) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		must(t, "cmp", filepath.Join(dist(t), name), filepath.Join(again, name))
		compared++
	}
	if compared != 6 {
		t.Errorf("%d files were packed once more", compared)
	}
}
