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

// hashing is how many passwords are worked on at once: two cost 64 MiB.
const hashing = 2

// hasher bounds the memory and the cores that sign-ins can take.
type hasher struct {
	slots chan struct{} // capacity hashing; a sign-in waits for one until its context ends
	dummy string        // for addresses without an account, so that they take the same time
}

func newHasher() *hasher {
	var salt [argonSalt]byte
	var key [argonKey]byte
	_, _ = rand.Read(salt[:])
	_, _ = rand.Read(key[:])
	return &hasher{slots: make(chan struct{}, hashing), dummy: phc(salt[:], key[:])} // nobody's: drawn, not computed
}

func (h *hasher) hash(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt)
	return encodePassword(password, salt)
}

func encodePassword(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
	return phc(salt, key)
}

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// matches compares in constant time. known is empty when there is no such account: the work is the same and the answer
// is no. The error is the context's.
func (h *hasher) matches(ctx context.Context, password, known string) (bool, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-h.slots }()
	against := known
	if known == "" {
		against = h.dummy
	}
	ok := verifyPassword(password, against)
	return ok && known != "", nil
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
