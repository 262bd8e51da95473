package call_test

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/route"

	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// mobile is a machine on a virtual network that stands at one of two addresses and can move to the other: what comes to
// the one that it has left, or goes out from it, is lost.
type mobile struct {
	transport.Net
	at        atomic.Int32
	addresses [2]string
}

// Interfaces implements transport.Net: only the present address is there.
func (m *mobile) Interfaces() ([]*transport.Interface, error) {
	one := transport.NewInterface(net.Interface{Index: 1, MTU: 1500, Name: "eth0", Flags: net.FlagUp | net.FlagMulticast})
	one.AddAddress(&net.IPNet{IP: net.ParseIP(m.addresses[m.at.Load()]), Mask: net.CIDRMask(24, 32)})
	return []*transport.Interface{one}, nil
}

func (m *mobile) move() { m.at.Store(1 - m.at.Load()) }

// gone tells whether an address of ours is the one that was left.
func (m *mobile) gone(address net.Addr) bool {
	host, _, _ := net.SplitHostPort(address.String())
	return host == m.addresses[1-m.at.Load()]
}

func (m *mobile) place() route.Place {
	return route.Place{Addresses: []netip.Addr{netip.MustParseAddr(m.addresses[m.at.Load()])}}
}

// newMobiles are the doctor's and the patient's machine.
func newMobiles(t *testing.T) (both [2]*mobile) {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "192.0.2.0/24", LoggerFactory: &logging.DefaultLoggerFactory{}})
	if err != nil {
		t.Fatal(err)
	}
	for i, addresses := range [2][2]string{{"192.0.2.1", "192.0.2.2"}, {"192.0.2.11", "192.0.2.12"}} {
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: addresses[:]})
		if err != nil {
			t.Fatal(err)
		}
		if err := router.AddNet(n); err != nil {
			t.Fatal(err)
		}
		both[i] = &mobile{Net: n, addresses: addresses}
	}
	router.AddChunkFilter(func(c vnet.Chunk) bool {
		for _, m := range both {
			if m.gone(c.SourceAddr()) || m.gone(c.DestinationAddr()) {
				return false
			}
		}
		return true
	})
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Stop() })
	return both
}

// A machine that moves in the network during a call takes the call with it, sooner when somebody knows of the move.
func TestRouteChanges(t *testing.T) {
	for name, c := range map[string]struct {
		side  int // 0 the doctor's, 1 the patient's
		tell  func(*stage, *mobile)
		least time.Duration
		most  time.Duration
	}{
		"the doctor's, noticed": {0, func(s *stage, m *mobile) { s.peer.Rerouted(route.Change{Place: m.place(), Moved: true}) },
			0, 1500 * time.Millisecond},
		"the patient's, who says so":         {1, func(s *stage, _ *mobile) { s.peer.Restart() }, 0, 1500 * time.Millisecond},
		"the patient's, told by the silence": {1, func(*stage, *mobile) {}, 900 * time.Millisecond, 3 * time.Second},
		"the doctor's, told by the silence":  {0, func(*stage, *mobile) {}, 900 * time.Millisecond, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			both := newMobiles(t)
			s := newStage(t, props{networks: [2]transport.Net{both[0], both[1]}})
			mark := s.confirm()
			s.admit()
			s.seeAndHear()
			busy := time.Now()
			s.eventually("a second of it", func() bool { return time.Since(busy) > 1200*time.Millisecond })
			both[c.side].move()
			began := time.Now()
			c.tell(s, both[c.side])
			mark = s.awaitState(mark, call.Interrupted)
			s.awaitState(mark, call.Confirmed)
			shown, seen := s.screen.Shown(), s.picture.Shown()
			s.eventually("pictures both ways again", func() bool { return s.screen.Shown() > shown && s.picture.Shown() > seen })
			took := time.Since(began)
			t.Logf("media is back after %v", took.Round(time.Millisecond))
			if took < c.least || took > c.most {
				t.Errorf("media is back after %v", took)
			}
		})
	}
}

// An address that comes or goes elsewhere on the machine does not touch the call.
func TestOtherAddressesChange(t *testing.T) {
	both := newMobiles(t)
	s := newStage(t, props{networks: [2]transport.Net{both[0], both[1]}})
	s.confirm()
	s.admit()
	s.seeAndHear()
	more := both[0].place()
	more.Addresses = append(more.Addresses, netip.MustParseAddr("203.0.113.9"))
	s.peer.Rerouted(route.Change{Place: more})
	s.peer.Rerouted(route.Change{Place: both[0].place(), Moved: true}) // a better network, and the old one goes on
	shown := s.screen.Shown()
	s.eventually("pictures go on", func() bool { return s.screen.Shown() > shown+30 })
	if n := offers(s.link); n != 1 {
		t.Errorf("%d offers", n)
	}
}
