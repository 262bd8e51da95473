package drill

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// fact is what the server has acknowledged of one invitation, and what it was asked for beyond that. Its note holds the
// number of the version.
type fact struct {
	admission       signaling.Admission
	asked, acked    uint64 // versions of the note; 0: none yet
	askedGone, gone bool   // deletion
}

// storm writes to a server from several desktops at once, over real sockets, and remembers what was acknowledged.
type storm struct {
	t        *testing.T
	server   *rig.Server
	desktops []desktopSeat

	mu       sync.Mutex
	ledger   map[signaling.InvitationID]fact
	refusals []answer // that ended a desktop's writing
}

// answer is how a request ended and how long it took.
type answer struct {
	code signaling.Code
	took time.Duration
}

// desktopSeat is a signed-in installation.
type desktopSeat struct {
	installation signaling.InstallationID
	session      string
}

func newStorm(t *testing.T, server *rig.Server, desktops int) *storm {
	t.Helper()
	s := &storm{t: t, server: server, ledger: map[signaling.InvitationID]fact{}}
	for range desktops {
		s.desktops = append(s.desktops, s.signIn())
	}
	return s
}

func (s *storm) signIn() desktopSeat {
	s.t.Helper()
	d := desktopSeat{installation: signaling.NewInstallationID()}
	in, err := signaling.Client{}.SignIn(s.t.Context(), s.server.URL, signaling.SignIn{
		Version: signaling.Version, Email: kari.Email, Password: kari.Password, Installation: d.installation, Workstation: "Kontor 1",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	d.session = in.Session
	return d
}

// dial opens a desktop's socket and reads its welcome.
func (d desktopSeat) dial(ctx context.Context, url string) (signaling.Conn, error) {
	conn, err := signaling.Dial(ctx, url, signaling.PathDesktop, signaling.DialOptions{})
	if err != nil {
		return nil, err
	}
	err = conn.Write(ctx, signaling.Hello{Version: signaling.Version, Session: d.session, Installation: d.installation, Workstation: "Kontor 1"})
	if err == nil {
		_, _, err = conn.Read(ctx)
	}
	if err != nil {
		_ = conn.Close("")
		return nil, err
	}
	return conn, nil
}

// blow writes from every desktop until the connection breaks or ctx ends; the channel is closed then.
func (s *storm) blow(ctx context.Context) <-chan struct{} {
	over := make(chan struct{})
	var all sync.WaitGroup
	for _, d := range s.desktops {
		all.Go(func() {
			conn, err := d.dial(ctx, s.server.URL)
			if err != nil {
				return // the kill came first
			}
			defer conn.Close("")
			s.write(ctx, conn)
		})
	}
	go func() { all.Wait(); close(over) }()
	return over
}

// write makes invitations, changes each twice, and deletes every third.
func (s *storm) write(ctx context.Context, conn signaling.Conn) {
	for n := 1; ctx.Err() == nil; n++ {
		id, admission := signaling.InvitationID{}, signaling.Admission{}
		_, _ = rand.Read(id[:])
		_, _ = rand.Read(admission[:])
		steps := []func() error{
			func() error { return s.create(ctx, conn, id, admission) },
			func() error { return s.change(ctx, conn, id, 2) },
			func() error { return s.change(ctx, conn, id, 3) },
		}
		if n%3 == 0 {
			steps = append(steps, func() error { return s.remove(ctx, conn, id) })
		}
		for _, step := range steps {
			began := time.Now()
			err := step()
			var r refusal
			if errors.As(err, &r) {
				s.mu.Lock()
				s.refusals = append(s.refusals, answer{r.code, time.Since(began)})
				s.mu.Unlock()
			}
			if err != nil {
				return
			}
		}
	}
}

func version(n uint64) []byte { return binary.BigEndian.AppendUint64(bytes.Repeat([]byte{7}, 512), n) }

// refusal is an answer with a code.
type refusal struct{ code signaling.Code }

func (r refusal) Error() string { return "refused: " + string(r.code) }

// ask sends a request and waits until it is done.
func ask(ctx context.Context, conn signaling.Conn, m signaling.Message) (signaling.Code, error) {
	if err := conn.Write(ctx, m); err != nil {
		return "", err
	}
	for {
		answer, _, err := conn.Read(ctx)
		if err != nil {
			return "", err
		}
		if done, ok := answer.(signaling.Done); ok {
			if done.Code != "" {
				return done.Code, refusal{done.Code}
			}
			return "", nil
		}
	}
}

// note changes what is known of an invitation.
func (s *storm) note(id signaling.InvitationID, change func(*fact)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.ledger[id]
	change(&f)
	s.ledger[id] = f
}

func (s *storm) create(ctx context.Context, conn signaling.Conn, id signaling.InvitationID, a signaling.Admission) error {
	s.note(id, func(f *fact) { f.admission, f.asked = a, 1 })
	now := time.Now()
	_, err := ask(ctx, conn, signaling.Create{
		Request: 1, Invitation: id, Room: signaling.NewRoomID(), AdmissionHash: a.Hash(),
		NotBefore: signaling.At(now.Add(-time.Minute)), NotAfter: signaling.At(now.Add(24 * time.Hour)), Note: version(1),
	})
	if err == nil {
		s.note(id, func(f *fact) { f.acked = 1 })
	}
	return err
}

func (s *storm) change(ctx context.Context, conn signaling.Conn, id signaling.InvitationID, n uint64) error {
	s.note(id, func(f *fact) { f.asked = n })
	now := time.Now()
	_, err := ask(ctx, conn, signaling.Change{
		Request: 1, Invitation: id, NotBefore: signaling.At(now.Add(-time.Minute)), NotAfter: signaling.At(now.Add(24 * time.Hour)), Note: version(n),
	})
	if err == nil {
		s.note(id, func(f *fact) { f.acked = n })
	}
	return err
}

func (s *storm) remove(ctx context.Context, conn signaling.Conn, id signaling.InvitationID) error {
	s.note(id, func(f *fact) { f.askedGone = true })
	_, err := ask(ctx, conn, signaling.Delete{Request: 1, Invitation: id})
	if err == nil {
		s.note(id, func(f *fact) { f.gone = true })
	}
	return err
}

// known is a copy of the ledger.
func (s *storm) known() map[signaling.InvitationID]fact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.ledger)
}

