package postoffice

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"
)

// issue makes an authority and a certificate by it for hosts. Both live as long as the process.
func issue(hosts []string, expired bool, now time.Time) (tls.Certificate, *x509.CertPool, error) {
	if hosts == nil {
		hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	authority := template("Post office authority", now.AddDate(0, 0, -30), now.AddDate(1, 0, 0))
	authority.IsCA, authority.BasicConstraintsValid, authority.KeyUsage = true, true, x509.KeyUsageCertSign
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	root, err := sign(authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	end := now.AddDate(0, 1, 0)
	if expired {
		end = now.AddDate(0, 0, -1)
	}
	leaf := template("Post office", now.AddDate(0, 0, -10), end)
	leaf.KeyUsage, leaf.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	certificate, err := sign(leaf, root, key.Public(), authorityKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key, Leaf: certificate}, roots, nil
}

func template(name string, from, until time.Time) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err) // the system's source of randomness does not fail
	}
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
}

func sign(c, parent *x509.Certificate, key, by crypto.PublicKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, by)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: %w", c.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}
