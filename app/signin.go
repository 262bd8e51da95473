package app

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/settings"
)

// signInLimit bounds the whole of signin.
const signInLimit = 30 * time.Second

// signIn is the subcommand: it signs the profile in without a window, by the same desk that the window uses. Standard
// input holds the password in its first line and, where there is no keyring, the passphrase of the sealed file in its second.
func signIn(args []string, in io.Reader, out io.Writer) int {
	f := flag.NewFlagSet("legekonsultasjon signin", flag.ContinueOnError)
	f.SetOutput(out)
	profile := f.String("profile", "", "`folder` of the profile")
	server := f.String("server", "", "`address` of the signaling server")
	email := f.String("email", "", "e-mail `address` of the account")
	stdin := f.Bool("password-stdin", false, "read the password from standard input (required)")
	if err := f.Parse(args); err != nil {
		if isHelp(err) {
			return exitOK
		}
		return exitUsage
	}
	if *server == "" || *email == "" || !*stdin {
		fmt.Fprintln(out, "signin wants --server, --email and --password-stdin")
		return exitUsage
	}
	folder, err := profileFolder(*profile)
	if err != nil {
		fmt.Fprintln(out, "legekonsultasjon:", err)
		return exitFailed
	}
	one, err := claim(folder)
	if err != nil {
		fmt.Fprintln(out, "legekonsultasjon:", err)
		return exitFailed
	}
	defer one.release()
	lines := bufio.NewScanner(in)
	next := func() string { lines.Scan(); return lines.Text() }
	s := &signer{server: *server, email: *email, password: next(), passphrase: next(), states: make(chan desk.State, 1)}
	problem, err := s.run(folder)
	switch {
	case problem != nil:
		fmt.Fprintln(out, catalogue(folder).Text("problem."+problem.Code, problem.Args))
		return exitRefused
	case err != nil:
		fmt.Fprintln(out, "legekonsultasjon:", err)
		return exitFailed
	}
	return exitOK
}

// signer answers the desk's screens until it is signed in.
type signer struct {
	server, email, password, passphrase string
	states                              chan desk.State // capacity 1, the newest wins
	unlocked, left, asked               bool
}

func (s *signer) run(profile string) (*desk.Problem, error) {
	ctx, cancel := context.WithTimeout(context.Background(), signInLimit)
	defer cancel()
	d := desk.New(desk.Deps{
		Server: network(), Settings: settings.Open(filepath.Join(profile, "settings.json"), workstation()),
		Keyring: secrets(profile), Sealed: filepath.Join(profile, "secrets.sealed"), Book: filepath.Join(profile, "book"),
		Post: desk.NewLetters(time.Now, nil), Devices: noDevices{}, Notifier: noDevices{}, Log: slog.New(slog.DiscardHandler),
		NewPeer: func(call.Config, call.Channel) (desk.Peer, error) { return nil, errors.New("no calls here") },
		Show:    s.show,
	})
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the server did not answer within %v", signInLimit)
		case state := <-s.states:
			if done, problem, err := s.answer(d, state); done {
				return problem, err
			}
		}
	}
}

// show keeps the newest state.
func (s *signer) show(state desk.State) {
	select {
	case <-s.states:
	default:
	}
	s.states <- state
}

// answer does what a person would do on this screen.
func (s *signer) answer(d *desk.Desk, state desk.State) (done bool, problem *desk.Problem, err error) {
	in := state.SignIn
	switch {
	case in.Busy:
		return false, nil, nil
	case state.Screen == desk.ScreenHome && s.asked:
		return true, nil, nil
	case state.Screen == desk.ScreenHome: // an earlier session: this account may be another
		if !s.left {
			s.left = true
			d.Do(desk.DoSignOut{})
		}
	case state.Screen == desk.ScreenUnlock && s.unlocked && in.Problem != nil, state.Screen == desk.ScreenSignIn && s.asked && in.Problem != nil:
		return true, in.Problem, nil
	case state.Screen == desk.ScreenUnlock && s.passphrase == "":
		return true, nil, errors.New("there is no keyring here: give a passphrase in the second line of standard input")
	case state.Screen == desk.ScreenUnlock && !s.unlocked:
		s.unlocked = true
		d.Do(desk.DoUnlock{Passphrase: s.passphrase})
	case state.Screen == desk.ScreenSignIn && s.asked && in.Step == desk.SignInPasscode:
		return true, nil, errors.New("this account wants a passcode: sign in in the window")
	case state.Screen == desk.ScreenSignIn && !s.asked:
		s.asked = true
		d.Do(desk.DoSignIn{Server: s.server, Email: s.email, Password: s.password})
	}
	return false, nil, nil
}

// noDevices is a machine without devices and without anybody to notify.
type noDevices struct{}

// Watch implements desk.Devices.
func (noDevices) Watch(ctx context.Context, changed func(mediadevice.Inventory)) { <-ctx.Done() }

// Use implements desk.Devices.
func (noDevices) Use(_, _, _ mediadevice.Selection) call.Devices { return call.Devices{} }

// PatientArrived implements desk.Notifier.
func (noDevices) PatientArrived(bool) {}
