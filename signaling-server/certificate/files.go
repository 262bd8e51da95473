// Package certificate has the server's TLS certificates: from files, which it reads again when they change, or from an
// authority that speaks ACME (RFC 8555), obtained and renewed by itself and shared through the server's store.
package certificate

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often files are looked at, at the most.
const lookEvery = 2 * time.Second

// Files serves a certificate from PEM files. When they change they are read again at the next handshake, without a
// restart; a pair that does not fit together is left aside, with a line in the log, until it does.
type Files struct {
	chain, key string
	log        *slog.Logger
	now        func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	stamp   [2]stamp
	looked  time.Time
}

// stamp is what tells that a file is another one.
type stamp struct {
	at   time.Time
	size int64
}

// Open reads the files for the first time.
func Open(chain, key string, log *slog.Logger) (*Files, error) {
	f := &Files{chain: chain, key: key, log: log, now: time.Now}
	var err error
	if f.stamp, err = f.stamps(); err != nil {
		return nil, err
	}
	if f.current, err = f.read(); err != nil {
		return nil, err
	}
	f.looked = f.now()
	return f, nil
}

// Certificate is for tls.Config.GetCertificate.
func (f *Files) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		f.look()
	}
	return f.current, nil
}

func (f *Files) look() {
	stamps, err := f.stamps()
	if err == nil && stamps == f.stamp {
		return
	}
	var fresh *tls.Certificate
	if err == nil {
		fresh, err = f.read()
	}
	if err != nil {
		if stamps != f.stamp {
			f.log.Warn("certificate files have changed and cannot be used; the old ones stay", "err", err)
		}
		f.stamp = stamps // one line per change
		return
	}
	f.current, f.stamp = fresh, stamps
	f.log.Info("certificate read again", "until", fresh.Leaf.NotAfter)
}

func (f *Files) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(f.chain, f.key)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if f.now().After(pair.Leaf.NotAfter) {
		f.log.Warn("certificate has expired", "until", pair.Leaf.NotAfter)
	}
	return &pair, nil
}

func (f *Files) stamps() (out [2]stamp, err error) {
	for i, name := range []string{f.chain, f.key} {
		info, statErr := os.Stat(name)
		if statErr != nil {
			err = errors.Join(err, statErr)
			continue
		}
		out[i] = stamp{info.ModTime(), info.Size()}
	}
	return out, err
}
