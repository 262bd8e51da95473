// Package turn is the STUN and TURN server (RFC 8489, RFC 8656) inside the signaling server, over UDP: short-lived
// credentials under a name that is random per socket, quotas, and no way to reach anything but the public Internet.
package turn

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"legekonsultasjon/core/signaling"
)

// Bounds.
const (
	CredentialLife = time.Hour      // in which an allocation can be begun
	longestCall    = 12 * time.Hour // after that in which one can be kept
	perName        = 8              // allocations at once of one socket
	inAll          = 2000           // allocations at once
	realm          = "legekonsultasjon"
)

// Options say where the server listens.
type Options struct {
	Listen   string     // UDP address, host:port
	PublicIP netip.Addr // at which clients reach it and under which relayed addresses appear
	// AllowLoopback lets the relay reach this machine and its networks: for tests and the demo on one machine only.
	AllowLoopback bool
	Log           *slog.Logger
}

// Server relays until Close.
type Server struct {
	opts   Options
	secret [32]byte // of this process: after a restart there are no allocations left that could need the old one
	inner  *turn.Server
	port   int
	quota  quota
}

// Listen starts the server.
func Listen(opts Options) (*Server, error) {
	if !opts.PublicIP.IsValid() || opts.PublicIP.IsUnspecified() {
		return nil, errors.New("TURN needs the IP address at which clients reach it")
	}
	s := &Server{opts: opts, quota: quota{perName: map[string]int{}}}
	_, _ = rand.Read(s.secret[:])
	conn, err := net.ListenPacket(family(opts.PublicIP), opts.Listen)
	if err != nil {
		return nil, err
	}
	local := conn.LocalAddr().(*net.UDPAddr)
	s.port = local.Port
	guard := newGuard(opts.PublicIP, opts.AllowLoopback)
	s.inner, err = turn.NewServer(turn.ServerConfig{
		Realm: realm, AuthHandler: s.authenticate, QuotaHandler: s.quota.allows,
		EventHandler:  turn.EventHandler{OnAllocationCreated: s.quota.created, OnAllocationDeleted: s.quota.deleted},
		LoggerFactory: quiet{},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            conn,
			RelayAddressGenerator: &relays{guard: guard, public: opts.PublicIP, listen: local.IP.String()},
			PermissionHandler:     func(_ net.Addr, peer net.IP) bool { return guard.reachable(peer) },
		}},
	})
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

func family(ip netip.Addr) string {
	if ip.Unmap().Is4() {
		return "udp4"
	}
	return "udp6"
}

// Close ends all relaying.
func (s *Server) Close() error { return s.inner.Close() }

// Port is the UDP port that it listens on.
func (s *Server) Port() int { return s.port }

// ICEServers gives one socket's STUN and TURN entries. session is the random part of the user name; it stays the same when
// credentials are renewed, so that an allocation can be kept with either.
func (s *Server) ICEServers(session string) []signaling.ICEServer {
	host := net.JoinHostPort(s.opts.PublicIP.String(), strconv.Itoa(s.port))
	name := entryName(time.Now().Add(CredentialLife), session)
	return []signaling.ICEServer{
		{URLs: []string{"stun:" + host}},
		{URLs: []string{"turn:" + host + "?transport=udp"}, Username: name, Credential: s.password(name)},
	}
}

func entryName(until time.Time, session string) string {
	return strconv.FormatInt(until.Unix(), 10) + ":" + session
}

func (s *Server) password(name string) string {
	mac := hmac.New(sha256.New, s.secret[:])
	mac.Write([]byte(name))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// authenticate checks the time in the name when an allocation is begun. One that has been begun may be refreshed beyond it:
// a long call must not end because its first credentials have.
func (s *Server) authenticate(r *turn.RequestAttributes) (string, []byte, bool) {
	until, session, ok := strings.Cut(r.Username, ":")
	seconds, err := strconv.ParseInt(until, 10, 64)
	if !ok || err != nil || session == "" || r.Realm != realm {
		return "", nil, false
	}
	end := time.Unix(seconds, 0)
	if r.Method != stun.MethodAllocate {
		end = end.Add(longestCall)
	}
	if time.Now().After(end) {
		return "", nil, false
	}
	return session, turn.GenerateAuthKey(r.Username, r.Realm, s.password(r.Username)), true
}

// quota counts allocations.
type quota struct {
	mu      sync.Mutex
	perName map[string]int
	all     int
}

func (q *quota) allows(name, _ string, _ net.Addr) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.all < inAll && q.perName[name] < perName
}

func (q *quota) created(_, _ net.Addr, _, name, _ string, _ net.Addr, _ int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all++
	q.perName[name]++
}

func (q *quota) deleted(_, _ net.Addr, _, name, _ string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all--
	if q.perName[name]--; q.perName[name] <= 0 {
		delete(q.perName, name)
	}
}

// errNoTCP answers every wish for a TCP allocation (RFC 6062).
var errNoTCP = fmt.Errorf("no TCP allocations")
