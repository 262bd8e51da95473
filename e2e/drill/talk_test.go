package drill

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"legekonsultasjon/core/signaling"
)

const (
	frameEvery = 20 * time.Millisecond // of the talk
	frameBytes = 300                   // about one sealed frame
)

// talk has a patient send a frame every 20 ms over his socket to the desktop that holds his invitation, and the desktop
// send each of them back. What it returns ends that and says what the longest silence at the patient's end was.
func (s *storm) talk() (stop func() (longest time.Duration, err error)) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	desktop, patient := s.pair(ctx)
	echoing, heard := make(chan error, 1), make(chan error, 1) // capacity 1: each ends once
	go func() { echoing <- echo(ctx, desktop) }()
	go speak(ctx, patient)
	var longest time.Duration
	go func() {
		var err error
		longest, err = listen(ctx, patient)
		heard <- err
	}()
	return func() (time.Duration, error) {
		var early error
		select {
		case early = <-heard:
			heard <- early
		default:
		}
		cancel()
		<-heard
		<-echoing
		_ = desktop.Close("")
		_ = patient.Close("")
		return longest, early
	}
}

// pair connects a desktop and a patient whose invitation it made.
func (s *storm) pair(ctx context.Context) (desktop, patient signaling.Conn) {
	s.t.Helper()
	fatal := func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	desktop, err := s.signIn().dial(ctx, s.server.URL)
	fatal(err)
	id, admission := signaling.InvitationID{}, signaling.Admission{}
	_, _ = rand.Read(id[:])
	_, _ = rand.Read(admission[:])
	fatal(s.create(ctx, desktop, id, admission))
	patient, err = signaling.Dial(ctx, s.server.URL, signaling.PathPatient, signaling.DialOptions{Header: http.Header{"Origin": {s.server.URL}}})
	fatal(err)
	fatal(patient.Write(ctx, signaling.Knock{Version: signaling.Version, Invitation: id, Admission: admission}))
	m, _, err := patient.Read(ctx)
	fatal(err)
	if _, ok := m.(signaling.Welcome); !ok {
		s.t.Fatalf("the patient was answered %+v", m)
	}
	return desktop, patient
}

// speak sends frames until ctx ends or the socket is gone.
func speak(ctx context.Context, conn signaling.Conn) {
	tick := time.NewTicker(frameEvery)
	defer tick.Stop()
	frame := make([]byte, frameBytes)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if conn.WriteRelay(ctx, signaling.Relay{Payload: frame}) != nil {
				return
			}
		}
	}
}

// echo sends back every frame until the socket is gone.
func echo(ctx context.Context, conn signaling.Conn) error {
	for {
		_, relay, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if relay == nil {
			continue
		}
		if err := conn.WriteRelay(ctx, *relay); err != nil {
			return err
		}
	}
}

// listen measures the longest time between two frames until ctx ends; an error is a socket that was lost before.
func listen(ctx context.Context, conn signaling.Conn) (longest time.Duration, err error) {
	last := time.Now()
	for {
		_, relay, err := conn.Read(ctx)
		if err != nil {
			return longest, errors.Join(err, ctx.Err())
		}
		if relay != nil {
			longest = max(longest, time.Since(last))
			last = time.Now()
		}
	}
}
