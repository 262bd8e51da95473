package rig

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Said is what another start of the desktop program said.
type Said struct {
	Out  string // standard output
	Errs string
	Code int
}

// Second starts the desktop program once more on the same profile with a command of its own, as a journal does, and
// delivers what it said when it has ended, at the latest after limit.
func (d *Desktop) Second(limit time.Duration, command string, args ...string) <-chan Said {
	d.t.Helper()
	said := make(chan Said, 1)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	argv := append([]string{command, "--profile", d.Profile}, args...)
	cmd := exec.CommandContext(ctx, filepath.Join(Root(d.t), "bin", "legekonsultasjon-inspect"), argv...)
	cmd.Env = append(append([]string{}, d.options.Env...), "DISPLAY="+d.options.Display.Name)
	cmd.Stdin = nil
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	go func() {
		defer cancel()
		s := Said{}
		err := cmd.Run()
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit):
			s.Code = exit.ExitCode()
		case err != nil:
			s.Code, s.Errs = -1, err.Error()
		}
		s.Out, s.Errs = out.String(), s.Errs+errs.String()
		said <- s
	}()
	return said
}

// StartBy starts the program by a command and its last argument, after a Kill or Stop of its Process.
func (d *Desktop) StartBy(command, last string) {
	d.t.Helper()
	d.by, d.last = []string{command}, []string{last}
	defer func() { d.by, d.last = nil, nil }()
	d.Start()
}

// Write makes a file beside the profile and returns its path.
func (d *Desktop) Write(name string, content []byte) string {
	d.t.Helper()
	path := filepath.Join(d.options.Dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}
