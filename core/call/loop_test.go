package call_test

import (
	"context"
	"testing"
	"time"

	"legekonsultasjon/core/call"

	"github.com/pion/webrtc/v4"
)

func TestTryRelay(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	loop, err := call.TryRelay(ctx, relayServer(t))
	if err != nil || loop.Connected <= 0 || loop.RoundTrip <= 0 || loop.RoundTrip > loop.Connected {
		t.Errorf("%+v, %v", loop, err)
	}
	t.Logf("%+v", loop)
}

// A relay that refuses the credentials, and none at all.
func TestTryRelayThatIsNone(t *testing.T) {
	servers := relayServer(t)
	servers[0].Username = "somebody"
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if loop, err := call.TryRelay(ctx, servers); err == nil {
		t.Errorf("%+v", loop)
	}
	if loop, err := call.TryRelay(ctx, []webrtc.ICEServer{{URLs: []string{"stun:127.0.0.1:9"}}}); err == nil {
		t.Errorf("%+v", loop)
	}
}
