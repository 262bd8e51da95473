package drill

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
	"legekonsultasjon/signaling-server/turn/turntest"
)

// TestTURNElsewhere: Debian's coturn takes the credentials that the server makes for it, and no others.
func TestTURNElsewhere(t *testing.T) {
	if _, err := exec.LookPath("turnserver"); err != nil {
		t.Fatal("turnserver is missing: apt-get install coturn")
	}
	dir, at := t.TempDir(), port(t)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("en lang delt hemmelighet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rig.Start(t, dir, "coturn", os.Environ(), "turnserver", "-n", "--listening-ip=127.0.0.1", fmt.Sprintf("--listening-port=%d", at),
		"--relay-ip=127.0.0.1", "--use-auth-secret", "--static-auth-secret=en lang delt hemmelighet", "--realm="+turntest.Realm,
		"--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout", "--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	server := rig.NewServer(t, rig.ServerOptions{Dir: dir, Binary: built(t), Doctors: []rig.Doctor{kari}, Args: []string{
		"--turn-urls", fmt.Sprintf("stun:127.0.0.1:%d,turn:127.0.0.1:%d?transport=udp", at, at), "--turn-secret-file", secret}})
	defer func() { server.Process.Stop() }()
	entry := newStorm(t, server, 0).welcome().relay(t)
	begin := func(password string) error {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = turntest.New(conn, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at}, entry.Username, password).Allocate()
		return err
	}
	rig.Until(t, 20*time.Second, "coturn to give an allocation", func() bool { return begin(entry.Credential) == nil })
	survived := 1
	if begin("x"+strings.TrimPrefix(entry.Credential, "x")) == nil {
		survived = 0
		t.Error("an allocation with another password")
	}
	report("turn-elsewhere", 1, survived, "coturn takes the credentials of the welcome, and no wrong ones")
}
