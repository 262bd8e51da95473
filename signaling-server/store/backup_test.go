package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
)

// inhabitedStore has one record of each kind; the secret is of a session.
func inhabitedStore(t *testing.T, s *Store) (secret string) {
	t.Helper()
	ctx := t.Context()
	c, err := s.AddClinic(ctx, "Fjord", "1")
	want(t, "clinic", err, "")
	_, err = s.AddDoctor(ctx, c.ID, "Dr. A", "a@example.org", "korrekt hest")
	want(t, "doctor", err, "")
	secret, _, _, err = s.SignIn(ctx, signaling.SignIn{Email: "a@example.org", Password: "korrekt hest"})
	want(t, "sign in", err, "")
	for id := range byte(20) {
		want(t, "create", s.CreateInvitation(ctx, invitation("d", id+1)), "")
	}
	want(t, "delete", s.DeleteInvitation(ctx, "d", signaling.InvitationID{20}), "")
	return secret
}

func takenBackup(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	sum, err := VerifyBackup(bytes.NewReader(b.Bytes()))
	if err != nil || sum.Clinics != 1 || sum.Doctors != 1 || sum.Sessions != 1 || sum.Invitations != 19 || sum.Records != 22 {
		t.Fatalf("%+v %v", sum, err)
	}
	return b.Bytes()
}

func TestWhatIsRestoredIsWhatWasBackedUp(t *testing.T) {
	for name, make := range stores(t) {
		t.Run(name, func(t *testing.T) {
			s := make(t)
			secret := inhabitedStore(t, s)
			backup := takenBackup(t, s)
			folder := filepath.Join(t.TempDir(), "new")
			o := Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}
			done, err := Restore(t.Context(), o, bytes.NewReader(backup), RestoreOptions{})
			if err != nil || done.Written != 21 || done.Dropped != 1 || done.Aside != "" {
				t.Fatalf("%+v %v", done, err)
			}
			n := open(t, Options{Folder: folder})
			before, _, _ := s.Invitation(t.Context(), signaling.InvitationID{7})
			after, ok, err := n.Invitation(t.Context(), signaling.InvitationID{7})
			if err != nil || !ok || after.AdmissionHash != before.AdmissionHash || !bytes.Equal(after.Note, before.Note) {
				t.Errorf("%+v %v %v", after, ok, err)
			}
			if _, ok, _ := n.Invitation(t.Context(), signaling.InvitationID{20}); ok {
				t.Error("what was deleted came back")
			}
			_, _, _, err = n.SignIn(t.Context(), signaling.SignIn{Email: "a@example.org", Password: "korrekt hest"})
			want(t, "sign in", err, "")
			_, _, _, err = n.Session(t.Context(), secret)
			want(t, "a session from before the backup", err, signaling.SignedOut)
		})
	}
}

func TestTimesToLiveAreRestored(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	i := invitation("d", 1)
	i.NotAfter = signaling.At(time.Now().Add(2*time.Second - keep))
	want(t, "create", s.CreateInvitation(t.Context(), i), "")
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	o := Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}
	if done, err := Restore(t.Context(), o, bytes.NewReader(b.Bytes()), RestoreOptions{}); err != nil || done.Written != 1 {
		t.Fatal(done, err)
	}
	n := open(t, Options{Folder: folder})
	eventually(t, func() bool {
		_, ok, err := n.Invitation(t.Context(), i.ID)
		return !ok && err == nil
	})
	n.Close()
	done, err := Restore(t.Context(), o, bytes.NewReader(b.Bytes()), RestoreOptions{Replace: true})
	if err != nil || done.Written != 0 || done.Expired != 1 {
		t.Error(done, err)
	}
}

func TestAnExistingStoreIsPutAside(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	secret := inhabitedStore(t, s)
	backup := takenBackup(t, s)
	folder := kept(t)
	o := Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}
	if _, err := Restore(t.Context(), o, bytes.NewReader(backup), RestoreOptions{}); !errors.Is(err, ErrNotEmpty) {
		t.Fatal(err)
	}
	busy := open(t, Options{Folder: folder})
	if _, err := Restore(t.Context(), o, bytes.NewReader(backup), RestoreOptions{Replace: true}); !errors.Is(err, ErrInUse) {
		t.Fatal(err)
	}
	busy.Close()
	done, err := Restore(t.Context(), o, bytes.NewReader(backup), RestoreOptions{Replace: true, Sessions: true})
	if err != nil || done.Aside == "" {
		t.Fatal(done, err)
	}
	n := open(t, Options{Folder: folder})
	_, _, _, err = n.Session(t.Context(), secret)
	want(t, "session", err, "")
	old := open(t, Options{Folder: done.Aside})
	if _, ok, err := old.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Error("the store that was put aside cannot be opened:", err)
	}
}

// TestRestoreMendsWhatTheGuardRefuses is the way back that the guard's words name.
func TestRestoreMendsWhatTheGuardRefuses(t *testing.T) {
	folder := kept(t)
	s := open(t, Options{Folder: folder})
	var backup bytes.Buffer
	if _, err := s.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.Truncate(filepath.Join(bucketFolder(folder), "meta.inf"), 0); err != nil {
		t.Fatal(err)
	}
	refused(t, folder)
	o := Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}
	if _, err := Restore(t.Context(), o, bytes.NewReader(backup.Bytes()), RestoreOptions{Replace: true}); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Folder: folder})
	if _, ok, err := s.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestABrokenBackupIsRefusedBeforeAnythingIsTouched(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	inhabitedStore(t, s)
	whole := takenBackup(t, s)
	text := unpacked(t, whole)
	lines := strings.SplitAfter(text, "\n")
	broken := map[string][]byte{
		"empty": nil, "no gzip": []byte("hello"), "cut short": whole[:len(whole)-9], "half": whole[:len(whole)/2],
		"a record less":     packed(t, strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), "")),
		"a record twice":    packed(t, strings.Join(append(append([]string{}, lines[:3]...), lines[2:]...), "")),
		"another value":     packed(t, strings.Replace(text, "Fjord", "Fjell", 1)),
		"no end":            packed(t, strings.Join(lines[:len(lines)-2], "")),
		"more after it":     packed(t, text+"{}\n"),
		"another format":    packed(t, strings.Replace(text, "backup 1", "backup 2", 1)),
		"a line not closed": packed(t, strings.Replace(text, "}", "", 1)),
	}
	folder := kept(t)
	o := Options{Folder: folder, Log: slog.New(slog.DiscardHandler)}
	for name, data := range broken {
		if _, err := Restore(t.Context(), o, bytes.NewReader(data), RestoreOptions{Replace: true}); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	left := open(t, Options{Folder: folder})
	if _, ok, err := left.Invitation(t.Context(), signaling.InvitationID{1}); !ok || err != nil {
		t.Error(ok, err)
	}
}

func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
