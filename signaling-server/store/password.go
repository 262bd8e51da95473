package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2id with 32 MiB and three passes (RFC 9106 section 4 asks for at least this much of a server that has the memory
// of a small one); about 60 ms on one core.
const (
	argonMemory  = 32 << 10 // KiB
	argonPasses  = 3
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// hashing is how many passwords are worked on at once, and hashingKnown how many more from known workstations: together
// they cost 96 MiB.
const (
	hashing      = 2
	hashingKnown = 1
)

// hasher bounds the memory and the cores that sign-ins can take.
type hasher struct {
	slots chan struct{} // capacity hashing; a sign-in waits for one until its context ends
	known chan struct{} // capacity hashingKnown, for known workstations: a flood of strangers does not keep them waiting
	dummy string        // for addresses without an account, so that they take the same time
}

func newHasher() *hasher {
	var salt [argonSalt]byte
	var key [argonKey]byte
	_, _ = rand.Read(salt[:])
	_, _ = rand.Read(key[:])
	return &hasher{slots: make(chan struct{}, hashing), known: make(chan struct{}, hashingKnown),
		dummy: phc(salt[:], key[:])} // nobody's: drawn, not computed
}

// turn waits for a place to work in until ctx ends, at most for callTimeout; leave gives it back. The error is the context's.
func (h *hasher) turn(ctx context.Context, known bool) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if known {
		select {
		case h.known <- struct{}{}:
			return func() { <-h.known }, nil
		case h.slots <- struct{}{}:
			return func() { <-h.slots }, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func newSalt() []byte {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	return salt
}

func encodePassword(password string, salt []byte) string { return phc(salt, stretch(password, salt)) }

// stretch is the costly function, 32 bytes.
func stretch(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
}

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// matches compares in constant time. encoded is empty when there is no such account: the work is the same and the answer
// is no. The caller has a turn.
func (h *hasher) matches(password, encoded string) bool {
	against := encoded
	if encoded == "" {
		against = h.dummy
	}
	ok := verifyPassword(password, against)
	return ok && encoded != ""
}

func verifyPassword(password, encoded string) bool {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 || passes == 0 || threads == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
