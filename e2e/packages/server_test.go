//go:build linux

package packages

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// TestServerPackage is the server's life on a machine: installed, set up, running as its own user under systemd, upgraded,
// removed, installed again over its data, and purged without a trace.
func TestServerPackage(t *testing.T) {
	deb := made(t, "signaling-server_*.deb")
	m := newMachine(t)
	m.fetch("apt-get update -qq; apt-get install -y -qq --no-install-recommends adduser procps curl")
	m.give(deb, newer(t, "signaling-server"))
	before := m.files()

	install(m, deb)
	if got := m.do("signaling-server version"); got != "signaling-server "+version(deb) {
		t.Errorf("version: %q", got)
	}
	if said := m.do("systemd-analyze verify /usr/lib/systemd/system/signaling-server.service 2>&1"); said != "" {
		t.Errorf("systemd-analyze verify: %s", said)
	}
	if state, _ := m.try(time.Minute, "systemctl is-active signaling-server"); state != "inactive" {
		t.Errorf("before it is set up the service is %s", state)
	}
	if code, said := m.code(check); code != 4 || !strings.Contains(said, "fit for this machine only") {
		t.Errorf("check before it is set up: %d %s", code, said)
	}
	setUp(m)
	t.Logf("check: %s", m.checked())
	m.do("systemctl enable --now signaling-server")
	m.serves()
	t.Logf("systemd-analyze security: %s", lastLine(m.do("systemd-analyze security --no-pager signaling-server.service")))
	t.Logf("check: %s", m.checked())
	m.do(`signaling-server admin clinic add --data /var/lib/signaling-server --name "Legesenteret Sentrum" --phone "22 00 00 00"`)
	m.do("echo 'tre ugler sover paa taket' | signaling-server admin doctor add --data /var/lib/signaling-server --clinic 'Legesenteret Sentrum' --name 'Kari Nordmann' --email kari@example.org --password-stdin")
	diesAndComesBack(m)
	takesOrdersWhileStopped(m)

	upgrade(m)
	removed(m)
	install(m, deb, "--allow-downgrades")
	m.do("systemctl enable --now signaling-server")
	m.serves()
	m.knowsKari()
	purged(m, before)
}

const check = "signaling-server check --config /etc/signaling-server/server.conf --data /var/lib/signaling-server"

func install(m *machine, deb string, more ...string) {
	m.t.Helper()
	m.do(fmt.Sprintf("apt-get install -y -qq --no-install-recommends %s ./%s", strings.Join(more, " "), filepath.Base(deb)))
}

// setUp writes settings as an administrator does, with a certificate of the clinic's own.
func setUp(m *machine) {
	m.t.Helper()
	chain, key, err := rig.Certificate(m.t.TempDir(), "video.example.org")
	if err != nil {
		m.t.Fatal(err)
	}
	must(m.t, "cp", chain, filepath.Join(m.root, "etc/signaling-server/fullchain.pem"))
	must(m.t, "cp", key, filepath.Join(m.root, "etc/signaling-server/privkey.pem"))
	m.do(`cd /etc/signaling-server; chmod 600 *.pem
		sed -i 's/^#public-url/public-url/; s/^#tls-cert/tls-cert/; s/^#tls-key/tls-key/; s/^#turn-listen/turn-listen/; s/^#turn-public-ip.*/turn-public-ip = 127.0.0.1/' server.conf
		echo "# ours" >> server.conf`)
	if code, said := m.code(check); code != 1 || !strings.Contains(said, "cannot read /etc/signaling-server/privkey.pem") {
		m.t.Errorf("check with a key that is root's alone: %d %s", code, said)
	}
	m.do("cd /etc/signaling-server; chgrp signaling-server *.pem; chmod 640 *.pem")
}

// checked runs check, which may warn and must not fail.
func (m *machine) checked() string {
	m.t.Helper()
	code, said := m.code(check)
	if code != 0 && code != 4 {
		m.t.Errorf("check: %d", code)
	}
	return said
}

// serves waits until the service answers, and sees that it runs as its own user.
func (m *machine) serves() {
	m.t.Helper()
	if _, err := m.try(30*time.Second, "until curl -fs http://127.0.0.1:9700/readyz; do sleep .05; done"); err != nil {
		m.t.Fatalf("it does not answer:\n%s", m.do("systemctl status --no-pager signaling-server; journalctl --no-pager -u signaling-server -n 30"))
	}
	if user := m.do("ps -o user:20= -p " + m.mainPID()); user != "signaling-server" {
		m.t.Errorf("it runs as %q", user)
	}
	m.do("curl -fs --cacert /etc/signaling-server/fullchain.pem https://video.example.org/ | grep -q '<html'")
}

