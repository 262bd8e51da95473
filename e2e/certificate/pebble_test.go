// Package certificate tests certificates that come by themselves, with the real test authority pebble on loopback.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crypto/tls"

	"legekonsultasjon/e2e/rig"
)

// host is what certificates are for; every name leads to loopback.
const host = "lege.example.org"

// validity of the certificates, short enough to see one renewed.
const validity = 24 * time.Second

// authority is a running pebble with a DNS server of its own.
type authority struct {
	t         *testing.T
	directory string
	roots     *x509.CertPool // of its directory
	issued    *x509.CertPool // of what it issues
	log       string
}

// newAuthority starts pebble, which asks at tlsPort whether a name is ours.
func newAuthority(t *testing.T, tlsPort int) *authority {
	t.Helper()
	for _, program := range []string{"pebble", "pebble-challtestsrv"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing: apt-get install pebble", program)
		}
	}
	dir := t.TempDir()
	a := &authority{t: t, roots: x509.NewCertPool()}
	api, management, dns, dnsManagement := free(t), free(t), free(t), free(t)
	a.roots.AppendCertsFromPEM(selfSigned(t, dir))
	config, _ := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": at(api), "managementListenAddress": at(management), "certificate": filepath.Join(dir, "cert.pem"),
		"privateKey": filepath.Join(dir, "key.pem"), "httpPort": free(t), "tlsPort": tlsPort,
		"certificateValidityPeriod": int(validity / time.Second),
	}})
	if err := os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	rig.Start(t, dir, "dns", os.Environ(), "pebble-challtestsrv", "-dns01", at(dns), "-management", at(dnsManagement),
		"-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
	server := rig.Start(t, dir, "pebble", append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=5"),
		"pebble", "-config", filepath.Join(dir, "config.json"), "-dnsserver", at(dns))
	a.directory, a.log = fmt.Sprintf("https://%s/dir", at(api)), server.Log
	rig.Until(t, 30*time.Second, "pebble", func() bool { return a.get("https://"+at(management)+"/roots/0") != nil })
	a.issued = x509.NewCertPool()
	a.issued.AppendCertsFromPEM(a.get("https://" + at(management) + "/roots/0"))
	return a
}

func (a *authority) get(url string) []byte {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: a.roots}, DisableKeepAlives: true,
	}}
	resp, err := client.Get(url)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return data
}

// count of certificates that it has issued.
func (a *authority) count() int {
	data, err := os.ReadFile(a.log)
	if err != nil {
		a.t.Fatal(err)
	}
	return strings.Count(string(data), "Issued certificate serial")
}

func at(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func free(t *testing.T) int {
	t.Helper()
	p, err := rig.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// selfSigned makes the certificate of pebble's own directory and returns it.
func selfSigned(t *testing.T, dir string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "directory"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err1 := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	pkcs8, err2 := x509.MarshalPKCS8PrivateKey(key)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, data := range map[string][]byte{"cert.pem": certificate, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate
}
