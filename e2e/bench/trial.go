package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
)

// trial is one run on the stage of the end-to-end stories (e2e/rig), which asks for a test: what would fail a test ends
// the trial with an error. What is not below the stage does not use.
type trial struct {
	testing.TB
	ctx      context.Context
	cleanups []func()
	failed   error
}

// try runs f and returns what went wrong. What f started has ended by then.
func try(ctx context.Context, f func(t *trial)) error {
	t := &trial{ctx: ctx}
	ended := make(chan struct{})
	go func() { // Fatal ends this goroutine, as in a test
		defer close(ended)
		defer t.clean()
		f(t)
	}()
	<-ended
	return t.failed
}

func (t *trial) clean() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
}

// Helper implements testing.TB.
func (t *trial) Helper() {}

// Name implements testing.TB.
func (t *trial) Name() string { return "bench" }

// Context implements testing.TB.
func (t *trial) Context() context.Context { return t.ctx }

// Failed implements testing.TB.
func (t *trial) Failed() bool { return t.failed != nil }

// Cleanup implements testing.TB.
func (t *trial) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// TempDir implements testing.TB.
func (t *trial) TempDir() string {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Log implements testing.TB.
func (t *trial) Log(words ...any) { fmt.Fprintln(os.Stderr, words...) }

// Logf implements testing.TB.
func (t *trial) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Error implements testing.TB.
func (t *trial) Error(words ...any) {
	t.failed = errors.Join(t.failed, errors.New(fmt.Sprint(words...)))
}

// Errorf implements testing.TB.
func (t *trial) Errorf(format string, args ...any) { t.Error(fmt.Sprintf(format, args...)) }

// Fatal implements testing.TB.
func (t *trial) Fatal(words ...any) {
	t.Error(words...)
	runtime.Goexit()
}

// Fatalf implements testing.TB.
func (t *trial) Fatalf(format string, args ...any) { t.Fatal(fmt.Sprintf(format, args...)) }