func (m *machine) mainPID() string {
	m.t.Helper()
	return m.do("systemctl show -P MainPID signaling-server")
}

func (m *machine) knowsKari() {
	m.t.Helper()
	if list := m.do("signaling-server admin doctor list --data /var/lib/signaling-server"); !strings.Contains(list, "kari@example.org") {
		m.t.Errorf("the account is gone: %s", list)
	}
}

// diesAndComesBack kills the server as a crash does.
func diesAndComesBack(m *machine) {
	m.t.Helper()
	old := m.mainPID()
	began := time.Now()
	m.do("kill -KILL " + old)
	rig.Until(m.t, 20*time.Second, "another process", func() bool { pid := m.mainPID(); return pid != "0" && pid != old })
	m.serves()
	m.t.Logf("after kill -9 it serves again within %d ms", time.Since(began).Milliseconds())
	m.knowsKari()
}

// takesOrdersWhileStopped: what root does to the store of a stopped server does not keep its user from it.
func takesOrdersWhileStopped(m *machine) {
	m.t.Helper()
	m.do("systemctl stop signaling-server")
	m.do("signaling-server admin clinic change --data /var/lib/signaling-server --clinic 'Legesenteret Sentrum' --phone '22 00 00 01'")
	m.do("signaling-server backup --data /var/lib/signaling-server --out /root/a.backup; rm a.backup")
	m.checked()
	m.do("systemctl start signaling-server")
	m.serves()
}

// upgrade takes over data, settings and the running service.
func upgrade(m *machine) {
	m.t.Helper()
	old := m.mainPID()
	install(m, newer(m.t, "signaling-server"))
	if got := m.do("signaling-server version"); got != "signaling-server "+version(made(m.t, "signaling-server_*.deb")) {
		m.t.Errorf("the same binary in another package says %q", got)
	}
	if pid := m.mainPID(); pid == old {
		m.t.Error("the old binary still runs")
	}
	m.serves()
	m.knowsKari()
	if !strings.Contains(m.do("cat /etc/signaling-server/server.conf"), "# ours") {
		m.t.Error("the settings are gone")
	}
}

// removed leaves data and settings alone, and no service.
func removed(m *machine) {
	m.t.Helper()
	m.do("apt-get remove -y -qq signaling-server")
	for path, want := range map[string]bool{"usr/bin/signaling-server": false, "usr/lib/systemd/system/signaling-server.service": false,
		"etc/systemd/system/multi-user.target.wants/signaling-server.service": false,
		"etc/signaling-server/server.conf":                                    true, "var/lib/signaling-server": true} {
		if m.has(path) != want {
			m.t.Errorf("after remove: %s is there: %v", path, !want)
		}
	}
	if code, _ := m.code("pgrep -x signaling-serve"); code == 0 {
		m.t.Error("after remove it still runs")
	}
}

// purged leaves nothing.
func purged(m *machine, before []string) {
	m.t.Helper()
	m.do("apt-get purge -y -qq signaling-server")
	left(m, before)
	if code, said := m.code("getent passwd signaling-server || getent group signaling-server"); code == 0 {
		m.t.Errorf("purge leaves the account: %s", said)
	}
}

// left tells what is there and was not before.
func left(m *machine, before []string) {
	m.t.Helper()
	for _, path := range m.files() {
		if !slices.Contains(before, path) {
			m.t.Errorf("purge leaves %s", path)
		}
	}
}

// ofTheSystem is what comes and goes by itself.
var ofTheSystem = regexp.MustCompile(`^(proc|sys|dev|run|tmp|var/(log|tmp|cache)|var/lib/(apt|dpkg|systemd|dbus)|root/\.|etc/(passwd|group|shadow|gshadow|subuid|subgid)-)`)

// files lists what lies on the machine's disk.
func (m *machine) files() []string {
	m.t.Helper()
	var all []string
	err := filepath.WalkDir(m.root, func(path string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(m.root, path)
		if ofTheSystem.MatchString(rel) {
			if d != nil && d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		all = append(all, rel)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return all
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
