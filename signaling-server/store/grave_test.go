package store

import (
	"testing"
	"time"
)

// TestDeletionsAreRemembered: the marker of a deletion lasts longer than anything can be good for, because what it stands
// for comes back at the start after a crash once the marker is gone.
func TestDeletionsAreRemembered(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	i := invitation("kari", 1)
	if err := s.CreateInvitation(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteInvitation(t.Context(), "kari", i.ID); err != nil {
		t.Fatal(err)
	}
	l, err := s.current()
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.lastMessage(t.Context(), invitationKey(i.ID))
	if err != nil {
		t.Fatal(err)
	}
	const longest = 400 * 24 * time.Hour // that an invitation may lie ahead
	if left, err := time.ParseDuration(m.Header.Get("Nats-TTL")); !isMarker(m) || err != nil || left < longest+keep {
		t.Errorf("marker %t, lasts %v: %v", isMarker(m), left, err)
	}
}
