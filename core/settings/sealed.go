package settings

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/crypto/argon2"

	"legekonsultasjon/core/durable"
)

// ErrWrongPassphrase says that the passphrase does not open the sealed file, or that the file was altered: nothing can
// tell these apart.
var ErrWrongPassphrase = errors.New("the passphrase does not open the sealed file")

// MinPassphrase is the fewest bytes that a new sealed file takes as its passphrase.
const MinPassphrase = 12

// ErrShortPassphrase says that a new passphrase is shorter than MinPassphrase.
var ErrShortPassphrase = errors.New("passphrase too short")

// Cost of argon2id for new files (RFC 9106, second recommended option), and what a file may ask for at most.
const (
	sealTime, maxTime       = 3, 16
	sealMemory, maxMemory   = 64 << 10, 1 << 20 // KiB
	sealThreads, maxThreads = 4, 16
)

// Sealed is a SecretStore for machines without a keyring: one file, AES-256-GCM under a key that argon2id makes of a
// passphrase. It is as strong as the passphrase, which the program says openly.
type Sealed struct {
	path string
	key  []byte
	head sealedHead

	mu      sync.Mutex
	secrets map[string]string
}

type sealedHead struct {
	Version int    `json:"version"`
	KDF     string `json:"kdf"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
	Salt    []byte `json:"salt"`
}

type sealedFile struct {
	sealedHead
	Nonce  []byte `json:"nonce"`
	Sealed []byte `json:"sealed"` // JSON object of the secrets; the head is authenticated with it
}

// SealedExists reports whether the file is there, so that a passphrase is asked for rather than chosen.
func SealedExists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// OpenSealed opens the file, or makes it when it is missing. It works for a good part of a second on purpose.
func OpenSealed(path, passphrase string) (*Sealed, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeSealed(path, passphrase)
	case err != nil:
		return nil, fmt.Errorf("sealed file: %w", err)
	}
	var file sealedFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("sealed file: %w", err)
	}
	if err := file.check(); err != nil {
		return nil, err
	}
	s := &Sealed{path: path, key: file.derive(passphrase), head: file.sealedHead}
	gcm, err := newGCM(s.key)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, file.Nonce, file.Sealed, s.head.bytes())
	if err != nil {
		return nil, ErrWrongPassphrase
	}
	if err := json.Unmarshal(plain, &s.secrets); err != nil || s.secrets == nil {
		return nil, fmt.Errorf("sealed file: %w", errors.Join(err, errors.New("no secrets inside")))
	}
	return s, nil
}

func makeSealed(path, passphrase string) (*Sealed, error) {
	if len(passphrase) < MinPassphrase {
		return nil, ErrShortPassphrase
	}
	head := sealedHead{Version: 1, KDF: "argon2id", Time: sealTime, Memory: sealMemory, Threads: sealThreads,
		Salt: random(16)}
	s := &Sealed{path: path, key: head.derive(passphrase), head: head, secrets: map[string]string{}}
	return s, s.write(s.secrets)
}

// Get returns a secret or ErrNotFound.
func (s *Sealed) Get(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, ok := s.secrets[name]
	if !ok {
		return "", ErrNotFound
	}
	return secret, nil
}

// Set stores a secret; when the file cannot be written the old secret stays.
func (s *Sealed) Set(_ context.Context, name, secret string) error {
	return s.change(func(secrets map[string]string) { secrets[name] = secret })
}

// Delete removes a secret.
func (s *Sealed) Delete(_ context.Context, name string) error {
	return s.change(func(secrets map[string]string) { delete(secrets, name) })
}

// String keeps the secrets out of logs.
func (s *Sealed) String() string { return "[sealed secrets]" }

// GoString keeps the secrets out of logs.
func (s *Sealed) GoString() string { return "[sealed secrets]" }

func (s *Sealed) change(edit func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	secrets := make(map[string]string, len(s.secrets)+1)
	for name, secret := range s.secrets {
		secrets[name] = secret
	}
	edit(secrets)
	if err := s.write(secrets); err != nil {
		return fmt.Errorf("sealed file: %w", err)
	}
	s.secrets = secrets
	return nil
}

func (s *Sealed) write(secrets map[string]string) error {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	gcm, err := newGCM(s.key)
	if err != nil {
		return err
	}
	file := sealedFile{sealedHead: s.head, Nonce: random(gcm.NonceSize())}
	file.Sealed = gcm.Seal(nil, file.Nonce, plain, s.head.bytes())
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(s.path, data)
}

// check refuses a head that this version does not know or that would cost too much.
func (f sealedFile) check() error {
	switch {
	case f.Version != 1, f.KDF != "argon2id":
		return fmt.Errorf("sealed file: version %d with %q is not known", f.Version, f.KDF)
	case f.Time < 1 || f.Time > maxTime, f.Memory < 8 || f.Memory > maxMemory, f.Threads < 1 || f.Threads > maxThreads,
		len(f.Salt) < 8 || len(f.Salt) > 64, len(f.Nonce) != 12:
		return errors.New("sealed file: parameters out of range")
	}
	return nil
}

func (h sealedHead) derive(passphrase string) []byte {
	return argon2.IDKey([]byte(passphrase), h.Salt, h.Time, h.Memory, h.Threads, 32)
}

func (h sealedHead) bytes() []byte {
	b, _ := json.Marshal(h) // plain values: cannot go wrong
	return b
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails; it ends the program instead
	return b
}
