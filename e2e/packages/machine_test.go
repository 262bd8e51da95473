//go:build linux

// Package packages installs what make packages has made on fresh Debian machines (systemd-nspawn, with systemd running),
// uses, upgrades, removes and purges it. It runs as root, in a network of its own.
package packages

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// inside marks the run of this program that has a network of its own.
const inside = "PACKAGES_INSIDE"

// outside is the network that packages are fetched by: that of the run that waits for this one, handed down as file 3.
func outside() string { return fmt.Sprintf("/proc/%d/fd/3", os.Getpid()) }

func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		if err := settle(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	if os.Geteuid() != 0 {
		fmt.Fprintln(os.Stderr, "packages are installed by root: make packages goes through sudo")
		os.Exit(1)
	}
	if err := insideRun(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// insideRun is this program once more, first in a process namespace of its own: when it ends, however it ends, the machines
// that it has booted are gone too.
func insideRun() error {
	network, err := os.Open("/proc/self/ns/net")
	if err != nil {
		return err
	}
	defer network.Close()
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdin, os.Stdout, os.Stderr, []*os.File{network}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // the signal comes when the thread ends that started it
	return cmd.Run()
}

// settle makes the namespaces fit to live in.
func settle() error {
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount proc: %w", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	return nil
}

// machine is a fresh Debian that has booted.
type machine struct {
	t      *testing.T
	root   string
	leader int // its systemd, as seen from here
}

// newMachine unpacks a fresh Debian into a folder and boots it. Its network is the test's. binds are folders that it sees
// at their own paths.
func newMachine(t *testing.T, binds ...string) *machine {
	t.Helper()
	m := &machine{t: t, root: filepath.Join(t.TempDir(), "machine")}
	if err := os.Mkdir(m.root, 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, "tar", "-xpf", debian(t), "-C", m.root, "--numeric-owner")
	m.write("/etc/hostname", "klinikk\n")
	m.write("/etc/hosts", "127.0.0.1 localhost klinikk video.example.org\n")
	resolver, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(m.root, "etc/resolv.conf"))
	m.write("/etc/resolv.conf", string(resolver))
	m.boot(binds)
	return m
}

// boot starts systemd. A machine without systemd has nobody to register with.
func (m *machine) boot(binds []string) {
	m.t.Helper()
	argv := []string{"systemd-nspawn", "--quiet", "--boot", "--directory=" + m.root, "--machine=packages" + strconv.Itoa(os.Getpid()),
		"--resolv-conf=off", "--timezone=off", "--console=pipe"}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		argv = append(argv, "--register=no", "--keep-unit")
	}
	for _, dir := range binds {
		argv = append(argv, "--bind="+dir)
	}
	env := append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1")
	p := rig.Start(m.t, filepath.Dir(m.root), "machine", env, argv...)
	m.t.Cleanup(func() { m.halt(p) })
	if rig.WaitFor(m.t.Context(), time.Minute, func() bool { return m.begun(p) || ended(p) }) != nil || ended(p) {
		m.t.Fatalf("the machine does not begin: %s", rig.Tail(p.Log, 20))
	}
	state := ""
	if rig.WaitFor(m.t.Context(), 3*time.Minute, func() bool {
		state, _ = m.try(10*time.Second, "systemctl is-system-running")
		return state == "running" || state == "degraded"
	}) != nil {
		jobs, _ := m.try(10*time.Second, "systemctl list-jobs --no-pager")
		m.t.Fatalf("the machine is still %s: %s", state, jobs)
	}
}

// begun finds the machine's first process: the child of nspawn that has become systemd.
func (m *machine) begun(p *rig.Process) bool {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", p.PID(), p.PID()))
	for _, word := range strings.Fields(string(text)) {
		name, _ := os.ReadFile("/proc/" + word + "/comm")
		if strings.TrimSpace(string(name)) == "systemd" {
			m.leader, _ = strconv.Atoi(word)
		}
	}
	return m.leader != 0
}

func ended(p *rig.Process) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}

// halt ends it at once: nothing on it is worth an orderly end.
func (m *machine) halt(p *rig.Process) {
	if m.leader != 0 {
		_ = syscall.Kill(m.leader, syscall.SIGKILL) // and with it all that lives in its process namespace
	}
	p.Kill()
	for _, hierarchy := range []string{"unified", "systemd", "."} {
		for _, side := range []string{"payload", "supervisor"} {
			removeEmpty(filepath.Join("/sys/fs/cgroup", hierarchy, side))
		}
	}
}

// removeEmpty removes a folder of control groups that nobody is in any more.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			removeEmpty(filepath.Join(dir, e.Name()))
		}
	}
	_ = os.Remove(dir)
}

// command runs a shell script on the machine as root, with nothing of this environment.
func (m *machine) command(ctx context.Context, network, script string) *exec.Cmd {
	argv := []string{"-t", strconv.Itoa(m.leader), "-m", "-u", "-p"}
	if network != "" {
		argv = append(argv, "--net="+network)
	}
	argv = append(argv, "--", "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "USER=root",
		"LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "sh", "-euc", "cd /root; "+script)
	return exec.CommandContext(ctx, "nsenter", argv...)
}

// try runs a script within the time and returns what it printed.
func (m *machine) try(limit time.Duration, script string) (string, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), limit)
	defer cancel()
	out, err := m.command(ctx, "", script).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// do is try for what has to succeed.
func (m *machine) do(script string) string {
	m.t.Helper()
	out, err := m.try(2*time.Minute, script)
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return out
}

// fetch is do with the network that Debian's packages come by.
func (m *machine) fetch(script string) string {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 10*time.Minute)
	defer cancel()
	out, err := m.command(ctx, outside(), script).CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// code is the exit code of a script.
func (m *machine) code(script string) (int, string) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	cmd := m.command(ctx, "", script)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		m.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), strings.TrimSpace(string(out))
}

// give copies files into root's home.
func (m *machine) give(files ...string) {
	m.t.Helper()
	must(m.t, append(append([]string{"cp", "--"}, files...), filepath.Join(m.root, "root"))...)
}

func (m *machine) write(file, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.root, file), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) has(path string) bool {
	_, err := os.Lstat(filepath.Join(m.root, path))
	return err == nil
}

// debian is a fresh minimal Debian with systemd as a tar file. It is made once a month and kept in the cache folder.
func debian(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(cache, "legekonsultasjon")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	name := codename(t)
	file := filepath.Join(cache, "debian-"+name+".tar")
	if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) < 30*24*time.Hour {
		return file
	}
	dir := filepath.Join(t.TempDir(), "debian")
	must(t, "nsenter", "--net="+outside(), "debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", name, dir)
	must(t, "chroot", dir, "apt-get", "clean")
	must(t, "tar", "-cpf", file+".new", "-C", dir, "--numeric-owner", ".")
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	return file
}

// codename is this machine's release: the desktop program is built against its libraries.
func codename(t *testing.T) string {
	t.Helper()
	return must(t, "sh", "-c", `. /etc/os-release; echo "$VERSION_CODENAME"`)
}

// must runs a program of this machine and returns what it printed.
func must(t *testing.T, argv ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
