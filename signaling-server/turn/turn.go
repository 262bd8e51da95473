// Package turn is the STUN and TURN server (RFC 8489, RFC 8656) inside the signaling server, over UDP, TCP and TLS:
// short-lived credentials under a name that is random per socket, quotas, and no way to reach anything but the public
// Internet. It also makes the credentials of a TURN server elsewhere (External).
package turn

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/pion/turn/v5"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/gate"
)

// Options say where the server listens. At least one of UDP, TCP, TLS and Shared is set.
type Options struct {
	UDP string // address, host:port; empty for none
	TCP string
	// TLS is the address of TURN over TLS on a port of its own, Shared a listener that brings TURN connections from a port
	// which others use too. Both appear under Name, which the certificate is for.
	TLS        string
	TLSConfig  *tls.Config
	Shared     net.Listener
	SharedPort int
	Name       string

	PublicIP netip.Addr // at which clients reach the server and under which relayed addresses appear
	// AllowLoopback lets the relay reach this machine and its networks: for tests and the demo on one machine only.
	AllowLoopback bool
	Log           *slog.Logger
	Now           func() time.Time // nil: time.Now; for the life of credentials
}

// Server relays until Close.
type Server struct {
	opts   Options
	inner  *turn.Server
	names  names
	quota  *quota
	guard  *guard
	flow   *flow
	short  *channels
	front  *net.UDPConn // that clients write to; nil without UDP
	lines  []*lines     // the listeners of TCP and TLS
	urls   []string     // of TURN
	stun   []string
	port   int
	denied atomic.Uint64
}

// Listen starts the server. An address in use is an error that wraps syscall.EADDRINUSE and names the flag's transport.
func Listen(opts Options) (*Server, error) {
	if !opts.PublicIP.IsValid() || opts.PublicIP.IsUnspecified() {
		return nil, errors.New("TURN needs the IP address at which clients reach it")
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.PublicIP = opts.PublicIP.Unmap()
	var secret [32]byte // of this process: after a restart there are no allocations left that could need the old one
	_, _ = rand.Read(secret[:])
	s := &Server{
		opts: opts, names: names{secret: secret[:], now: opts.Now}, flow: new(flow), short: newChannels(),
		guard: newGuard(opts.PublicIP, opts.AllowLoopback),
	}
	s.quota = newQuota()
	config := turn.ServerConfig{
		Realm: realm, AuthHandler: s.authenticate, QuotaHandler: s.quota.allows, EventHandler: s.events(),
		LoggerFactory: quiet{}, StrictAddressFamily: opts.PublicIP.Is4(),
	}
	if err := errors.Join(s.addUDP(&config), s.addLines(&config)); err != nil {
		s.abandon(config)
		return nil, err
	}
	inner, err := turn.NewServer(config)
	if err != nil {
		s.abandon(config)
		return nil, err
	}
	s.inner = inner
	return s, nil
}

func (s *Server) abandon(config turn.ServerConfig) {
	for _, c := range config.PacketConnConfigs {
		_ = c.PacketConn.Close()
	}
	for _, l := range s.lines {
		_ = l.Close()
	}
}

func (s *Server) addUDP(config *turn.ServerConfig) error {
	if s.opts.UDP == "" {
		return nil
	}
	conn, err := net.ListenPacket(family(s.opts.PublicIP), s.opts.UDP)
	if err != nil {
		return fmt.Errorf("UDP: %w", err)
	}
	s.front = conn.(*net.UDPConn)
	local := conn.LocalAddr().(*net.UDPAddr)
	s.port = local.Port
	host := net.JoinHostPort(s.opts.PublicIP.String(), strconv.Itoa(s.port))
	s.stun = append(s.stun, "stun:"+host)
	s.urls = append(s.urls, "turn:"+host+"?transport=udp")
	config.PacketConnConfigs = append(config.PacketConnConfigs, turn.PacketConnConfig{
		PacketConn: newFlood(s.front, s.quota, s.short), RelayAddressGenerator: s.relays(local.IP, s.short), PermissionHandler: s.permits,
	})
	return nil
}

func (s *Server) events() turn.EventHandler {
	return turn.EventHandler{
		OnAllocationCreated: s.quota.created, OnAllocationDeleted: s.quota.deleted,
		OnAuth: func(_, _ net.Addr, _, _, _, _ string, right bool) {
			if !right {
				s.quota.refused.Add(1)
			}
		},
		OnChannelCreated: func(client, _ net.Addr, _, _, _ string, relayed, peer net.Addr, number uint16) {
			s.short.created(client, relayed, peer, number, s.front)
		},
		OnChannelDeleted: func(client, _ net.Addr, _, _, _ string, _, _ net.Addr, number uint16) {
			s.short.deleted(client, number)
		},
	}
}

// addLines listens for TCP and TLS. Relayed addresses are UDP there too (RFC 8656 section 3.1).
func (s *Server) addLines(config *turn.ServerConfig) error {
	add := func(l net.Listener) {
		in := newLines(l, s.quota)
		s.lines = append(s.lines, in)
		config.ListenerConfigs = append(config.ListenerConfigs, turn.ListenerConfig{
			Listener: in, RelayAddressGenerator: s.relays(bound(l), newChannels()), PermissionHandler: s.permits,
		})
	}
	if s.opts.TCP != "" {
		l, err := net.Listen("tcp", s.opts.TCP)
		if err != nil {
			return fmt.Errorf("TCP: %w", err)
		}
		add(gate.New(l, gate.Options{Pending: maxIdleLines, Open: maxLines}))
		s.urls = append(s.urls, "turn:"+net.JoinHostPort(s.opts.PublicIP.String(), port(l))+"?transport=tcp")
	}
	if s.opts.TLS != "" {
		l, err := net.Listen("tcp", s.opts.TLS)
		if err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		add(gate.New(l, gate.Options{Pending: maxIdleLines, Open: maxLines, TLS: s.opts.TLSConfig}))
		s.urls = append(s.urls, "turns:"+net.JoinHostPort(s.name(), port(l))+"?transport=tcp")
	}
	if s.opts.Shared != nil {
		add(s.opts.Shared)
		s.urls = append(s.urls, "turns:"+net.JoinHostPort(s.name(), strconv.Itoa(s.opts.SharedPort))+"?transport=tcp")
	}
	return nil
}

func (s *Server) name() string {
	if s.opts.Name != "" {
		return s.opts.Name
	}
	return s.opts.PublicIP.String()
}

// bound is the local address that relayed sockets are opened on: the listener's own if it is a certain one.
func bound(l net.Listener) net.IP {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.IP
	}
	return nil
}

