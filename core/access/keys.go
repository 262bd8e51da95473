package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
)

// Keys is what a secret derives. They do not depend on the PIN. The struct prints as a placeholder.
type Keys struct {
	InvitationID [16]byte // names the invitation to the server
	Admission    [32]byte // proves to the server that its holder has the link
	PSK          [32]byte // salts the session keys
	NoteKey      [32]byte // seals the note
}

// Derive returns the keys of the secret (RFC 5869, SHA-256).
func (s Secret) Derive() Keys {
	prk := s.prk()
	var k Keys
	expand(k.InvitationID[:], prk, "invitation id")
	expand(k.Admission[:], prk, "admission")
	expand(k.PSK[:], prk, "psk")
	expand(k.NoteKey[:], prk, "sealed note")
	return k
}

func (s Secret) prk() []byte {
	prk, err := hkdf.Extract(sha256.New, s[:], []byte(protocol))
	if err != nil {
		panic(err) // only a broken build of the hash can fail
	}
	return prk
}

func expand(dst, prk []byte, info string) {
	out, err := hkdf.Expand(sha256.New, prk, info, len(dst))
	if err != nil {
		panic(err) // the lengths are constants far below the limit
	}
	copy(dst, out)
}

// newAEAD returns AES-256-GCM with a 12-byte nonce and a 16-byte tag.
func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys are 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}
