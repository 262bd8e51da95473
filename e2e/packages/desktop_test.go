//go:build linux

package packages

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// TestDesktopPackage is the desktop program's life on a machine that has nothing but what the package asks for: installed,
// known to the desktop, its window opened, upgraded, removed and purged without a trace.
func TestDesktopPackage(t *testing.T) {
	deb := made(t, "legekonsultasjon_*.deb")
	display := rig.NewDisplay(t, t.TempDir(), 1280, 800)
	m := newMachine(t, "/tmp/.X11-unix")
	// What a desktop has of its own: it keeps the lists of menus, icons and schemes.
	m.fetch("apt-get update -qq; apt-get install -y -qq --no-install-recommends desktop-file-utils hicolor-icon-theme xdg-utils libglib2.0-bin procps")
	m.give(deb, newer(t, "legekonsultasjon"))
	m.fetch("apt-get install -y -qq --no-install-recommends libgl1-mesa-dri") // the driver of a screen without a graphics card
	before := m.files()
	libraries := m.packages()

	began := time.Now()
	m.fetch("apt-get install -y -qq --no-install-recommends ./" + filepath.Base(deb))
	t.Logf("installed in %.0f s", time.Since(began).Seconds())
	if got := m.do("legekonsultasjon version"); got != "legekonsultasjon "+version(deb) {
		t.Errorf("version: %q", got)
	}
	findsItsLibraries(m)
	knownToTheDesktop(m)
	opensItsWindow(m, display)

	install(m, newer(t, "legekonsultasjon"))
	m.do("legekonsultasjon version")
	m.do("apt-get purge -y -qq legekonsultasjon")
	var brought []string
	for _, p := range m.packages() {
		if !strings.Contains("\n"+strings.Join(libraries, "\n")+"\n", "\n"+p+"\n") {
			brought = append(brought, p)
		}
	}
	m.do("apt-get purge -y -qq " + strings.Join(brought, " "))
	left(m, before)
}

// findsItsLibraries sees that what the linker names and what the program opens later is all there.
func findsItsLibraries(m *machine) {
	m.t.Helper()
	if out := m.do("ldd /usr/bin/legekonsultasjon"); strings.Contains(out, "not found") {
		m.t.Errorf("a library is missing:\n%s", out)
	}
	cache := m.do("ldconfig -p")
	for _, name := range opened(m.t, filepath.Join(m.root, "usr/bin/legekonsultasjon")) {
		if !strings.Contains(cache, name+" ") {
			m.t.Errorf("%s, which the program opens when it needs it, is not there", name)
		}
	}
}

// optional are libraries that the program looks for and does without: another driver, sound server or frame does as well.
var optional = map[string]bool{"libasound.so.2": true, "libjack.so.0": true, "libdecor-0.so.0": true, "libGLESv1_CM.so.1": true, "libGLES_CM.so.1": true, "libwebrtc_audio_processing.so.1": true,
	"libGLESv2.so.2": true, "libOpenGL.so.0": true, "libOSMesa.so.6": true, "libOSMesa.so.8": true, "libvulkan.so.1": true}

// opened are the names of shared libraries that stand as text in the binary, each behind a zero byte.
func opened(t *testing.T, binary string) []string {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := f.Section(".rodata").Data()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, word := range strings.Split(string(text), "\x00") {
		if strings.HasPrefix(word, "lib") && strings.Contains(word, ".so.") && len(word) < 40 && !strings.ContainsAny(word, " %/") && !optional[word] {
			names = append(names, word)
		}
	}
	if len(names) < 10 {
		t.Fatalf("the binary names %v only", names)
	}
	return names
}

// knownToTheDesktop asks the desktop's own tools about menu, scheme, icon and description.
func knownToTheDesktop(m *machine) {
	m.t.Helper()
	const folder = "usr/share/applications/"
	for _, entry := range []string{"no.legekonsultasjon.Desktop.desktop", "no.legekonsultasjon.Desktop.Open.desktop"} {
		must(m.t, "desktop-file-validate", filepath.Join(m.root, folder+entry))
	}
	must(m.t, "appstreamcli", "validate", "--no-net", filepath.Join(m.root, "usr/share/metainfo/no.legekonsultasjon.Desktop.metainfo.xml"))
	opener := m.do("xdg-mime query default x-scheme-handler/legekonsultasjon")
	if opener == "" || !strings.Contains(m.do("cat /"+folder+opener), "Exec=legekonsultasjon open %u") {
		m.t.Errorf("links of ours are opened by %q", opener)
	}
	for _, icon := range []string{"16x16/apps/no.legekonsultasjon.Desktop.png", "256x256/apps/no.legekonsultasjon.Desktop.png", "scalable/apps/no.legekonsultasjon.Desktop.svg"} {
		if !m.has("usr/share/icons/hicolor/" + icon) {
			m.t.Errorf("no icon %s", icon)
		}
	}
	m.do("man -w legekonsultasjon 2>/dev/null || zcat /usr/share/man/man1/legekonsultasjon.1.gz | grep -q 'Sh NAME'")
}

// opensItsWindow runs the installed program as somebody who has just signed in to the machine.
func opensItsWindow(m *machine, display *rig.Display) {
	m.t.Helper()
	m.do("id kari 2>/dev/null || useradd --create-home kari; chmod 1777 /tmp/.X11-unix")
	log := filepath.Join(m.root, "home/kari/log")
	cmd := m.command(m.t.Context(), "", "exec runuser -u kari -- env HOME=/home/kari DISPLAY="+display.Name+" LIBGL_ALWAYS_SOFTWARE=1 legekonsultasjon --log /home/kari/log")
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	said := func() string { text, _ := os.ReadFile(log); return string(text) }
	if rig.WaitFor(m.t.Context(), 60*time.Second, func() bool {
		return strings.Contains(said(), "screen=signIn") || strings.Contains(said(), "screen=unlock")
	}) != nil {
		m.t.Errorf("the window does not open:\n%s", said())
	}
	m.do("pkill -u kari -x legekonsultasjo")
	if err := cmd.Wait(); err != nil {
		m.t.Errorf("asked to end, it says %v", err)
	}
	m.do("userdel --remove kari 2>/dev/null")
}

// packages are the names of all that is installed.
func (m *machine) packages() []string {
	m.t.Helper()
	return strings.Fields(m.do("dpkg-query -W -f '${Package}\\n'"))
}
