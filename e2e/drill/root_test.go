package drill

import (
	"os"
	"os/exec"
	"testing"
)

// builtServer names the server binary for a test that runs once more as root, so that root builds nothing into a
// person's cache.
const builtServer = "DRILL_SERVER"

// asRoot reports whether this process may mount disks. Where it may not, it runs the whole test once more by sudo, whose
// outcome is then the test's, and the test has nothing left to do.
func asRoot(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() == 0 {
		return true
	}
	argv := []string{"-n", "env", builtServer + "=" + built(t)}
	for _, name := range []string{"PATH", "RUNS", "LANG"} {
		argv = append(argv, name+"="+os.Getenv(name))
	}
	argv = append(argv, os.Args[0], "-test.v", "-test.run", "^"+t.Name()+"$")
	cmd := exec.CommandContext(t.Context(), "sudo", argv...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("as root, by sudo that asks for no password: %v", err)
	}
	return false
}
