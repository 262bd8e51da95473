package turn

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"legekonsultasjon/signaling-server/turn/turntest"
)

func raw(t *testing.T, s *Server, name, password string) *turntest.Client {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return turntest.New(conn, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.Port()}, name, password)
}

// TestThreeHourCall: a call that began on credentials for ten minutes goes on with nothing but these for three hours, and
// nothing new can be begun with them.
func TestThreeHourCall(t *testing.T) {
	began := time.Now()
	var passed atomic.Int64 // nanoseconds
	s := listenWith(t, Options{UDP: "127.0.0.1:0", Now: func() time.Time { return began.Add(time.Duration(passed.Load())) }})
	entry := relay(s, "one")
	long, other := raw(t, s, entry.Username, entry.Credential), allocate(t, s, "two")
	if _, err := long.Allocate(); err != nil {
		t.Fatal(err)
	}
	peer := netip.MustParseAddrPort(other.LocalAddr().String())
	for after := time.Duration(0); after <= 3*time.Hour; after += 5 * time.Minute {
		passed.Store(int64(after))
		if err := long.Refresh(10 * time.Minute); err != nil {
			t.Fatalf("refresh after %v: %v", after, err)
		}
		if err := long.Permit(peer); err != nil {
			t.Fatalf("permission after %v: %v", after, err)
		}
		if err := long.Bind(0x4000, peer); err != nil {
			t.Fatalf("channel after %v: %v", after, err)
		}
	}
	if _, err := raw(t, s, entry.Username, entry.Credential).Allocate(); !refusedWith(err, stun.CodeUnauthorized) {
		t.Error("credentials of three hours ago began an allocation:", err)
	}
	passed.Add(int64(longestCall))
	if err := long.Refresh(10 * time.Minute); err == nil {
		t.Error("a call of fifteen hours went on")
	}
}

// TestForeignCredentials: another session's credentials neither keep nor use an allocation.
func TestForeignCredentials(t *testing.T) {
	s := listen(t, false)
	mine, theirs := relay(s, "one"), relay(s, "two")
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	at := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.Port()}
	if _, err := turntest.New(conn, at, mine.Username, mine.Credential).Allocate(); err != nil {
		t.Fatal(err)
	}
	foreign := turntest.New(conn, at, theirs.Username, theirs.Credential)
	if err := foreign.Permit(netip.MustParseAddrPort("1.1.1.1:1")); err == nil {
		t.Error("a permission by another session")
	}
	if err := foreign.Refresh(0); err == nil {
		t.Error("ended by another session")
	}
}

func refusedWith(err error, code stun.ErrorCode) bool {
	r, ok := err.(*turntest.Refused)
	return ok && r.Code == code
}
