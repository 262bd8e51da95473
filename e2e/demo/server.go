package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// openServer makes the accounts at the first run, and starts the server.
func (d *demo) openServer(ctx context.Context) error {
	data := d.path("server")
	if err := d.makeAccounts(ctx, data); err != nil {
		return err
	}
	var err error
	d.server, err = d.run("server", nil, d.program("signaling-server"), "serve", "--listen", serverAddress, "--public-url", serverURL,
		"--data", data, "--turn-listen", serverAddress, "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback")
	if err != nil {
		return err
	}
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	up := until(ctx, 20*time.Second, func() bool {
		answer, err := client.Get("http://" + serverAddress + "/")
		if err == nil {
			_ = answer.Body.Close()
		}
		return err == nil || !d.server.running()
	})
	switch {
	case !d.server.running():
		return d.server.ended("the signaling server")
	case !up && ctx.Err() == nil:
		return fmt.Errorf("the signaling server does not answer at %s; see %s", serverURL, d.server.log)
	}
	return nil
}

func (d *demo) makeAccounts(ctx context.Context, data string) error {
	admin := func(stdin string, args ...string) (string, error) {
		words := append([]string{d.program("signaling-server"), "admin"}, args...)
		out, err := once(ctx, nil, stdin, append(words, "--data", data)...)
		if err != nil && ctx.Err() == nil {
			return "", fmt.Errorf("signaling-server admin %s: %w: %s", strings.Join(args[:2], " "), err, out)
		}
		return out, err
	}
	clinics, err := admin("", "clinic", "list")
	if err != nil {
		return err
	}
	if !strings.Contains(clinics, clinicName) {
		if _, err := admin("", "clinic", "add", "--name", clinicName, "--phone", clinicPhone, "--require-passcode=false"); err != nil {
			return err
		}
	}
	doctors, err := admin("", "doctor", "list")
	if err != nil || strings.Contains(doctors, doctorEmail) {
		return err
	}
	_, err = admin(password+"\n", "doctor", "add", "--clinic", clinicName, "--name", doctorName, "--email", doctorEmail, "--password-stdin")
	return err
}
