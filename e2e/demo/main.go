// Command demo runs the whole of Legekonsultasjon on this machine until Ctrl-C: the signaling server, a post office whose
// web page shows what patients receive, and the desktop program signed in as a doctor. Everything it keeps is in var/demo.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
)

func main() {
	// Linux ends the children with the thread that started them: this one lives as long as the program.
	runtime.LockOSThread()
	root, err := projectFolder()
	if err == nil {
		err = run(root, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// projectFolder is where bin/demo was built, or the working folder.
func projectFolder() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for _, folder := range []string{filepath.Dir(filepath.Dir(program)), here} {
		if _, err := os.Stat(filepath.Join(folder, "FyneApp.toml")); err == nil {
			return folder, nil
		}
	}
	return "", errors.New("run it in the project's folder, or as make demo")
}

// run starts everything, waits and stops everything. The error says what went wrong in words for a person.
func run(root string, out io.Writer) error {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer restore()
	d := &demo{root: root, folder: filepath.Join(root, "var", "demo"), out: out}
	err := d.start(ctx)
	if err == nil {
		d.say("Ready: window signed in as %s, letters at %s, server at %s. Ctrl-C stops everything.", doctorName, d.office.URL(), serverURL)
		err = d.wait(ctx)
	}
	asked := ctx.Err() != nil
	restore() // a second Ctrl-C ends at once, and the children with it
	if asked {
		d.say("Stopping.")
		err = nil
	}
	d.stop()
	if err == nil {
		d.say("demo: stopped. What was entered stays in var/demo until make clean.")
	}
	return err
}
