//go:build hostile

package drill

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/vpx"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/e2e/rig"
)

func realCodecs() media.Codecs {
	return media.Codecs{NewVideoEncoder: vpx.NewEncoder, NewVideoDecoder: vpx.NewDecoder, NewAudioEncoder: opus.NewEncoder, NewAudioDecoder: opus.NewDecoder}
}

// openWith starts a doctor's desktop without its window, changed as a drill needs it, and signs in.
func (c *clinic) openWith(server string, change func(*desk.Deps)) {
	c.t.Helper()
	log, err := os.Create(filepath.Join(c.dir, "desk.log"))
	if err != nil {
		c.t.Fatal(err)
	}
	began := time.Now()
	c.clock = func() time.Duration { return time.Since(began) }
	deps := desk.Deps{
		Server: desk.Network{}, Settings: settings.Open(filepath.Join(c.dir, "settings.json"), "Kontor 1"), Keyring: &secrets{held: map[string]string{}},
		Sealed: filepath.Join(c.dir, "sealed"), Book: filepath.Join(c.dir, "book"), Post: (*post)(c), Loopback: true,
		NewPeer: func(cfg call.Config, channel call.Channel) (desk.Peer, error) {
			cfg.Clock, cfg.Codecs, cfg.Video = c.clock, realCodecs(), media.VideoFormat{Width: 320, Height: 240, FPS: 15}
			return call.NewPeer(cfg, channel)
		},
		Notifier: quiet{}, Log: slog.New(slog.NewJSONHandler(log, nil)), Show: c.show,
	}
	change(&deps)
	c.desk = desk.New(deps)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1) // capacity 1: it ends once
	go func() { over <- c.desk.Run(ctx) }()
	c.t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil && !errors.Is(err, context.Canceled) {
			c.t.Errorf("desk: %v", err)
		}
		log.Close()
		if c.t.Failed() {
			c.t.Logf("desk's log:\n%s", rig.Tail(log.Name(), 60))
		}
	})
	c.await(10*time.Second, "the sign-in form", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && !s.SignIn.Busy })
	c.desk.Do(desk.DoSignIn{Server: server, Email: c.doctor.Email, Password: c.doctor.Password})
	c.await(20*time.Second, "to be signed in", func(s desk.State) bool { return s.Connection == desk.Online && s.Screen == desk.ScreenHome })
}
