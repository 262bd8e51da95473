//go:build hostile

package drill

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/settings"
)

// What TestOutbox tells the process that it kills.
const (
	outboxProfile  = "DRILL_OUTBOX"
	outboxBegan    = "DRILL_OUTBOX_BEGAN"
	outboxPatients = "DRILL_OUTBOX_PATIENTS"
)

// outboxDone is the file that says that no letter waits any more.
const outboxDone = "done"

// faster is how much the program's clock hurries, so that the later tries of a letter need not be waited for.
const faster = 5

// TestOutboxOffice is the doctor's program of TestOutbox, in a process of its own, and nothing in any other: the desk with
// its book, its words and its gateway, and somebody who invites whoever is not in the list yet.
func TestOutboxOffice(t *testing.T) {
	profile := os.Getenv(outboxProfile)
	if profile == "" {
		return
	}
	began, err := time.Parse(time.RFC3339Nano, os.Getenv(outboxBegan))
	if err != nil {
		t.Fatal(err)
	}
	patients, err := strconv.Atoi(os.Getenv(outboxPatients))
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return began.Add(faster * time.Since(began)) }
	c := blankClinic(t, kari)
	c.desk = desk.New(desk.Deps{
		Server: desk.Network{}, Settings: settings.Open(filepath.Join(profile, "settings.json"), "Kontor 1"), Keyring: folder(profile),
		Sealed: filepath.Join(profile, "sealed"), Book: filepath.Join(profile, "book"), Post: desk.NewLetters(clock, nil), Clock: clock, Loopback: true,
		NewPeer: func(call.Config, call.Channel) (desk.Peer, error) { return nil, errors.New("nobody calls") },
		Devices: (*devices)(c), Notifier: quiet{}, Log: slog.New(slog.NewTextHandler(os.Stdout, nil)), Show: c.show,
	})
	go func() { _ = c.desk.Run(context.Background()) }() // until this process is killed
	c.beginWork()
	for n := range patients {
		c.invitesOnce(n)
	}
	c.await(10*time.Minute, "no letter to wait", func(s desk.State) bool {
		waiting := 0
		for _, row := range s.Day {
			if row.Status == desk.Queued || row.Status == desk.Sending {
				waiting++
			}
		}
		return waiting == 0 && len(s.Day) == patients
	})
	if err := os.WriteFile(filepath.Join(profile, outboxDone), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	select {} // to be killed
}

// beginWork signs in the first time; later the session is taken up.
func (c *clinic) beginWork() {
	c.t.Helper()
	c.await(30*time.Second, "the program", func(s desk.State) bool {
		return !s.SignIn.Busy && (s.Screen == desk.ScreenSignIn || s.Screen == desk.ScreenHome)
	})
	if s, _ := c.now(); s.Screen == desk.ScreenSignIn {
		c.desk.Do(desk.DoSignIn{Server: s.SignIn.Server, Email: kari.Email, Password: kari.Password})
	}
	c.await(30*time.Second, "to be at work", func(s desk.State) bool { return s.Screen == desk.ScreenHome && s.Connection == desk.Online })
}

// invitesOnce invites the nth patient unless the list has him.
func (c *clinic) invitesOnce(n int) {
	c.t.Helper()
	name := fmt.Sprintf("P%03d", n)
	has := func(s desk.State) bool {
		for _, row := range s.Day {
			if row.Label == name {
				return true
			}
		}
		return false
	}
	if s, _ := c.now(); has(s) {
		return
	}
	c.desk.Do(desk.DoInvite{Phone: fmt.Sprintf("400%05d", n), Country: "NO", Language: "nb", Length: 4 * time.Hour})
	c.await(30*time.Second, "the dialog", func(s desk.State) bool { return s.Verify != nil })
	c.desk.Do(desk.DoSend{Name: name})
	c.await(30*time.Second, name+" in the list", func(s desk.State) bool { return s.Verify == nil && has(s) })
}

// folder is a keyring that outlives a process: a file for each secret.
type folder string

func (f folder) path(name string) string {
	return filepath.Join(string(f), "secret "+url.PathEscape(name))
}

func (f folder) Get(_ context.Context, name string) (string, error) {
	data, err := os.ReadFile(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", settings.ErrNotFound
	}
	return string(data), err
}

func (f folder) Set(_ context.Context, name, secret string) error {
	return durable.WriteFile(f.path(name), []byte(secret))
}

func (f folder) Delete(_ context.Context, name string) error {
	if err := os.Remove(f.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
