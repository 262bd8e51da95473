package access

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

const (
	prefixLen    = 8 // of TH on the wire
	frameHeader  = 1 + prefixLen + 8
	frameTag     = 16
	plainBlock   = 256
	maxPlaintext = 48 << 10
	minFrame     = frameHeader + plainBlock + frameTag
	// MaxFrame is the longest frame on the wire, in bytes.
	MaxFrame = frameHeader + maxPlaintext + frameTag
	// MaxJSON is the longest message that a frame holds, in bytes of JSON.
	MaxJSON = maxPlaintext - 4
)

// Session is one side of the sealed channel that a handshake made. It keeps count of the frames in both directions and
// of how far the two sides have come, and refuses what is not allowed at that point. One goroutine owns it.
type Session struct {
	role             Role
	epoch            uint32
	th               [32]byte
	out, in          cipher.AEAD // nil after Wipe
	sent, received   uint64      // the next seq of each direction
	cP, cD           [32]byte
	readied, granted bool  // ready has passed; pinResult or resumeResult said ok
	broken           error // why nothing more is opened
}

func newSession(role Role, epoch uint32, k sessionKeys) *Session {
	logKeys(k)
	s := &Session{role: role, epoch: epoch, th: k.th, cP: k.cP, cD: k.cD}
	s.out, s.in = newAEAD(k.pd[:]), newAEAD(k.dp[:])
	if role == RoleDoctor {
		s.out, s.in = s.in, s.out
	}
	return s
}

// TH is the transcript hash, which names the session.
func (s *Session) TH() [32]byte { return s.th }

// Epoch is the number that the desktop gave this session.
func (s *Session) Epoch() uint32 { return s.epoch }

// Granted reports that a right PIN, a right resume or the doctor's own decision let the patient in: a PINResult or
// ResumeResult that was OK, without NewDevice, has been sealed or opened.
func (s *Session) Granted() bool { return s.granted }

// Over reports that nothing more can be opened: the session broke or was wiped.
func (s *Session) Over() bool { return s.out == nil || s.broken != nil }

// Names reports whether a frame on the wire carries this session's prefix. It proves nothing.
func (s *Session) Names(wire []byte) bool {
	return len(wire) >= frameHeader && wire[0] == version && [prefixLen]byte(wire[1:]) == [prefixLen]byte(s.th[:])
}

// Wipe forgets the keys. A second call does nothing; everything after it gives ErrSessionOver.
func (s *Session) Wipe() {
	s.out, s.in = nil, nil
	clear(s.cP[:])
	clear(s.cD[:])
}

// Seal returns the next frame with message m. ErrOutOfOrder says that this side may not say m now, and changes nothing.
// After a broken frame only a Bye can be sealed, as a last word before Wipe.
func (s *Session) Seal(m Message) ([]byte, error) {
	if s.broken != nil {
		if _, bye := m.(Bye); !bye {
			return nil, ErrSessionOver
		}
	}
	if err := s.order(m, s.role); err != nil {
		return nil, err
	}
	text, err := EncodeMessage(m)
	if err != nil {
		return nil, err
	}
	wire, err := s.SealJSON(text)
	if err != nil {
		return nil, err
	}
	s.advance(m)
	return wire, nil
}

// Open returns the message of a frame from the other side. ErrNotThisSession: drop the frame, nothing has happened.
// ErrBroken (a gap, a repeat, a wrong tag) and ErrRefused (it opened, but the other side may not say that): the session
// is over; say Bye if you like, Wipe it, and let the patient handshake anew as far as Breaks allows.
func (s *Session) Open(wire []byte) (Message, error) {
	text, err := s.OpenJSON(wire)
	if err != nil {
		return nil, err
	}
	m, err := DecodeMessage(text)
	if err == nil {
		err = s.order(m, s.other())
	}
	if err != nil {
		s.broken = fmt.Errorf("%w: %v", ErrRefused, err)
		return nil, s.broken
	}
	s.advance(m)
	return m, nil
}

// SealJSON seals text as the next frame, whatever it says: the layer below Seal, where only the sealing counts.
func (s *Session) SealJSON(text []byte) ([]byte, error) {
	if s.out == nil {
		return nil, ErrSessionOver
	}
	plain, err := pad(text)
	if err != nil {
		return nil, err
	}
	wire := make([]byte, 0, frameHeader+len(plain)+frameTag)
	wire = append(wire, version)
	wire = append(wire, s.th[:prefixLen]...)
	wire = binary.BigEndian.AppendUint64(wire, s.sent)
	wire = s.out.Seal(wire, frameNonce(s.sent), plain, s.aad(s.role, s.sent))
	s.sent++
	return wire, nil
}

// OpenJSON opens the next frame and returns its JSON, checked as text but not for what it says: the layer below Open.
func (s *Session) OpenJSON(wire []byte) ([]byte, error) {
	if s.in == nil {
		return nil, ErrSessionOver
	}
	if !s.Names(wire) {
		return nil, ErrNotThisSession
	}
	if s.broken != nil {
		return nil, s.broken
	}
	text, err := s.openNext(wire)
	if err != nil {
		s.broken = err
	}
	return text, err
}

func (s *Session) openNext(wire []byte) ([]byte, error) {
	if len(wire) < minFrame || len(wire) > MaxFrame {
		return nil, fmt.Errorf("%w: length", ErrBroken)
	}
	seq := binary.BigEndian.Uint64(wire[1+prefixLen:])
	if seq != s.received {
		return nil, fmt.Errorf("%w: frame %d instead of %d", ErrBroken, seq, s.received)
	}
	plain, err := s.in.Open(nil, frameNonce(seq), wire[frameHeader:], s.aad(s.other(), seq))
	if err != nil {
		return nil, fmt.Errorf("%w: tag", ErrBroken)
	}
	s.received++
	text, err := unpad(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRefused, err)
	}
	if _, err := readObject(text); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRefused, err)
	}
	return text, nil
}

func (s *Session) other() Role {
	if s.role == RolePatient {
		return RoleDoctor
	}
	return RolePatient
}

func frameNonce(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), seq)
}

func (s *Session) aad(sender Role, seq uint64) []byte {
	aad := append([]byte(protocol+" frame"), s.th[:]...)
	aad = append(aad, sender)
	return binary.BigEndian.AppendUint64(aad, seq)
}

// order says whether sender may say m at this point.
func (s *Session) order(m Message, sender Role) error {
	allowed := FromPatient
	if sender == RoleDoctor {
		allowed = FromDoctor
	}
	if m.From()&allowed == 0 {
		return fmt.Errorf("%w: %s from role %c", ErrOutOfOrder, m.Type(), sender)
	}
	ok := s.granted
	switch m.(type) {
	case Ready:
		ok = true
	case Bye:
		ok = s.readied || sender == RolePatient // frame 0 of the doctor is ready
	case PIN, PINResult, Resume, ResumeResult:
		ok = s.readied
	}
	if !ok {
		return fmt.Errorf("%w: %s", ErrOutOfOrder, m.Type())
	}
	return nil
}

// advance notes what a message that was let through has changed.
func (s *Session) advance(m Message) {
	switch m := m.(type) {
	case Ready:
		s.readied = true
	case PINResult:
		s.granted = s.granted || m.OK && !m.NewDevice
	case ResumeResult:
		s.granted = s.granted || m.OK
	}
}
