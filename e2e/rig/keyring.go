package rig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Keyring is gnome-keyring, unlocked, under a D-Bus session of its own.
type Keyring struct{ Address string }

// NewKeyring starts both. runtime is the XDG_RUNTIME_DIR that its users have.
func NewKeyring(t testing.TB, dir, runtime string) *Keyring {
	t.Helper()
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	bus, err := start(dir, "dbus", nil, []*os.File{w}, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=3",
		"--address=unix:path="+filepath.Join(dir, "bus"))
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Stop)
	k := &Keyring{}
	if k.Address, err = firstLine(r, 10*time.Second); err != nil {
		t.Fatalf("dbus-daemon: %v", err)
	}
	env := append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+k.Address, "HOME="+home, "XDG_RUNTIME_DIR="+runtime,
		"XDG_DATA_HOME="+filepath.Join(home, "data"))
	Start(t, dir, "keyring", env, "sh", "-c", "printf test | exec gnome-keyring-daemon --foreground --unlock --components=secrets")
	Until(t, 20*time.Second, "the keyring on its bus", func() bool {
		out, err := Run(t.Context(), env, "", "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames")
		return err == nil && strings.Contains(out, "org.freedesktop.secrets")
	})
	return k
}

// Env adds what a program needs to use it.
func (k *Keyring) Env(env []string) []string {
	return append(append([]string{}, env...), "DBUS_SESSION_BUS_ADDRESS="+k.Address)
}
