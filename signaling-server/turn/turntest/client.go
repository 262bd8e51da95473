// Package turntest is a TURN client (RFC 8656) that asks what it is told to and says what came back, for tests and drills.
// It sends nothing by itself: no refreshes, no retransmissions.
package turntest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v4"
)

// Realm is the server's.
const Realm = "legekonsultasjon"

// answerWithin is how long an answer is waited for.
const answerWithin = 2 * time.Second

// Client is one way to a server, for one goroutine.
type Client struct {
	conn           net.PacketConn
	server         net.Addr
	name, password string
	nonce          string
	buffer         [2048]byte
}

// New uses conn (a UDP socket, or a turn.STUNConn over TCP or TLS) until the caller closes it.
func New(conn net.PacketConn, server net.Addr, name, password string) *Client {
	return &Client{conn: conn, server: server, name: name, password: password}
}

// Refused is an error response.
type Refused struct{ Code stun.ErrorCode }

func (r *Refused) Error() string { return fmt.Sprintf("refused with %d", r.Code) }

// ErrSilent is no answer within two seconds.
var ErrSilent = errors.New("no answer")

// Ask sends a request with credentials and returns the success response. A nonce that is missing or stale is fetched
// first. A refusal is a *Refused.
func (c *Client) Ask(method stun.Method, attrs ...stun.Setter) (*stun.Message, error) {
	for range 2 {
		answer, err := c.once(method, c.nonce != "", attrs)
		if err != nil {
			return nil, err
		}
		if answer.Type.Class == stun.ClassSuccessResponse {
			return answer, nil
		}
		var code stun.ErrorCodeAttribute
		if err := code.GetFrom(answer); err != nil {
			return nil, err
		}
		var nonce stun.Nonce
		fresh := nonce.GetFrom(answer) == nil && (c.nonce == "" || code.Code == stun.CodeStaleNonce)
		if !fresh {
			return nil, &Refused{Code: code.Code}
		}
		c.nonce = nonce.String()
	}
	return nil, &Refused{Code: stun.CodeStaleNonce}
}

func (c *Client) once(method stun.Method, signed bool, attrs []stun.Setter) (*stun.Message, error) {
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attrs...)
	if signed {
		setters = append(setters, stun.NewUsername(c.name), stun.NewRealm(Realm), stun.NewNonce(c.nonce),
			stun.NewLongTermIntegrity(c.name, Realm, c.password))
	}
	m, err := stun.Build(setters...)
	if err != nil {
		return nil, err
	}
	if _, err := c.conn.WriteTo(m.Raw, c.server); err != nil {
		return nil, err
	}
	for {
		answer, err := c.read(answerWithin)
		if err != nil {
			return nil, err
		}
		if answer != nil && answer.TransactionID == m.TransactionID {
			return answer, nil
		}
	}
}

// read returns the next STUN message; nil for anything else.
func (c *Client) read(within time.Duration) (*stun.Message, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	n, _, err := c.conn.ReadFrom(c.buffer[:])
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return nil, ErrSilent
	}
	if err != nil {
		return nil, err
	}
	m := &stun.Message{Raw: append([]byte(nil), c.buffer[:n]...)}
	if m.Decode() != nil {
		return nil, nil
	}
	return m, nil
}

// Allocate begins an allocation and returns its relayed address.
func (c *Client) Allocate() (netip.AddrPort, error) { return c.AllocateFor(17) }

// AllocateFor asks for an allocation of an IP protocol: 17 for UDP, 6 for TCP (RFC 6062).
func (c *Client) AllocateFor(protocol byte) (netip.AddrPort, error) {
	m, err := c.Ask(stun.MethodAllocate, attribute{stun.AttrRequestedTransport, []byte{protocol, 0, 0, 0}})
	if err != nil {
		return netip.AddrPort{}, err
	}
	var at stun.XORMappedAddress
	if err := at.GetFromAs(m, stun.AttrXORRelayedAddress); err != nil {
		return netip.AddrPort{}, err
	}
	ip, _ := netip.AddrFromSlice(at.IP)
	return netip.AddrPortFrom(ip.Unmap(), uint16(at.Port)), nil
}

// Refresh keeps the allocation for lifetime; zero ends it.
func (c *Client) Refresh(lifetime time.Duration) error {
	v := binary.BigEndian.AppendUint32(nil, uint32(lifetime/time.Second))
	_, err := c.Ask(stun.MethodRefresh, attribute{stun.AttrLifetime, v})
	return err
}

// Permit asks for a permission. The address goes over the wire in the family it has, v4-mapped ones as sixteen bytes.
func (c *Client) Permit(peer netip.AddrPort) error {
	_, err := c.Ask(stun.MethodCreatePermission, peerAddress(peer))
	return err
}

// Bind asks for a channel, numbered from 0x4000.
func (c *Client) Bind(number uint16, peer netip.AddrPort) error {
	v := append(binary.BigEndian.AppendUint16(nil, number), 0, 0)
	_, err := c.Ask(stun.MethodChannelBind, attribute{stun.AttrChannelNumber, v}, peerAddress(peer))
	return err
}

// Send sends data to peer by an indication, which is never answered.
func (c *Client) Send(peer netip.AddrPort, data []byte) error {
	m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), peerAddress(peer),
		attribute{stun.AttrData, data})
	if err != nil {
		return err
	}
	_, err = c.conn.WriteTo(m.Raw, c.server)
	return err
}

// Receive waits for data from a peer.
func (c *Client) Receive(within time.Duration) ([]byte, error) {
	for end := time.Now().Add(within); ; {
		m, err := c.read(time.Until(end))
		if err != nil {
			return nil, err
		}
		if m == nil || m.Type.Method != stun.MethodData {
			continue
		}
		return m.Get(stun.AttrData)
	}
}

// attribute is one that stun has no type for.
type attribute struct {
	kind  stun.AttrType
	value []byte
}

// AddTo implements stun.Setter.
func (a attribute) AddTo(m *stun.Message) error {
	m.Add(a.kind, a.value)
	return nil
}

// peerAddress is XOR-PEER-ADDRESS (RFC 8656 section 18.3). stun's own type would write a v4-mapped address as v4.
type peerAddress netip.AddrPort

// AddTo implements stun.Setter.
func (p peerAddress) AddTo(m *stun.Message) error {
	a := netip.AddrPort(p)
	family := byte(1)
	if a.Addr().Is6() {
		family = 2
	}
	key := append(binary.BigEndian.AppendUint32(nil, 0x2112A442), m.TransactionID[:]...)
	v := binary.BigEndian.AppendUint16([]byte{0, family}, a.Port()^0x2112)
	for i, b := range a.Addr().AsSlice() {
		v = append(v, b^key[i])
	}
	m.Add(stun.AttrXORPeerAddress, v)
	return nil
}
