package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// timeServer answers SNTP with a clock that is ahead.
func timeServer(t *testing.T, ahead time.Duration) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for buf := make([]byte, 512); ; {
			_, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			answer := make([]byte, 48)
			answer[0], answer[1] = 4<<3|4, 2
			for _, at := range []int{32, 40} {
				binary.BigEndian.PutUint32(answer[at:], uint32(time.Now().Add(ahead).Unix()+ntpEra))
				binary.BigEndian.PutUint32(answer[at+4:], uint32(uint64(time.Now().Nanosecond())<<32/1e9))
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}

// certificateFor writes a certificate for a name that ends after life.
func certificateFor(t *testing.T, name string, life time.Duration) (chain, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(life),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	chain, key = filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{chain: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return chain, key
}

// looked runs check on a data folder and finds words in what it says.
func looked(t *testing.T, want int, words string, args ...string) {
	t.Helper()
	code, out, errs := command(t, "", append([]string{"check"}, args...)...)
	if code != want || !strings.Contains(out, words) {
		t.Errorf("check %v: exit %d, want %d and %q\n%s%s", args, code, want, words, out, errs)
	}
}

// privateFolder is a data folder that nobody else may enter.
func privateFolder(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	data, right, off := privateFolder(t), timeServer(t, 0), timeServer(t, -time.Minute)
	base := []string{"--data", data, "--listen", freeAddress(t), "--time-server", right}
	with := func(more ...string) []string { return append(append([]string{}, base...), more...) }
	looked(t, exitWarned, "store        "+data+" is empty", base...)
	looked(t, exitWarned, "warn  TURN         none", base...)
	looked(t, exitFailed, "FAIL  clock        1m0", with("--time-server", off)...)
	looked(t, exitWarned, "reaches this machine", with("--turn-listen", freeAddress(t), "--turn-public-ip", "127.0.0.1")...)
	aClinic(t, data)
	looked(t, exitWarned, "ok    store        answers", base...)
	looked(t, exitFailed, "turn:127.0.0.1:9?transport=tcp does not answer", with("--turn-urls", "turn:127.0.0.1:9?transport=tcp", "--turn-secret-file", "x")...)
	looked(t, exitUsage, "", "--listen", "8700")
	looked(t, exitUsage, "", "--no-such-setting")
	looked(t, exitUsage, "", "x")
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	looked(t, exitWarned, "can be entered by others", base...)
	if err := os.Truncate(filepath.Join(data, "store", "jetstream", "$G", "streams", "KV_legekonsultasjon", "meta.inf"), 0); err != nil {
		t.Fatal(err)
	}
	looked(t, exitFailed, "signaling-server restore", base...)
	if code, _, errs := command(t, "", "serve", "--data", data, "--listen", "127.0.0.1:0"); code != exitBroken || !strings.Contains(errs, "restore") {
		t.Error(code, errs)
	}
}

func TestCheckKnowsThePortsOfARunningServer(t *testing.T) {
	data := privateFolder(t)
	address, _ := running(t, "--data", data)
	listening := strings.TrimPrefix(address, "http://")
	looked(t, exitWarned, "in use by the server", "--data", data, "--listen", listening)
	looked(t, exitFailed, "in use by another program", "--data", privateFolder(t), "--listen", listening)
	looked(t, exitFailed, "is free, but the server that runs should listen there", "--data", data, "--listen", freeAddress(t))
}

func TestCheckReadsTheCertificate(t *testing.T) {
	for name, c := range map[string]struct {
		life  time.Duration
		host  string
		words string
		code  int
	}{
		"no chain":   {90 * 24 * time.Hour, "localhost", "roots do not lead to it", exitWarned},
		"soon":       {100 * time.Hour, "localhost", "it ends in 4 days", exitWarned},
		"over":       {-time.Hour, "localhost", "it ended at", exitFailed},
		"other name": {90 * 24 * time.Hour, "other", "FAIL  certificate", exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			chain, key := certificateFor(t, c.host, c.life)
			looked(t, c.code, c.words, "--data", privateFolder(t), "--listen", freeAddress(t), "--public-url", "https://localhost", "--tls-cert", chain, "--tls-key", key)
		})
	}
	looked(t, exitFailed, "no such file", "--data", privateFolder(t), "--listen", freeAddress(t), "--public-url", "https://localhost", "--tls-cert", "x", "--tls-key", "y")
	looked(t, exitWarned, "counts as one address", "--data", privateFolder(t), "--listen", freeAddress(t), "--public-url", "https://localhost")
}
