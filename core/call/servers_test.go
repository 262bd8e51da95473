package call

import (
	"reflect"
	"testing"

	"github.com/pion/webrtc/v4"
)

// TestFreshServers: a connection that has been open for hours looks for a new path with the credentials of now, and while
// only relays are wanted it asks nobody for its own address.
func TestFreshServers(t *testing.T) {
	entry := func(credential string) []webrtc.ICEServer {
		return []webrtc.ICEServer{
			{URLs: []string{"stun:192.0.2.1:3478"}},
			{URLs: []string{"turn:192.0.2.1:3478?transport=udp", "turns:example.com:443?transport=tcp"}, Username: "1:x", Credential: credential},
		}
	}
	c, err := newConnection(Config{ICEServers: entry("old"), RelayOnly: true}.completed(), func(event) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.pc.GracefulClose() })
	if err := c.setServers(entry("fresh")); err != nil {
		t.Fatal(err)
	}
	if got := c.pc.GetConfiguration().ICEServers; !reflect.DeepEqual(got, entry("fresh")[1:]) {
		t.Errorf("closed: %+v", got)
	}
	if err := c.openRoutes(); err != nil {
		t.Fatal(err)
	}
	if got := c.pc.GetConfiguration().ICEServers; !reflect.DeepEqual(got, entry("fresh")) {
		t.Errorf("open: %+v", got)
	}
}
