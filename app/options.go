package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"legekonsultasjon/core/handover"
)

// Exit codes of the program.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNoOpenGL = 3
	exitRefused  = 4 // signin: the server did not take name and password

	// Of invite and import; docs/WAYSIN.md says more.
	exitNotRunning  = 5
	exitNotSignedIn = 6
	exitDeclined    = 7
	exitPending     = 8 // the time was over before the last word
	exitNotTaken    = 9
	exitBusy        = 10
	exitNotSent     = 11
)

const usage = `Legekonsultasjon: video consultations between doctor and patient.

  legekonsultasjon [flags]            opens the doctor's window
  legekonsultasjon open [flags] URL   opens or focuses the window and asks to verify what a legekonsultasjon: address holds
  legekonsultasjon invite [flags]     asks the running program to verify an invitation and says as JSON what became of it
  legekonsultasjon import [flags] F   asks the running program to show the appointments of a file (CSV or .ics)
  legekonsultasjon signin [flags]     signs in without a window, for demos and tests
  legekonsultasjon version

Flags:
`

// options are the command line.
type options struct {
	profile  string
	camera   string
	renderer string
	log      string
	size     string
	loopback bool
	first    *handover.Order // what the start was for beyond the window, or nil
}

// parse reads the flags of the window. It returns flag.ErrHelp after help was asked for.
func parse(args []string, out io.Writer) (options, error) {
	o, rest, err := parseWindow(args, out)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("unknown argument %q", rest[0])
	}
	return o, err
}

// parseWindow reads the flags of the window and returns what stands behind them.
func parseWindow(args []string, out io.Writer) (o options, rest []string, err error) {
	f := flag.NewFlagSet("legekonsultasjon", flag.ContinueOnError)
	f.SetOutput(out)
	f.Usage = func() {
		fmt.Fprint(out, usage)
		f.PrintDefaults()
		fmt.Fprint(out, "\nExit codes: 0 ended as asked, 1 failed, 2 wrong command line, 3 no OpenGL, 4 sign-in refused.\n")
	}
	f.StringVar(&o.profile, "profile", "", "`folder` of settings, book and keyring name; default: the user's own")
	f.StringVar(&o.camera, "camera", "", "camera `id`, or file:clip.y4m, test (a moving picture) or none, instead of the one chosen in the window")
	f.StringVar(&o.renderer, "renderer", "auto", "how pictures are drawn: auto, raster (with the window) or child (a native window, X11)")
	f.StringVar(&o.log, "log", "", "log `file`; - is standard error; default: log.txt in the profile")
	f.StringVar(&o.size, "size", "1180x760", "`width x height` of the window at the start")
	f.BoolVar(&o.loopback, "loopback", false, "connect calls within this machine: for demos and tests")
	if err := f.Parse(args); err != nil {
		return o, nil, err
	}
	if o.renderer != "auto" && o.renderer != "raster" && o.renderer != "child" {
		return o, nil, fmt.Errorf("unknown renderer %q", o.renderer)
	}
	o.profile, err = profileFolder(o.profile)
	return o, f.Args(), err
}

// profileFolder makes the folder, for its owner only.
func profileFolder(given string) (string, error) {
	if given == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("no folder for settings: %w", err)
		}
		given = filepath.Join(base, "legekonsultasjon")
	}
	folder, err := filepath.Abs(given)
	if err != nil {
		return "", err
	}
	return folder, os.MkdirAll(folder, 0o700)
}

// service names the keyring's entries of a profile; the user's own has the plain name.
func service(profile string) string {
	if base, err := os.UserConfigDir(); err == nil && profile == filepath.Join(base, "legekonsultasjon") {
		return "legekonsultasjon"
	}
	return "legekonsultasjon " + profile
}

// release is the version that a package is made with; the linker fills it in.
var release string

// version is the release, or else the module's version and revision.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value[:min(12, len(s.Value))]
		}
	}
	return v
}

// isHelp reports whether help was asked for, which is no mistake.
func isHelp(err error) bool { return errors.Is(err, flag.ErrHelp) }
