package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Assets are sealed under a key that lies in a file beside the store and never in it (AES-256-GCM, RFC 5116), so that neither
// a backup nor a NATS server holds the keys of certificates. Whoever has the whole data folder has that file too.

const sealSize = 32 // bytes of the key

// openSealFile reads the key of Options.SealFile. Where the store is embedded and there is none yet, it makes one; call it
// with the folder taken. It is nil without a file.
func (s *Store) openSealFile() (cipher.AEAD, error) {
	path := s.opts.SealFile
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && s.opts.URL == "" {
		text, err = newSealFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the seals: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != sealSize {
		return nil, fmt.Errorf("%s does not hold 32 bytes in base64, as openssl rand -base64 32 makes them", path)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// newSealFile draws a key, and returns when it is on the disk: nothing may be sealed under a key that a power cut takes.
func newSealFile(path string) ([]byte, error) {
	key := make([]byte, sealSize)
	_, _ = rand.Read(key)
	text := []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	return text, WriteFile(path, text)
}

// sealed is an asset as it is written: as it is, where there is no key. The name is bound in, so that nobody who can write to
// the store can put one asset in another's place.
func (s *Store) sealed(name string, data []byte, modified time.Time) asset {
	a := asset{Modified: modified.UnixNano()}
	if s.seal == nil {
		a.Data = data
		return a
	}
	nonce := make([]byte, s.seal.NonceSize())
	_, _ = rand.Read(nonce)
	a.Sealed = s.seal.Seal(nonce, nonce, data, sealData(name))
	return a
}

// opened is what an asset holds. ok is false when it lies under another key than ours: it is worth nothing then, and is
// obtained and written anew.
func (s *Store) opened(name string, a asset) (data []byte, ok bool) {
	if a.Sealed == nil {
		return a.Data, true
	}
	if s.seal == nil || len(a.Sealed) < s.seal.NonceSize() {
		return nil, false
	}
	n := s.seal.NonceSize()
	data, err := s.seal.Open(nil, a.Sealed[:n], a.Sealed[n:], sealData(name))
	return data, err == nil
}

func sealData(name string) []byte { return []byte("legekonsultasjon/1 asset" + name) }

// sealAll seals what was written before there was a key. One that somebody else writes meanwhile is left to him.
func (s *Store) sealAll(ctx context.Context) error {
	names, err := s.Assets(ctx, "")
	if err != nil {
		return err
	}
	for _, name := range names {
		var a asset
		revision, err := s.get(ctx, assetKey(name), &a)
		if errors.Is(err, errAbsent) || err == nil && a.Sealed != nil {
			continue
		}
		if err == nil {
			err = s.put(ctx, assetKey(name), s.sealed(name, a.Data, time.Unix(0, a.Modified)), revision, time.Time{})
		}
		if err != nil && !errors.Is(err, errTaken) {
			return err
		}
	}
	return nil
}
