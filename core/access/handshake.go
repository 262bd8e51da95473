package access

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Lengths of the two handshake messages. A relayed payload of any other length is a frame, or nothing.
const (
	M1Len = 1 + 16 + 1 + pointLen + 16
	M2Len = M1Len + 4
)

const (
	version  = 0x01
	pointLen = 65
)

// Patient is the patient's side of one handshake. Each join needs a new one.
type Patient struct {
	keys      Keys
	lastEpoch uint32
	private   *ecdh.PrivateKey
	m1        []byte
}

// NewPatient draws the ephemeral key and nonce. lastEpoch is the greatest epoch seen so far, 0 at first.
func NewPatient(k Keys, lastEpoch uint32) (*Patient, error) {
	private, nonce, err := ephemeral()
	if err != nil {
		return nil, err
	}
	return newPatient(k, lastEpoch, private, nonce), nil
}

func newPatient(k Keys, lastEpoch uint32, private *ecdh.PrivateKey, nonce [16]byte) *Patient {
	m1 := hello(k.InvitationID, RolePatient, private.PublicKey(), nonce)
	return &Patient{keys: k, lastEpoch: lastEpoch, private: private, m1: m1}
}

// M1 is the message to the desktop, the same at every call.
func (p *Patient) M1() []byte { return append([]byte(nil), p.m1...) }

// Receive takes the answer. A refused one changes nothing: the next may be right. After a session has come of it the
// handshake is used up.
func (p *Patient) Receive(m2 []byte) (*Session, error) {
	if p.private == nil {
		return nil, fmt.Errorf("%w: already answered", ErrHandshake)
	}
	h, err := parseHello(m2, M2Len, RoleDoctor)
	if err != nil {
		return nil, err
	}
	epoch := binary.BigEndian.Uint32(m2[M1Len:])
	if h.invitation != p.keys.InvitationID {
		return nil, fmt.Errorf("%w: another invitation", ErrHandshake)
	}
	if epoch <= p.lastEpoch {
		return nil, fmt.Errorf("%w: epoch not greater than the last", ErrHandshake)
	}
	secret, err := p.private.ECDH(h.point)
	if err != nil {
		return nil, fmt.Errorf("%w: no shared point", ErrHandshake)
	}
	p.private = nil
	return newSession(RolePatient, epoch, deriveSession(p.keys, transcript(p.m1, m2), secret)), nil
}

// Respond is the doctor's side: it answers an m1 with an m2 and the session that follows if the other side really has
// the secret (which only its first frame proves). epoch must already stand in the book and be greater than every one
// before it.
func Respond(k Keys, m1 []byte, epoch uint32) (m2 []byte, s *Session, err error) {
	private, nonce, err := ephemeral()
	if err != nil {
		return nil, nil, err
	}
	return respond(k, m1, epoch, private, nonce)
}

func respond(k Keys, m1 []byte, epoch uint32, private *ecdh.PrivateKey, nonce [16]byte) ([]byte, *Session, error) {
	h, err := parseHello(m1, M1Len, RolePatient)
	if err != nil {
		return nil, nil, err
	}
	if h.invitation != k.InvitationID || epoch == 0 {
		return nil, nil, fmt.Errorf("%w: another invitation or no epoch", ErrHandshake)
	}
	secret, err := private.ECDH(h.point)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: no shared point", ErrHandshake)
	}
	m2 := hello(k.InvitationID, RoleDoctor, private.PublicKey(), nonce)
	m2 = binary.BigEndian.AppendUint32(m2, epoch)
	return m2, newSession(RoleDoctor, epoch, deriveSession(k, transcript(m1, m2), secret)), nil
}

// InvitationOf checks an m1 completely and returns the invitation that it names, for looking up the keys.
func InvitationOf(m1 []byte) ([16]byte, error) {
	h, err := parseHello(m1, M1Len, RolePatient)
	return h.invitation, err
}

func ephemeral() (*ecdh.PrivateKey, [16]byte, error) {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:])
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, nonce, fmt.Errorf("ephemeral key: %w", err)
	}
	return private, nonce, nil
}

// helloFields is what m1 and m2 have in common.
type helloFields struct {
	invitation [16]byte
	point      *ecdh.PublicKey
}

func hello(invitation [16]byte, role Role, point *ecdh.PublicKey, nonce [16]byte) []byte {
	b := make([]byte, 0, M2Len)
	b = append(b, version)
	b = append(b, invitation[:]...)
	b = append(b, role)
	b = append(b, point.Bytes()...)
	return append(b, nonce[:]...)
}

func parseHello(b []byte, length int, role Role) (h helloFields, err error) {
	switch {
	case len(b) != length:
		return h, fmt.Errorf("%w: %d bytes instead of %d", ErrHandshake, len(b), length)
	case b[0] != version:
		return h, fmt.Errorf("%w: version %d", ErrHandshake, b[0])
	case b[17] != role:
		return h, fmt.Errorf("%w: role %#x", ErrHandshake, b[17])
	case b[18] != 0x04:
		return h, fmt.Errorf("%w: point not uncompressed", ErrHandshake)
	}
	copy(h.invitation[:], b[1:17])
	if h.point, err = ecdh.P256().NewPublicKey(b[18 : 18+pointLen]); err != nil {
		return h, fmt.Errorf("%w: point not on the curve", ErrHandshake)
	}
	return h, nil
}

func transcript(m1, m2 []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(protocol + " transcript"))
	h.Write(m1)
	h.Write(m2)
	return [32]byte(h.Sum(nil))
}

// sessionKeys are K of the specification, in its order, and the transcript that they belong to.
type sessionKeys struct {
	th             [32]byte
	pd, dp, cP, cD [32]byte
	sas            [8]byte // reserved: shown nowhere in version 1
}

func deriveSession(k Keys, th [32]byte, shared []byte) (s sessionKeys) {
	raw, err := hkdf.Key(sha256.New, shared, k.PSK[:], "session"+string(th[:]), 4*32+8)
	if err != nil {
		panic(err) // the length is a constant far below the limit
	}
	s.th = th
	for i, dst := range []*[32]byte{&s.pd, &s.dp, &s.cP, &s.cD} {
		copy(dst[:], raw[32*i:])
	}
	copy(s.sas[:], raw[128:])
	clear(raw)
	clear(shared)
	return s
}
