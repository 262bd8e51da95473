// Command signaling-server lets doctors' desktops and patients' browsers find each other. It keeps hashes and sealed notes
// and relays frames that it cannot read. See docs/OPERATIONS.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"legekonsultasjon/signaling-server/store"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and went wrong
	exitUsage  = 2 // the command line is not right
	exitInUse  = 3 // the port or the data folder is taken by another program
	exitWarned = 4 // check: it works, and something should be seen to
	exitBroken = 5 // the store is not whole; starting again does not help
)

const usage = `signaling-server lets doctors' desktops and patients' browsers find each other.

  signaling-server serve [flags]                 run the server (signaling-server serve --help)
  signaling-server admin clinic add [flags]      add a clinic
  signaling-server admin clinic list [flags]
  signaling-server admin doctor add [flags]      add a doctor's account; the password is read from standard input
  signaling-server admin doctor list [flags]
  signaling-server admin doctor disable [flags]  end an account's sessions and let nobody sign in to it
  signaling-server check [flags of serve]        say in words whether the server can run well with these settings
  signaling-server backup --out FILE [flags]     back up the store, of a running server too, and verify the backup
  signaling-server restore --from FILE [flags]   make the store anew from a backup; the server must not run
  signaling-server version

Settings come from the command line, from SIGNALING_SERVER_* in the environment, and from the file that --config names.

Exit codes: 0 done, 1 failed, 2 wrong command line or settings, 3 port or data folder in use, 4 (check) works, with warnings,
5 the store is not whole and has to be restored.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; ctx ends a serve.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(errs, usage)
		return exitUsage
	}
	var err error
	switch args[0] {
	case "serve":
		err = serve(ctx, args[1:], out, errs)
	case "admin":
		err = admin(ctx, args[1:], in, out, errs)
	case "check":
		err = check(ctx, args[1:], out, errs)
	case "backup":
		err = backup(ctx, args[1:], out, errs)
	case "restore":
		err = restore(ctx, args[1:], out, errs)
	case "version", "--version", "-version":
		fmt.Fprintln(out, version())
	case "help", "--help", "-help", "-h":
		fmt.Fprint(out, usage)
	default:
		err = usageError("unknown command " + args[0])
	}
	return exitCode(err, errs)
}

func exitCode(err error, errs io.Writer) int {
	if err == nil {
		return exitOK
	}
	var wrong usageError
	var taken inUseError
	if errors.Is(err, errWarned) {
		return exitWarned
	}
	fmt.Fprintln(errs, "signaling-server:", err)
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintln(errs, "See signaling-server --help.")
		return exitUsage
	case errors.As(err, &taken):
		return exitInUse
	case errors.Is(err, store.ErrNotWhole):
		return exitBroken
	}
	return exitFailed
}

// usageError is a command line that cannot be meant.
type usageError string

func (e usageError) Error() string { return string(e) }

// inUseError is a port or folder that belongs to another program.
type inUseError string

func (e inUseError) Error() string { return string(e) }

// release is the version that a package is made with; the linker fills it in.
var release string

func version() string {
	if release != "" {
		return "signaling-server " + release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "signaling-server"
	}
	revision := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = " " + s.Value
		}
	}
	return "signaling-server " + info.Main.Version + revision
}
