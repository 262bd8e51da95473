package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"legekonsultasjon/core/settings"
)

// passphraseName is the environment variable from which the desktop program takes the passphrase of its sealed file,
// where there is no keyring.
const passphraseName = "LEGEKONSULTASJON_PASSPHRASE"

// prepareProfile points the profile at the demo's server, post office and gateway. The gateway's key stands in the
// template: it opens nothing but the post office of this run.
func (d *demo) prepareProfile(context.Context) error {
	name, err := os.Hostname()
	if err != nil {
		name = "demo"
	}
	store := settings.Open(d.path("profile", "settings.json"), name)
	s, err := store.Load()
	if err != nil {
		d.say("The settings in var/demo/profile were not understood; the demo begins with new ones.")
	}
	host, text, err := net.SplitHostPort(d.office.SMTPAddr())
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	s.Server, s.Email = serverURL, doctorEmail
	s.Mail = settings.Mail{Host: host, Port: port, Security: "none", From: "post@eksempel.no", FromName: clinicName}
	s.SMS = settings.SMS{
		Preset: "json", URL: d.office.SMSURL(), Method: "POST", Sender: "Legesenter",
		Headers: "Content-Type: application/json\nAuthorization: Bearer " + d.office.SMSSecret(),
		Body:    `{"to":"{number}","from":"{sender}","text":"{text}"}`,
	}
	return store.Save(s)
}

// signIn signs the profile in. Where that does not work, the window asks, and what to type is said here.
func (d *demo) signIn(ctx context.Context) error {
	words, err := once(ctx, d.env, password+"\n"+password+"\n", d.program("legekonsultasjon"), "signin", "--profile", d.path("profile"),
		"--server", serverURL, "--email", doctorEmail, "--password-stdin")
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return nil
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("bin/legekonsultasjon is missing: make build makes it")
	}
	return fmt.Errorf("the doctor could not be signed in (%w): %s", err, words)
}

// openWindow starts the desktop program and waits until it shows the doctor's home, connected to the server.
func (d *demo) openWindow(ctx context.Context) error {
	log := d.path("log", "window-events.log")
	_ = os.Remove(log) // of an earlier run
	argv := []string{d.program("legekonsultasjon"), "--profile", d.path("profile"), "--loopback", "--log", log}
	if d.headless {
		argv = append(argv, "--size", "1280x800")
	}
	if !hasCamera() {
		argv = append(argv, "--camera", "test")
		d.say("No camera here: the doctor's picture is a moving test picture.")
	}
	if !hasMicrophone() {
		d.say("No microphone here: the doctor is silent.")
	}
	var err error
	if d.window, err = d.run("window", d.env, argv...); err != nil {
		return err
	}
	home := func() bool { return strings.Contains(lastShown(log), "screen=home online=true") }
	open := until(ctx, 40*time.Second, func() bool { return !d.window.running() || home() && (!d.headless || d.drawn()) })
	switch {
	case !d.window.running():
		return d.window.ended("the desktop program")
	case !open && ctx.Err() == nil:
		return fmt.Errorf("the window does not come to the doctor's home (%q); see %s", lastShown(log), filepath.Dir(log))
	}
	if s, err := settings.Open(d.path("profile", "settings.json"), "").Load(); err == nil && s.SealedFile {
		d.say("No keyring here: the demo's secrets are in a file sealed with the passphrase %s.", password)
	}
	return nil
}

// lastShown is what the window's log says last about what it shows.
func lastShown(log string) string {
	text, _ := os.ReadFile(log) // none yet
	_, last, _ := strings.Cut(string(text[max(0, bytes.LastIndex(text, []byte("msg=shows"))):]), "msg=shows ")
	line, _, _ := strings.Cut(last, "\n")
	return line
}

// hasCamera reports whether the system shows a camera; where it does not say, the program itself looks.
func hasCamera() bool {
	if runtime.GOOS != "linux" {
		return true
	}
	found, _ := filepath.Glob("/dev/video*") // the pattern is good
	return len(found) > 0
}

// hasMicrophone reports whether there is a sound card or a sound server.
func hasMicrophone() bool {
	if runtime.GOOS != "linux" || os.Getenv("PULSE_SERVER") != "" {
		return true
	}
	runtimeFolder := os.Getenv("XDG_RUNTIME_DIR")
	for _, pattern := range []string{"/dev/snd/pcmC*c", filepath.Join(runtimeFolder, "pulse", "native"), filepath.Join(runtimeFolder, "pipewire-0")} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 && (runtimeFolder != "" || pattern[0] == '/') {
			return true
		}
	}
	return false
}

// browse opens the post office's page where there is a screen. Nothing depends on it.
func (d *demo) browse() {
	if d.headless {
		return
	}
	argv := map[string][]string{"windows": {"rundll32", "url.dll,FileProtocolHandler"}, "darwin": {"open"}}[runtime.GOOS]
	if argv == nil {
		argv = []string{"xdg-open"}
	}
	cmd := exec.Command(argv[0], append(slices.Clone(argv[1:]), d.office.URL())...)
	cmd.SysProcAttr = apart()
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
