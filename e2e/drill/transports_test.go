//go:build hostile && linux

package drill

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/e2e/rig"
)

// The server stands in a network of its own; doctor and patient share another one, from which UDP leads nowhere.
const (
	serverIP   = "10.78.0.1"
	peopleIP   = "10.78.0.2"
	relayPort  = "3478"
	serverHere = serverIP + ":8443"
	metersHere = serverIP + ":9700"

	networksMade = "DRILL_NETWORKS" // names the server's namespace to the test that runs on the people's side
)

// transports are the ways to the relay, each with the server's settings for it.
var transports = []struct {
	name string
	args []string
}{
	{"udp", []string{"--turn-listen", serverIP + ":" + relayPort}},
	{"tcp", []string{"--turn-tcp-listen", serverIP + ":" + relayPort}},
	{"tls", []string{"--turn-tls-listen", serverIP + ":5349"}},
	{"shared", []string{"--turn-tls-shared"}},
}

// TestTURNTransports is the drill "turn" for a network that lets nothing direct through: a call by way of the relay over
// UDP to its port alone, and with no UDP at all over TCP, over TLS, and over TLS on the port of https.
func TestTURNTransports(t *testing.T) {
	if !asRoot(t) {
		return
	}
	if space := os.Getenv(networksMade); space != "" {
		callByRelay(t, space)
		return
	}
	server, people := fmt.Sprintf("lks%d", os.Getpid()), fmt.Sprintf("lkp%d", os.Getpid())
	joined(t, server, people)
	dir := t.TempDir()
	chain, _, err := rig.Certificate(dir, serverIP)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ip", "netns", "exec", people, "env", builtServer+"="+built(t), networksMade+"="+server,
		"SSL_CERT_FILE="+chain, os.Args[0], "-test.v", "-test.run", "^TestTURNTransports$")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("on the people's side: %v", err)
	}
}

// joined makes two network namespaces with a cable between them. In the second one a packet of UDP is led into a cable that
// ends nowhere, but for those to and from the relay's own port.
func joined(t *testing.T, server, people string) {
	t.Helper()
	for _, name := range []string{server, people} {
		command(t, "ip", "netns", "add", name)
		t.Cleanup(func() { command(t, "ip", "netns", "del", name) })
		command(t, "ip", "-n", name, "link", "set", "lo", "up")
	}
	in := func(name string, lines ...string) {
		for _, line := range lines {
			command(t, append([]string{"ip", "-n", name}, strings.Fields(line)...)...)
		}
	}
	in(server, "link add cable type veth peer name cable netns "+people, "addr add "+serverIP+"/24 dev cable", "link set cable up")
	in(people, "addr add "+peopleIP+"/24 dev cable", "link set cable up",
		"link add nowhere type veth peer name end", "link set nowhere up", "link set end up", "route add default dev nowhere table 99",
		"rule add pref 200 lookup local", "rule del pref 0", "rule add pref 50 ipproto udp dport "+relayPort+" lookup main",
		"rule add pref 51 ipproto udp sport "+relayPort+" lookup local", "rule add pref 100 ipproto udp lookup 99")
}

// callByRelay has a call over each transport.
func callByRelay(t *testing.T, space string) {
	n, survived := runs(t, 5), 0
	var took []time.Duration
	for _, by := range transports {
		ok := t.Run(by.name, func(t *testing.T) {
			url := serveApart(t, space, by.args)
			c := &conversation{office: newOffice(t, url, kari)}
			for run := range n {
				took = append(took, c.begin(t, fmt.Sprintf("ola%d@eksempel.no", run)))
				if carried := relayedBytes(t); carried < 10_000 {
					t.Errorf("the relay carried %d bytes: the call went another way", carried)
				}
			}
		})
		if ok {
			survived++
		}
	}
	report("turn-transports", n*len(transports), n*survived, "calls over UDP, TCP, TLS and the port of https where nothing else gets through; from Delta to hearing each other %s", spread(took))
}

// begin has a call for two seconds, and says how long it took from Delta until both heard each other.
func (c *conversation) begin(t *testing.T, address string) time.Duration {
	t.Helper()
	letter := c.office.invite(address)
	c.patient = newReturning(t, c.office.url, letter, false)
	c.office.await(20*time.Second, "the patient to be ready", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].Ready })
	c.office.desk.Do(desk.DoJoin{Invitation: letter.ID})
	began := time.Now()
	rig.Until(t, 10*time.Second, "both to hear each other", func() bool { return c.heard(began) })
	took := time.Since(began)
	rig.Until(t, 10*time.Second, "two seconds of a call", func() bool { return time.Since(began) > 2*time.Second && c.heard(began.Add(2*time.Second)) })
	c.office.desk.Do(desk.DoLeave{})
	c.office.desk.Do(desk.DoFinish{Invitation: letter.ID})
	c.office.await(10*time.Second, "the end", func(s desk.State) bool { return s.Call == nil && len(s.Waiting) == 0 })
	return took
}

// serveApart runs the server in its own network, with a clinic, and returns where people reach it.
func serveApart(t *testing.T, space string, args []string) (url string) {
	t.Helper()
	dir, chain := t.TempDir(), os.Getenv("SSL_CERT_FILE")
	data, url := filepath.Join(dir, "data"), "https://"+serverHere
	admin := func(stdin string, words ...string) {
		if _, err := rig.Run(t.Context(), os.Environ(), stdin, append([]string{built(t), "admin", words[0], words[1], "--data", data}, words[2:]...)...); err != nil {
			t.Fatal(err)
		}
	}
	admin("", "clinic", "add", "--name", rig.Clinic, "--phone", rig.ClinicPhone, "--require-passcode=false")
	admin(kari.Password+"\n", "doctor", "add", "--clinic", rig.Clinic, "--name", kari.Name, "--email", kari.Email, "--password-stdin")
	rig.Start(t, dir, "server", os.Environ(), append([]string{"ip", "netns", "exec", space, built(t), "serve", "--listen", serverHere,
		"--public-url", url, "--data", data, "--tls-cert", chain, "--tls-key", filepath.Join(filepath.Dir(chain), "key.pem"),
		"--turn-public-ip", serverIP, "--metrics-listen", metersHere}, args...)...)
	rig.Until(t, 20*time.Second, "the server to answer", func() bool {
		resp, err := http.Get("http://" + metersHere + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return url
}

// relayedBytes is what the relay has carried to clients.
func relayedBytes(t *testing.T) (n int) {
	t.Helper()
	resp, err := http.Get("http://" + metersHere + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	_, after, ok := strings.Cut(string(text), `signaling_turn_bytes_total{to="clients"} `)
	if err != nil || !ok {
		t.Fatal("no figure of the relay's: ", err)
	}
	_, _ = fmt.Sscan(after, &n)
	return n
}