// refused takes the refusals until now.
func (s *storm) refused() []answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.refusals
	s.refusals = nil
	return all
}

// prune drops what nothing more will happen to, of those in then.
func (s *storm) prune(then map[signaling.InvitationID]fact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, f := range then {
		if f == s.ledger[id] && f.acked == 3 && (f.gone || !f.askedGone) {
			delete(s.ledger, id)
		}
	}
}

// forget begins a new ledger; the old one is returned.
func (s *storm) forget() map[signaling.InvitationID]fact {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.ledger
	s.ledger = map[signaling.InvitationID]fact{}
	return old
}

// lost counts, of what had been acknowledged by then, how much a server at url does not have; after knows what was asked
// for since. The session of the first desktop is one of the things that must be there.
func (s *storm) lost(ctx context.Context, url string, then, after map[signaling.InvitationID]fact) (lost, checked int, why string) {
	conn, err := s.desktops[0].dial(ctx, url)
	if err != nil {
		return 1, 1, fmt.Sprintf("the session: %v", err)
	}
	defer conn.Close("")
	for id, f := range then {
		if f.acked == 0 {
			continue
		}
		checked++
		if wrong := s.wrong(ctx, conn, url, id, f, after[id]); wrong != "" {
			lost++
			why = wrong
		}
	}
	return lost, checked, why
}

// wrong says what is not as it was acknowledged; empty when all is well.
func (s *storm) wrong(ctx context.Context, conn signaling.Conn, url string, id signaling.InvitationID, f, after fact) string {
	if f.gone {
		// A change of what is gone is refused. A question for its note would be charged to this address.
		now := time.Now()
		code, err := ask(ctx, conn, signaling.Change{Request: 1, Invitation: id, NotBefore: signaling.At(now), NotAfter: signaling.At(now.Add(time.Hour)), Note: version(9)})
		if code != signaling.NotYours {
			return fmt.Sprintf("deleted, and there: %v", err)
		}
		return ""
	}
	note, err := signaling.Client{}.FetchNote(ctx, url, signaling.Knock{Version: signaling.Version, Invitation: id, Admission: f.admission})
	if signaling.CodeOf(err) == signaling.NotValid && after.askedGone {
		return ""
	}
	if err != nil {
		return fmt.Sprintf("version %d of an invitation is not there: %v", f.acked, err)
	}
	if n := binary.BigEndian.Uint64(note.Note[512:]); n < f.acked || n > after.asked {
		return fmt.Sprintf("version %d is there, %d was acknowledged and %d asked for", n, f.acked, after.asked)
	}
	return ""
}
