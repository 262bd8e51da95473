package access

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Confirmation is the 32 bytes that role must send as its first message on data channel 0: it binds the session to the
// two session descriptions as carried and to the two certificates in use (fingerprints: SHA-256 of their DER). After
// Wipe it is worth nothing.
func (s *Session) Confirmation(role Role, offer, answer string, fingerprintP, fingerprintD [32]byte) [32]byte {
	key := s.cP
	if role == RoleDoctor {
		key = s.cD
	}
	offerHash, answerHash := sha256.Sum256([]byte(offer)), sha256.Sum256([]byte(answer))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(protocol + " confirm"))
	for _, part := range [][32]byte{s.th, offerHash, answerHash, fingerprintP, fingerprintD} {
		mac.Write(part[:])
	}
	return [32]byte(mac.Sum(nil))
}

// VerifyConfirmation compares in constant time what came over the data channel, any bytes of any length, with what had
// to come.
func VerifyConfirmation(got []byte, want [32]byte) bool { return hmac.Equal(got, want[:]) }
