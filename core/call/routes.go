package call

import (
	"errors"
	"net"
	"sync/atomic"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
)

// routes is the network as ICE sees it. While closed it shows no interface and opens no UDP socket of the kind that host
// and server-reflexive candidates need; relays are reached over other calls. pion's own relay-only policy is fixed for
// the life of a connection, and this one is not.
// Open, it looks at the machine's interfaces afresh at every gathering: a laptop moves between networks during a call.
type routes struct {
	transport.Net
	machine bool // Net is the machine's own
	closed  atomic.Bool
}

// newRoutes wraps network, or the machine's if that is nil.
func newRoutes(network transport.Net, closed bool) (*routes, error) {
	r := &routes{Net: network, machine: network == nil}
	if r.machine {
		own, err := stdnet.NewNet()
		if err != nil {
			return nil, err
		}
		r.Net = own
	}
	r.closed.Store(closed)
	return r, nil
}

func (r *routes) open() { r.closed.Store(false) }

// Interfaces implements transport.Net.
func (r *routes) Interfaces() ([]*transport.Interface, error) {
	if r.closed.Load() {
		return nil, nil
	}
	if r.machine {
		fresh, err := stdnet.NewNet()
		if err != nil {
			return nil, err
		}
		return fresh.Interfaces()
	}
	return r.Net.Interfaces()
}

var errClosedRoutes = errors.New("only relays for now")

// ListenUDP implements transport.Net.
func (r *routes) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	if r.closed.Load() {
		return nil, errClosedRoutes
	}
	return r.Net.ListenUDP(network, address)
}
