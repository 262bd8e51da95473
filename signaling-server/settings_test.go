package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aServer has four settings.
func aServer() (flags *flag.FlagSet, listen, data *string, wait *time.Duration) {
	flags = flag.NewFlagSet("serve", flag.ContinueOnError)
	configFlag(flags)
	return flags, flags.String("listen", "default", ""), flags.String("data-folder", "default", ""), flags.Duration("wait", 1, "")
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "server.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheFirstPlaceWins(t *testing.T) {
	file := configFile(t, "# a comment\n\nlisten = file\ndata-folder=file = with a sign \nwait = 3s\n")
	for _, c := range []struct{ name, args, environment, listen, data string }{
		{"nothing", "", "", "default", "default"},
		{"file", "--config " + file, "", "file", "file = with a sign"},
		{"environment names the file", "", "SIGNALING_SERVER_CONFIG=" + file, "file", "file = with a sign"},
		{"environment over file", "--config " + file, "SIGNALING_SERVER_LISTEN=env", "env", "file = with a sign"},
		{"command line over both", "--listen flag --config " + file, "SIGNALING_SERVER_LISTEN=env SIGNALING_SERVER_DATA_FOLDER=env", "flag", "env"},
		{"command line over the environment's file", "--config " + file, "SIGNALING_SERVER_CONFIG=/nowhere", "file", "file = with a sign"},
	} {
		flags, listen, data, _ := aServer()
		if err := flags.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		if err := layer(flags, append(strings.Fields(c.environment), "HOME=/root"), true); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if *listen != c.listen || *data != c.data {
			t.Errorf("%s: %q %q", c.name, *listen, *data)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"listn = x": "line 1: listn is no setting", "\nlisten": "line 2", "listen = a\nlisten = b": "listen is set twice",
		"wait = soon": "setting wait", "config = x": "cannot be in it",
	} {
		flags, _, _, _ := aServer()
		if err := flags.Parse([]string{"--config", configFile(t, text)}); err != nil {
			t.Fatal(err)
		}
		if err := layer(flags, nil, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	flags, _, _, _ := aServer()
	if err := layer(flags, []string{"SIGNALING_SERVER_LISTN=x"}, true); err == nil || !strings.Contains(err.Error(), "LISTN") {
		t.Error(err)
	}
	if err := layer(flags, []string{"SIGNALING_SERVER_LISTN=x", "SIGNALING_SERVER_CONFIG=" + configFile(t, "other = x")}, false); err != nil {
		t.Error("a command that uses only some settings minds the others:", err)
	}
	flags, _, _, _ = aServer()
	if err := layer(flags, []string{"SIGNALING_SERVER_CONFIG=/nowhere"}, true); err == nil || !strings.Contains(err.Error(), "no file /nowhere") {
		t.Error(err)
	}
}
