// Package drill goes through faults on purpose: hostile relays, searches for what the server should not have, guesses
// at PINs, kills, power cuts, full disks. Each test is one drill and prints one line: name, runs, survived, figure.
package drill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// kari is the doctor of every drill.
var kari = rig.Doctor{Name: "Kari Nordmann", Email: "kari@eksempel.no", Password: "tre ugler sover paa taket"}

// runs is RUNS, or otherwise.
func runs(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv("RUNS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("RUNS=%q is no number", text)
	}
	return n
}

// report prints the drill's line.
func report(name string, runs, survived int, figure string, args ...any) {
	fmt.Printf("drill %s: runs %d, survived %d, %s\n", name, runs, survived, fmt.Sprintf(figure, args...))
}

// port is a free one.
func port(t *testing.T) int {
	t.Helper()
	p, err := rig.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// built builds the server as it stands here, a static binary.
func built(t *testing.T) string {
	t.Helper()
	if binary := os.Getenv(builtServer); binary != "" {
		return binary
	}
	binary := filepath.Join(t.TempDir(), "signaling-server")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./signaling-server")
	cmd.Dir = rig.Root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// spread is "median (least to most)" of durations in milliseconds.
func spread(all []time.Duration) string {
	if len(all) == 0 {
		return "none"
	}
	slices.Sort(all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%.0f ms (%.0f to %.0f)", ms(all[len(all)/2]), ms(all[0]), ms(all[len(all)-1]))
}
