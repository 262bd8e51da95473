package rig

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Sound is a PulseAudio server of its own with null sinks: what is played into one can be recorded from its monitor.
type Sound struct {
	Dir     string // XDG_RUNTIME_DIR of whoever uses it
	process *Process
}

// NewSound starts a server with a sink for each name; <name>.monitor is the source.
func NewSound(t testing.TB, dir string, sinks ...string) *Sound {
	t.Helper()
	run := filepath.Join(dir, "run")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	s := &Sound{Dir: run}
	argv := []string{"nice", "-n", "-11", "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
		"-L", "module-native-protocol-unix socket=" + s.socket() + " auth-anonymous=1"}
	for _, name := range sinks {
		// norewinds: without it a recording of the monitor is full of holes.
		argv = append(argv, "-L", fmt.Sprintf("module-null-sink sink_name=%s rate=48000 channels=1 norewinds=1", name))
	}
	env := append(os.Environ(), "XDG_RUNTIME_DIR="+run, "HOME="+dir)
	s.process = Start(t, dir, "pulseaudio", env, argv...)
	Until(t, 20*time.Second, "the sound server", func() bool {
		_, err := Run(context.Background(), s.Env(os.Environ()), "", "pactl", "info")
		return err == nil
	})
	return s
}

func (s *Sound) socket() string { return filepath.Join(s.Dir, "native") }

// Env adds what a program needs to use this server.
func (s *Sound) Env(env []string) []string {
	return append(append([]string{}, env...), "PULSE_SERVER=unix:"+s.socket(), "XDG_RUNTIME_DIR="+s.Dir)
}

// Defaults makes sink the speaker and source the microphone of programs that ask for the default device.
func (s *Sound) Defaults(t testing.TB, sink, source string) {
	t.Helper()
	for _, argv := range [][]string{{"pactl", "set-default-sink", sink}, {"pactl", "set-default-source", source}} {
		if _, err := Run(context.Background(), s.Env(os.Environ()), "", argv...); err != nil {
			t.Fatal(err)
		}
	}
}

// Microphone makes a source of what is played into a sink: Chromium takes no monitor for a microphone.
func (s *Sound) Microphone(t testing.TB, name, sink string) {
	t.Helper()
	if _, err := Run(context.Background(), s.Env(os.Environ()), "", "pactl", "load-module", "module-remap-source",
		"master="+sink+".monitor", "source_name="+name); err != nil {
		t.Fatal(err)
	}
}

// Play plays a WAV file into a sink (with a short buffer: the monitor hands on in pieces as long as the sink's) until it is over or the test ends.
func (s *Sound) Play(t testing.TB, dir, sink, wav string) *Process {
	t.Helper()
	return Start(t, dir, "paplay-"+sink, s.Env(os.Environ()), "nice", "-n", "-11", "paplay", "--device="+sink, "--latency-msec=20", wav)
}

// Record records a source as raw 48 kHz mono 16-bit little-endian samples into file until the process is stopped.
func (s *Sound) Record(t testing.TB, dir, source, file string) *Process {
	t.Helper()
	return Start(t, dir, "parec-"+source, s.Env(os.Environ()), "nice", "-n", "-11", "parec", "--device="+source, "--latency-msec=20",
		"--rate=48000", "--channels=1", "--format=s16le", "--file-format=raw", file)
}
