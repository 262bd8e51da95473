package store

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"legekonsultasjon/core/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *Store {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func invitation(owner DoctorID, id byte) Invitation {
	now := time.Now()
	return Invitation{
		ID: signaling.InvitationID{id}, Owner: owner, Holder: signaling.InstallationID{7}, HolderName: "Kontor 2",
		Room: signaling.RoomID{id}, AdmissionHash: signaling.Admission{id}.Hash(),
		NotBefore: signaling.At(now.Add(-time.Minute)), NotAfter: signaling.At(now.Add(time.Hour)), Note: []byte{1, 2, 3},
	}
}

// stores are the ways to have one: embedded, a new NATS server by URL, and the oldest that is supported.
func stores(t *testing.T) map[string]func(t *testing.T) *Store {
	return map[string]func(t *testing.T) *Store{
		"embedded":                    func(t *testing.T) *Store { return open(t, Options{Folder: t.TempDir()}) },
		"by URL":                      func(t *testing.T) *Store { return open(t, Options{URL: newNATS(t)}) },
		"Debian's nats-server by URL": func(t *testing.T) *Store { return open(t, Options{URL: debianNATS(t)}) },
	}
}

func newNATS(t *testing.T) string {
	t.Helper()
	s, err := natsd.NewServer(&natsd.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		t.Fatal("not ready")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s.ClientURL()
}

// debianNATS starts the external nats-server of the machine. Without one the test fails: make test installs it.
func debianNATS(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("nats-server")
	if err != nil {
		path = "/usr/sbin/nats-server"
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command(path, "-a", "127.0.0.1", "-p", strconv.Itoa(port), "-js", "-sd", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return "nats://" + address
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("it did not happen within ten seconds")
}

func TestInvitations(t *testing.T) {
	for name, make := range stores(t) {
		t.Run(name, func(t *testing.T) {
			s, ctx := make(t), t.Context()
			i := invitation("doctor", 1)
			want(t, "create", s.CreateInvitation(ctx, i), "")
			want(t, "create again", s.CreateInvitation(ctx, i), signaling.Exists)
			other := i
			other.Owner = "other"
			want(t, "another's create", s.CreateInvitation(ctx, other), signaling.Exists)
			got, ok, err := s.Invitation(ctx, i.ID)
			if err != nil || !ok || got.Owner != "doctor" || string(got.Note) != string(i.Note) || got.Room != i.Room {
				t.Fatalf("%+v %v %v", got, ok, err)
			}
			change := signaling.Change{Invitation: i.ID, NotBefore: i.NotBefore, NotAfter: i.NotAfter + 60, Note: []byte{9}}
			want(t, "change", s.ChangeInvitation(ctx, "doctor", change), "")
			want(t, "another's change", s.ChangeInvitation(ctx, "other", change), signaling.NotYours)
			want(t, "another's delete", s.DeleteInvitation(ctx, "other", i.ID), signaling.NotYours)
			got, _, _ = s.Invitation(ctx, i.ID)
			if got.NotAfter != change.NotAfter || string(got.Note) != "\x09" || got.AdmissionHash != i.AdmissionHash {
				t.Fatalf("%+v", got)
			}
			want(t, "delete", s.DeleteInvitation(ctx, "doctor", i.ID), "")
			want(t, "delete again", s.DeleteInvitation(ctx, "doctor", i.ID), "")
			if _, ok, err := s.Invitation(ctx, i.ID); ok || err != nil {
				t.Fatal("deleted, and there", err)
			}
			want(t, "change what is gone", s.ChangeInvitation(ctx, "doctor", change), signaling.NotYours)
			want(t, "create after delete", s.CreateInvitation(ctx, i), "")
		})
	}
}

func want(t *testing.T, what string, err error, code signaling.Code) {
	t.Helper()
	if CodeOf(err) != code {
		t.Fatalf("%s: %v, want %q", what, err, code)
	}
}

func TestAccountsAndSessions(t *testing.T) {
	for name, make := range stores(t) {
		t.Run(name, func(t *testing.T) {
			s, ctx := make(t), t.Context()
			c, err := s.AddClinic(ctx, "Fjord legesenter", "+47 55 00 00 00")
			want(t, "clinic", err, "")
			d, err := s.AddDoctor(ctx, c.ID, "Dr. A", "A@example.org", "korrekt hest")
			want(t, "doctor", err, "")
			_, err = s.AddDoctor(ctx, c.ID, "Dr. A", "a@EXAMPLE.org", "korrekt hest")
			want(t, "same address", err, signaling.Exists)
			in := signaling.SignIn{Email: "a@example.org", Password: "korrekt hest", Installation: signaling.InstallationID{1}}
			secret, _, clinic, err := s.SignIn(ctx, in)
			want(t, "sign in", err, "")
			if clinic != c {
				t.Error(clinic)
			}
			se, back, _, err := s.Session(ctx, secret)
			want(t, "session", err, "")
			if se.Installation != in.Installation || back.ID != d.ID {
				t.Error(se, back)
			}
			wrong := in
			wrong.Password = "korrekt hund"
			_, _, _, err = s.SignIn(ctx, wrong)
			want(t, "wrong password", err, signaling.WrongSignIn)
			wrong.Email = "b@example.org"
			_, _, _, err = s.SignIn(ctx, wrong)
			want(t, "unknown address", err, signaling.WrongSignIn)
			want(t, "sign out", s.SignOut(ctx, secret), "")
			want(t, "sign out again", s.SignOut(ctx, secret), "")
			_, _, _, err = s.Session(ctx, secret)
			want(t, "signed out", err, signaling.SignedOut)
			disabled(t, s, in)
		})
	}
}

func disabled(t *testing.T, s *Store, in signaling.SignIn) {
	t.Helper()
	ctx := t.Context()
	secret, d, _, err := s.SignIn(ctx, in)
	want(t, "sign in", err, "")
	events := make(chan Event, 4) // capacity: more than this test makes
	defer s.Bus().Subscribe(func(e Event) { events <- e })()
	if err := s.DisableDoctor(ctx, in.Email); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Kind != SignedOut || e.Doctor != d.ID {
		t.Error(e)
	}
	_, _, _, err = s.Session(ctx, secret)
	want(t, "disabled", err, signaling.SignedOut)
	_, _, _, err = s.SignIn(ctx, in)
	want(t, "sign in when disabled", err, signaling.WrongSignIn)
	if err := s.DisableDoctor(ctx, "nobody@example.org"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestNothingIsLostWhenReopened(t *testing.T) {
	folder := t.TempDir()
	s := open(t, Options{Folder: folder})
	want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
	if _, err := Open(t.Context(), Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, ErrInUse) {
		t.Fatalf("opened twice: %v", err)
	}
	s.Close()
	s.Close()
	s = open(t, Options{Folder: folder})
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

// TestNothingIsLostWhenKilled writes in a process of its own that is killed as soon as it has been told that it is stored.
func TestNothingIsLostWhenKilled(t *testing.T) {
	if folder := os.Getenv("STORE_TEST_FOLDER"); folder != "" {
		s := open(t, Options{Folder: folder})
		want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
		_, _ = os.Stdout.WriteString("stored\n")
		select {} // until killed
	}
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestNothingIsLostWhenKilled$")
	cmd.Env = append(os.Environ(), "STORE_TEST_FOLDER="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 7)
	_, readErr := out.Read(line)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if readErr != nil || string(line) != "stored\n" {
		t.Fatalf("%q %v", line, readErr)
	}
	s := open(t, Options{Folder: folder})
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

func TestExpiredRecordsGo(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	i := invitation("d", 1)
	i.NotAfter = signaling.At(time.Now().Add(-keep)) // its record has one second left
	want(t, "create", s.CreateInvitation(t.Context(), i), "")
	later := i
	later.NotAfter++
	change := signaling.Change{Invitation: i.ID, NotAfter: later.NotAfter, Note: []byte{1}}
	want(t, "change", s.ChangeInvitation(t.Context(), "d", change), "") // the time to live survives an update
	eventually(t, func() bool {
		_, ok, err := s.Invitation(t.Context(), i.ID)
		return !ok && err == nil
	})
	want(t, "create anew", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
}

func TestSweepDoesWhatAnOldServerCannot(t *testing.T) {
	s := open(t, Options{URL: debianNATS(t)})
	old := invitation("d", 1)
	old.NotAfter = signaling.At(time.Now().Add(-time.Hour))
	want(t, "create", s.CreateInvitation(t.Context(), old), "")
	want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 2)), "")
	s.sweep(t.Context())
	if _, ok, _ := s.Invitation(t.Context(), old.ID); ok {
		t.Error("expired, and there")
	}
	if _, ok, _ := s.Invitation(t.Context(), signaling.InvitationID{2}); !ok {
		t.Error("valid, and gone")
	}
}

func TestFullDiskIsNotWrittenTo(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	s := open(t, Options{Folder: t.TempDir(), freeBytes: func(string) (uint64, error) { return free.Load(), nil }})
	want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
	free.Store(MinFree - 1)
	want(t, "full", s.CreateInvitation(t.Context(), invitation("d", 2)), signaling.StoreFull)
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Error("reading stopped too")
	}
	free.Store(1 << 40)
	want(t, "freed", s.CreateInvitation(t.Context(), invitation("d", 2)), "")
}

func TestWatchdogRestartsAStoppedServer(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	want(t, "create", s.CreateInvitation(t.Context(), invitation("d", 1)), "")
	events := make(chan Event, 4) // capacity: more than this test makes
	defer s.Bus().Subscribe(func(e Event) { events <- e })()
	l, _ := s.current()
	_ = l.server.DisableJetStream() // as after a full disk: nothing answers
	began := time.Now()
	want(t, "stopped", s.CreateInvitation(t.Context(), invitation("d", 2)), signaling.StoreDown)
	if took := time.Since(began); took > callTimeout+500*time.Millisecond {
		t.Errorf("%v until StoreDown", took)
	}
	eventually(t, func() bool { return s.CreateInvitation(t.Context(), invitation("d", 3)) == nil })
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	want(t, "delete", s.DeleteInvitation(t.Context(), "d", signaling.InvitationID{1}), "")
	if e := <-events; e.Kind != Deleted {
		t.Error(e) // the bus moved to the new server
	}
}

func TestPasswords(t *testing.T) {
	h := newHasher()
	encoded := encodePassword("korrekt hest", newSalt())
	if !verifyPassword("korrekt hest", encoded) || verifyPassword("korrekt hund", encoded) {
		t.Error(encoded)
	}
	for _, broken := range []string{"", "$", "$argon2id$v=19$m=1,t=0,p=0$$", "$argon2i$v=19$m=1,t=1,p=1$AA$AA"} {
		if verifyPassword("", broken) {
			t.Error(broken)
		}
	}
	if h.matches("", "") {
		t.Error("no account, and the empty password fits")
	}
}
