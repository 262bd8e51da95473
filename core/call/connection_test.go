package call

import (
	"strings"
	"testing"

	"legekonsultasjon/core/access"

	"github.com/pion/webrtc/v4"
)

func newTestConnection(t testing.TB, cfg Config) *connection {
	t.Helper()
	c, err := newConnection(cfg.completed(), func(event) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.pc.GracefulClose() })
	return c
}

func TestOffer(t *testing.T) {
	c, other := newTestConnection(t, Config{Loopback: true}), newTestConnection(t, Config{Loopback: true})
	sdp, err := c.makeOffer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"a=group:BUNDLE 0 1 2", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1", "a=rtpmap:96 VP8/90000",
		"a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 ccm fir",
		"a=rtcp-fb:96 transport-cc", "a=rtcp-fb:111 transport-cc", "a=sendrecv", "a=ice-options:trickle", "a=rtcp-mux",
	} {
		if !strings.Contains(sdp, line+"\r\n") {
			t.Errorf("no %s in\n%s", line, sdp)
		}
	}
	if n := strings.Count(sdp, "m="); n != 3 || strings.Contains(sdp, "a=candidate") || len(sdp) > access.MaxSDP {
		t.Errorf("%d sections, %d bytes:\n%s", n, len(sdp), sdp)
	}
	if _, err := other.makeOffer(false); err != nil || c.fingerprint == other.fingerprint {
		t.Errorf("two peers with one certificate: %v", err)
	}
}

func TestRelayedCandidateDoesNotTellWhereFrom(t *testing.T) {
	got := ours(&webrtc.ICECandidate{
		Foundation: "1", Priority: 1, Address: "192.0.2.1", Protocol: webrtc.ICEProtocolUDP, Port: 4000, Component: 1,
		Typ: webrtc.ICECandidateTypeRelay, RelatedAddress: "10.1.2.3", RelatedPort: 5000,
	})
	if !strings.Contains(got.Candidate, "192.0.2.1") || strings.Contains(got.Candidate, "10.1.2.3") || strings.Contains(got.Candidate, "5000") {
		t.Error(got.Candidate)
	}
}

func TestRelays(t *testing.T) {
	got := relays([]webrtc.ICEServer{{URLs: []string{"stun:a", "turn:b"}, Username: "u"}, {URLs: []string{"stun:c"}}, {URLs: []string{"turns:d"}}})
	if len(got) != 2 || len(got[0].URLs) != 1 || got[0].URLs[0] != "turn:b" || got[0].Username != "u" || got[1].URLs[0] != "turns:d" {
		t.Errorf("%+v", got)
	}
}

// FuzzAnswer hands pion answers that have passed the gate, and candidates, as the peer does.
func FuzzAnswer(f *testing.F) {
	f.Add(description("0A"), "candidate:1 1 udp 1 127.0.0.1 9 typ host")
	f.Add(answerTo(f), "candidate:")
	f.Fuzz(func(t *testing.T, sdp, line string) {
		if _, err := access.GateSDP(sdp); err != nil {
			return
		}
		c := newTestConnection(t, Config{})
		if _, err := c.makeOffer(false); err != nil {
			t.Fatal(err)
		}
		if c.takeAnswer(sdp) == nil {
			_ = c.takeCandidate(access.Candidate{Candidate: line})
			if c.audioSender.Track() != nil || c.videoSender.Track() != nil {
				t.Fatal("a track is attached")
			}
		}
	})
}

// answerTo is a right answer, made by pion.
func answerTo(t testing.TB) string {
	c := newTestConnection(t, Config{})
	offer, err := c.makeOffer(false)
	if err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer.SDP
}
