package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/caddyserver/certmagic"
)

// LetsEncrypt is the directory of the authority that is asked by default.
const LetsEncrypt = certmagic.LetsEncryptProductionCA

// Options say for what and from whom certificates are obtained.
type Options struct {
	Hosts     []string       // DNS names of this server
	Email     string         // where the authority writes to about problems; may be empty
	Directory string         // of the authority; LetsEncrypt when empty
	Roots     *x509.CertPool // that the directory's own certificate is checked by; nil: the machine's
	Storage   certmagic.Storage
	// HTTPPort is the open TCP port on which Challenges is served, behind whatever forwards 80 to it. 0: there is none, and
	// port 443 alone proves that the name is ours (RFC 8737).
	HTTPPort int
	// Port is the open TCP port whose handshakes go through Certificate, behind whatever forwards 443 to it; 443 when 0.
	Port int
	Log  *slog.Logger

	// LookEvery is how often certificates are looked at: 10 minutes. They are renewed in the last third of their life, or
	// when the authority says so (RFC 9773).
	LookEvery time.Duration
}

// Authority obtains and renews certificates until Close.
type Authority struct {
	cache  *certmagic.Cache
	config *certmagic.Config
	issuer *certmagic.ACMEIssuer
	hosts  []string
	stop   context.CancelFunc
}

// Obtain begins to look after the certificates of opts.Hosts and returns at once: until the first one is there handshakes
// fail. By using it the administrator agrees to the authority's terms.
func Obtain(opts Options) (*Authority, error) {
	if len(opts.Hosts) == 0 || opts.Storage == nil {
		return nil, errors.New("certificates need a host name and a store")
	}
	log := bridge(opts.Log)
	a := &Authority{hosts: opts.Hosts}
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return a.config, nil },
		RenewCheckInterval: opts.LookEvery, OCSPCheckInterval: 24 * time.Hour, Logger: log,
	})
	a.config = certmagic.New(a.cache, certmagic.Config{
		Storage: opts.Storage, Logger: log, OCSP: certmagic.OCSPConfig{DisableStapling: true},
		DefaultServerName: opts.Hosts[0],
	})
	directory := opts.Directory
	if directory == "" {
		directory = LetsEncrypt
	}
	a.issuer = certmagic.NewACMEIssuer(a.config, certmagic.ACMEIssuer{
		CA: directory, TestCA: directory, Email: opts.Email, Agreed: true, TrustedRoots: opts.Roots, Logger: log,
		DisableHTTPChallenge: opts.HTTPPort == 0, AltHTTPPort: opts.HTTPPort, AltTLSALPNPort: opts.Port,
	})
	a.config.Issuers = []certmagic.Issuer{a.issuer}
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	if err := a.config.ManageAsync(ctx, opts.Hosts); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Close ends the looking after.
func (a *Authority) Close() {
	a.stop()
	a.cache.Stop()
}

// Certificate is for tls.Config.GetCertificate. It answers the authority's questions too (RFC 8737).
func (a *Authority) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return a.config.GetCertificate(hello)
}

// Challenges answers the authority's questions on port 80 (RFC 8555 section 8.3); everything else goes to next.
func (a *Authority) Challenges(next http.Handler) http.Handler {
	return a.issuer.HTTPChallengeHandler(next)
}

// Protocol is what the authority names by ALPN when it asks on port 443.
const Protocol = "acme-tls/1"

// Config is a server's, with the given source of certificates and ALPN names.
func Config(source func(*tls.ClientHelloInfo) (*tls.Certificate, error), protocols ...string) *tls.Config {
	return &tls.Config{GetCertificate: source, NextProtos: protocols, MinVersion: tls.VersionTLS12}
}
