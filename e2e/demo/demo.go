package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"legekonsultasjon/e2e/postoffice"
)

// Where everything listens, on loopback only.
const (
	serverAddress = "127.0.0.1:8700" // TCP for pages and sockets, UDP for STUN and TURN
	serverURL     = "http://localhost:8700"
	webAddress    = "127.0.0.1:8725"
	smtpAddress   = "127.0.0.1:8726"
)

// The demo's account. Its password guards nothing: the server listens on loopback only.
const (
	clinicName  = "Legesenteret Sentrum"
	clinicPhone = "22 00 00 00"
	doctorName  = "Kari Nordmann"
	doctorEmail = "kari@eksempel.no"
	password    = "legekonsultasjon-demo"
)

// demo is what runs, in the order of its start.
type demo struct {
	root, folder string
	out          io.Writer
	office       *postoffice.Office
	server       *child
	window       *child
	env          []string // of the window
	headless     bool
	drawn        func() bool // on a headless screen: something is drawn
	stops        []func()
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

func (d *demo) path(parts ...string) string {
	return filepath.Join(append([]string{d.folder}, parts...)...)
}

func (d *demo) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(d.root, "bin", name)
}

func (d *demo) start(ctx context.Context) error {
	for _, folder := range []string{d.path("log"), d.path("server"), d.path("profile")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{
		freePorts, d.openOffice, d.openServer, d.openScreen, d.prepareProfile, d.signIn, d.openWindow,
	} {
		if err := step(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	d.browse()
	return nil
}

func (d *demo) openOffice(context.Context) error {
	log, err := os.OpenFile(d.path("log", "postoffice.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	d.office, err = postoffice.Open(postoffice.Options{Web: webAddress, SMTP: smtpAddress, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		log.Close()
		return err
	}
	d.stops = append(d.stops, func() { _ = d.office.Close(); log.Close() })
	return nil
}

// wait ends with ctx, with the window, or with the first thing that breaks down.
func (d *demo) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-d.server.done:
		return d.server.ended("the signaling server")
	case <-d.window.done:
		if d.window.err != nil {
			return d.window.ended("the desktop program")
		}
		d.say("The window was closed.")
		return nil
	}
}

// stop ends what was started, the newest first.
func (d *demo) stop() {
	for _, stop := range slices.Backward(d.stops) {
		stop()
	}
}

// ended says in what way a child ended by itself.
func (c *child) ended(what string) error {
	how := "it ended by itself"
	if c.err != nil {
		how = c.err.Error()
	}
	return fmt.Errorf("%s stopped (%s). The end of %s:\n%s", what, how, c.log, tail(c.log, 8))
}

// tail is the last lines of a file.
func tail(file string, lines int) string {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
