package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEverySettingIsInTheReference holds docs/OPERATIONS.md and the flags of serve together, and the file that comes with
// the systemd unit.
func TestEverySettingIsInTheReference(t *testing.T) {
	text, err := os.ReadFile("../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "## Settings")
	table, _, _ := strings.Cut(after, "**TURN.**")
	flags := (&serveFlags{}).set()
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(table, "| `--"+f.Name+"`") && !strings.Contains(table, "` `--"+f.Name+"`") {
			t.Errorf("--%s is not in the table of settings", f.Name)
		}
	})
	for _, m := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(table, -1) {
		if flags.Lookup(m[1]) == nil {
			t.Errorf("the table names --%s, which is no setting", m[1])
		}
	}
	conf, err := os.ReadFile("systemd/server.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^#?([a-z-]+) = `).FindAllStringSubmatch(string(conf), -1) {
		if flags.Lookup(m[1]) == nil {
			t.Errorf("server.conf has %s, which is no setting", m[1])
		}
	}
}
