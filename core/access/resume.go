package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
)

// ResumeLen is the length of a resume signature: r || s.
const ResumeLen = 64

// SignResume proves the device that holds key for the session with transcript hash th: r || s of ECDSA-SHA256.
func SignResume(key *ecdsa.PrivateKey, th [32]byte) ([]byte, error) {
	sum := resumeDigest(th)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, fmt.Errorf("resume signature: %w", err)
	}
	out := make([]byte, ResumeLen)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out, nil
}

// VerifyResume checks a signature against the device's public point (65 bytes, uncompressed) that came with its PIN.
func VerifyResume(device []byte, th [32]byte, signature []byte) bool {
	key, err := parseDevice(device)
	if err != nil || len(signature) != ResumeLen {
		return false
	}
	sum := resumeDigest(th)
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return ecdsa.Verify(key, sum[:], r, s)
}

// ValidDevice reports whether a PIN's Device is a point that can be stored. The page sends none without storage.
func ValidDevice(device []byte) bool {
	_, err := parseDevice(device)
	return err == nil
}

func parseDevice(device []byte) (*ecdsa.PublicKey, error) {
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), device)
}

func resumeDigest(th [32]byte) [32]byte {
	return sha256.Sum256(append([]byte(protocol+" resume"), th[:]...))
}
