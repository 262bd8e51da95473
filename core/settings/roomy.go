package settings

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"legekonsultasjon/core/durable"
)

// RoomyLimit is the longest secret, in bytes, that a keyring is asked to hold. Windows takes 2560 and macOS some more;
// the refresh tokens of mail providers can be longer.
const RoomyLimit = 2048

// Roomy is a SecretStore over another with little room. A secret that is too long goes into a sealed file of its own
// (AES-256-GCM), and only the file's key into the other store: without that store the file is worth nothing.
type Roomy struct {
	inner  SecretStore
	folder string
}

// NewRoomy lays the files into folder, which is made when it is needed.
func NewRoomy(inner SecretStore, folder string) *Roomy { return &Roomy{inner, folder} }

// roomyMark begins what stands in the inner store for a file: its name and its key follow.
const roomyMark = "sealed file 1:"

// Get implements SecretStore. A file that is lost or was altered holds nothing of use: ErrNotFound.
func (r *Roomy) Get(ctx context.Context, name string) (string, error) {
	secret, err := r.inner.Get(ctx, name)
	if err != nil {
		return "", err
	}
	mark, ok := strings.CutPrefix(secret, roomyMark)
	if !ok {
		return secret, nil
	}
	file, key, _ := strings.Cut(mark, ":")
	gcm, err := r.seal(key)
	if err != nil {
		return "", ErrNotFound
	}
	data, err := os.ReadFile(filepath.Join(r.folder, filepath.Base(file)))
	if err != nil || len(data) < gcm.NonceSize() {
		return "", ErrNotFound
	}
	n := gcm.NonceSize()
	plain, err := gcm.Open(nil, data[:n], data[n:], []byte(name))
	if err != nil {
		return "", ErrNotFound
	}
	return string(plain), nil
}

// Set implements SecretStore. The new file stands before the key does, and the old file goes last: whatever happens in
// between, the old secret or the new is there.
func (r *Roomy) Set(ctx context.Context, name, secret string) error {
	if len(secret) <= RoomyLimit && !strings.HasPrefix(secret, roomyMark) {
		if err := r.inner.Set(ctx, name, secret); err != nil {
			return err
		}
		r.clean(name, "")
		return nil
	}
	key := base64.RawURLEncoding.EncodeToString(random(32))
	gcm, err := r.seal(key)
	if err != nil {
		return err
	}
	file := r.prefix(name) + rand.Text() + ".sealed"
	nonce := random(gcm.NonceSize())
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(r.folder, file), gcm.Seal(nonce, nonce, []byte(secret), []byte(name))); err != nil {
		return err
	}
	if err := r.inner.Set(ctx, name, roomyMark+file+":"+key); err != nil {
		_ = os.Remove(filepath.Join(r.folder, file))
		return err
	}
	r.clean(name, file)
	return nil
}

// Delete implements SecretStore.
func (r *Roomy) Delete(ctx context.Context, name string) error {
	if err := r.inner.Delete(ctx, name); err != nil {
		return err
	}
	r.clean(name, "")
	return nil
}

// clean removes the files of a secret except one. What cannot be removed is worth nothing without its key.
func (r *Roomy) clean(name, except string) {
	files, _ := filepath.Glob(filepath.Join(r.folder, r.prefix(name)+"*"))
	for _, file := range files {
		if filepath.Base(file) != except {
			_ = os.Remove(file)
		}
	}
}

// prefix begins the names of a secret's files.
func (r *Roomy) prefix(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:8]) + "-"
}

func (r *Roomy) seal(key string) (cipher.AEAD, error) {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
