package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long a child may take to end when asked.
const patience = 8 * time.Second

// child is a program of the demo. It ends with the demo, also where that is killed (on Linux).
type child struct {
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended; err is set then
	err  error
}

// run starts a program with its output in a log that begins anew. It is stopped with everything else.
func (d *demo) run(name string, env []string, argv ...string) (*child, error) {
	log := d.path("log", name+".log")
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = env, out, out, bound()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s does not start (make build makes it): %w", filepath.Base(argv[0]), err)
	}
	c := &child{log: log, cmd: cmd, done: make(chan struct{})}
	go func() { c.err = cmd.Wait(); close(c.done) }()
	d.stops = append(d.stops, c.stop)
	return c, nil
}

// stop asks the child to end and ends it by force when it does not.
func (c *child) stop() {
	_ = ask(c.cmd.Process)
	select {
	case <-c.done:
		return
	case <-time.After(patience):
	}
	_ = c.cmd.Process.Kill()
	<-c.done
}

// once runs a program to its end and returns what it says.
func once(ctx context.Context, env []string, stdin string, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.SysProcAttr = env, strings.NewReader(stdin), bound()
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// until asks every 50 ms whether something is so.
func until(ctx context.Context, limit time.Duration, so func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}
