package call_test

import (
	"context"
	"net"
	"testing"
	"time"

	"legekonsultasjon/core/call"

	"github.com/pion/webrtc/v4"
)

func TestProbeServer(t *testing.T) {
	servers := relayServer(t)
	p, err := call.ProbeServer(t.Context(), servers)
	if err != nil {
		t.Fatal(err)
	}
	if p.Sent != 20 || p.Lost != 0 || p.RoundTrip <= 0 || p.RoundTrip > 500*time.Millisecond {
		t.Errorf("%+v", p)
	}
}

// A server that says nothing is a network that loses everything, not an error.
func TestProbeOfTheMute(t *testing.T) {
	mute, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	p, err := call.ProbeServer(t.Context(), []webrtc.ICEServer{{URLs: []string{"turns:127.0.0.1:1?transport=tcp", "stun:" + mute.LocalAddr().String()}}})
	if err != nil || p.Lost != p.Sent {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestProbeOfNobody(t *testing.T) {
	if _, err := call.ProbeServer(t.Context(), []webrtc.ICEServer{{URLs: []string{"turns:127.0.0.1:1?transport=tcp"}}}); err == nil {
		t.Error("no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := call.ProbeServer(ctx, []webrtc.ICEServer{{URLs: []string{"stun:127.0.0.1:9"}}}); err == nil {
		t.Error("no error")
	}
}
