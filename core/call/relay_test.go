package call_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"
)

// relayServer is a TURN server on loopback.
func relayServer(t *testing.T) []webrtc.ICEServer {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	key := turn.GenerateAuthKey("doctor", "test", "secret")
	server, err := turn.NewServer(turn.ServerConfig{
		Realm: "test", LoggerFactory: &logging.DefaultLoggerFactory{},
		AuthHandler: func(a *turn.RequestAttributes) (string, []byte, bool) { return a.Username, key, a.Username == "doctor" },
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            conn,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{RelayAddress: net.IPv4(127, 0, 0, 1), Address: "127.0.0.1"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	address := conn.LocalAddr().String()
	return []webrtc.ICEServer{{
		URLs: []string{fmt.Sprintf("stun:%s", address), fmt.Sprintf("turn:%s?transport=udp", address)}, Username: "doctor", Credential: "secret",
	}}
}

// Only relays until Delta; then the direct way.
func TestRelayOnlyUntilDelta(t *testing.T) {
	servers := relayServer(t)
	s := newStage(t, props{doctor: func(c *call.Config) { c.ICEServers, c.RelayOnly = servers, true }})
	s.confirm()
	s.await(0, "a relayed connection", func(e call.Event) bool { q, ok := e.(call.Quality); return ok && q.Relayed })
	kinds := map[string]int{}
	for _, m := range s.link.Sent() {
		switch m := m.(type) {
		case access.Candidate:
			if m.Candidate == "" {
				continue
			}
			kind := strings.Fields(strings.SplitN(m.Candidate, " typ ", 2)[1])
			kinds[kind[0]]++
			if !strings.Contains(m.Candidate, "raddr 0.0.0.0 rport 0") {
				t.Error(m.Candidate)
			}
		case access.Offer:
			if strings.Contains(m.SDP, "a=candidate") {
				t.Error(m.SDP)
			}
		}
	}
	if len(kinds) != 1 || kinds["relay"] == 0 {
		t.Errorf("candidates of kinds %v", kinds)
	}
	began := time.Now()
	s.admit()
	s.seeAndHear()
	s.await(0, "a direct connection", func(e call.Event) bool { q, ok := e.(call.Quality); return ok && !q.Relayed && q.FPS > 0 })
	t.Logf("direct after %v", time.Since(began))
	for _, state := range s.states() {
		if state == call.Interrupted {
			t.Error("a planned restart shown as an interruption")
		}
	}
}