func port(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func family(ip netip.Addr) string {
	if ip.Is4() {
		return "udp4"
	}
	return "udp6"
}

// relays opens relayed addresses for one listener; short knows those of clients that come by UDP.
func (s *Server) relays(local net.IP, short *channels) *relays {
	r := &relays{guard: s.guard, public: s.opts.PublicIP, flow: s.flow, channels: short}
	if local != nil && !local.IsUnspecified() {
		r.listen = local.String()
	}
	return r
}

// permits is asked before a permission is given (RFC 8656 section 9.2). An IPv4 address that is written as an IPv6 one is
// nobody's.
func (s *Server) permits(_ net.Addr, peer net.IP) bool {
	if mapped := len(peer) == net.IPv6len && peer.To4() != nil; !mapped && s.guard.reachable(peer) {
		return true
	}
	s.denied.Add(1)
	return false
}

// Close ends all relaying and cuts every connection.
func (s *Server) Close() error {
	err := s.inner.Close()
	for _, l := range s.lines {
		l.cut()
	}
	return err
}

// Port is the UDP port that it listens on.
func (s *Server) Port() int { return s.port }

// ICEServers gives one socket's STUN and TURN entries. session is the random part of the user name; it stays the same when
// credentials are renewed, so that an allocation can be kept with either.
func (s *Server) ICEServers(session string) []signaling.ICEServer {
	var out []signaling.ICEServer
	if len(s.stun) > 0 {
		out = append(out, signaling.ICEServer{URLs: s.stun})
	}
	name := s.names.entry(session)
	return append(out, signaling.ICEServer{URLs: s.urls, Username: name, Credential: s.names.password(name)})
}

// Stats are counters since the start, but for Allocations.
type Stats struct {
	Allocations int    // now
	Begun       uint64 // allocations
	Quota       uint64 // allocations refused because there were too many
	Refused     uint64 // requests with credentials that are not right
	Denied      uint64 // permissions for addresses that are not to be reached, and packets to own services
	Flood       uint64 // packets of strangers that were not answered
	BytesIn     uint64 // from peers, relayed to clients
	BytesOut    uint64 // from clients, relayed to peers
	Dropped     uint64 // packets over the pace of an allocation
}

// Stats counts.
func (s *Server) Stats() Stats {
	st := s.quota.stats()
	st.Denied = s.denied.Load() + s.flow.denied.Load()
	st.BytesIn, st.BytesOut, st.Dropped = s.flow.in.Load(), s.flow.out.Load(), s.flow.dropped.Load()
	return st
}

// errNoTCP answers every wish for a TCP allocation (RFC 6062).
var errNoTCP = errors.New("no TCP allocations")
