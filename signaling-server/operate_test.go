package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// get asks over http and returns status and body.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// aClinic adds a clinic with a doctor.
func aClinic(t *testing.T, data string) {
	t.Helper()
	for _, args := range [][]string{
		{"admin", "clinic", "add", "--data", data, "--name", "Fjord", "--phone", "55", "--require-passcode=false"},
		{"admin", "doctor", "add", "--data", data, "--clinic", "Fjord", "--name", "Dr. A", "--email", "a@example.org", "--password-stdin"},
	} {
		if code, _, errs := command(t, "korrekt hest", args...); code != exitOK {
			t.Fatal(code, errs)
		}
	}
}

func TestMetricsSayWhatHappens(t *testing.T) {
	data, monitor := t.TempDir(), freeAddress(t)
	aClinic(t, data)
	address, _ := running(t, "--data", data, "--metrics-listen", monitor)
	if err := signIn(t, address); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, address+"/metrics"); status != http.StatusNotFound {
		t.Error("metrics are told to everybody:", status)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		for _, at := range []string{address, "http://" + monitor} {
			if status, text := get(t, at+path); status != http.StatusOK || text != "ok\n" {
				t.Error(at+path, status, text)
			}
		}
	}
	_, text := get(t, "http://"+monitor+"/metrics")
	for _, want := range []string{
		`signaling_sign_ins_total{code=""} 1`, "signaling_store_up 1", "signaling_draining 0", `signaling_sockets{kind="patient"} 0`,
		`signaling_store_calls_total{call="put",code=""} `, `signaling_store_call_seconds_bucket{call="put",le="+Inf"} `,
		"signaling_store_free_bytes ", "signaling_store_restarts_total 0", "signaling_connections ", "process_resident_memory_bytes ", "go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "a@example.org") || strings.Contains(text, "Fjord") {
		t.Error("metrics name somebody")
	}
}

// TestTheDashboardAsksForWhatThereIs holds the dashboard and the alerts against the metrics of a server.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	monitor := freeAddress(t)
	data := t.TempDir()
	aClinic(t, data)
	address, _ := running(t, "--data", data, "--metrics-listen", monitor, "--turn-listen", "127.0.0.1:0", "--turn-public-ip", "127.0.0.1")
	if err := signIn(t, address); err != nil {
		t.Fatal(err)
	}
	_, text := get(t, "http://"+monitor+"/metrics")
	given := map[string]bool{"up": true}
	for _, line := range strings.Split(text, "\n") {
		given[line[:max(0, strings.IndexAny(line, "{ "))]] = true
	}
	// What is counted only once it has happened.
	for _, name := range []string{"signaling_patient_sockets_opened_total", "signaling_patient_sockets_closed_total", "signaling_desktop_sockets_opened_total",
		"signaling_desktop_sockets_closed_total", "signaling_knocks_total", "signaling_requests_total"} {
		given[name] = true
	}
	for _, file := range []string{"../docs/monitoring/dashboard.json", "../docs/monitoring/alerts.yml"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid(content) {
			t.Error(file, "is no JSON")
		}
		asked := regexp.MustCompile(`\b(?:signaling|process|go)_[a-z_]+`).FindAllString(string(content), -1)
		if len(asked) < 5 {
			t.Errorf("%s asks for %v", file, asked)
		}
		for _, name := range asked {
			if !given[name] {
				t.Errorf("%s asks for %s, which there is not", file, name)
			}
		}
	}
}

func TestReadinessEndsBeforeTheServerDoes(t *testing.T) {
	address, stop := running(t, "--data", t.TempDir(), "--drain-delay", "1s")
	ended := make(chan int, 1) // capacity 1: it ends once
	go func() { ended <- stop() }()
	unready := false
	for end := time.Now().Add(900 * time.Millisecond); time.Now().Before(end) && !unready; {
		ready, _ := get(t, address+"/readyz")
		healthy, _ := get(t, address+"/healthz")
		unready = ready == http.StatusServiceUnavailable && healthy == http.StatusOK
	}
	if !unready {
		t.Error("never unready while it still served")
	}
	if code := <-ended; code != exitOK {
		t.Error(code)
	}
}

func TestBackupAndRestore(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	aClinic(t, data)
	_, stop := running(t, "--data", data)
	code, out, errs := command(t, "", "backup", "--data", data, "--out", file)
	if code != exitOK || !strings.Contains(out, "1 clinics, 1 doctors") {
		t.Fatal("of a running server:", code, out, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if code, _, errs := command(t, "", "restore", "--data", data, "--from", file, "--replace"); code != exitInUse {
		t.Error("restored under a running server:", code, errs)
	}
	stop()
	if code, out, errs = command(t, "", "backup", "--data", data, "--out", "-"); code != exitOK || !strings.HasPrefix(out, "\x1f\x8b") {
		t.Error("of a server that does not run:", code, errs)
	}
	if code, out, _ = command(t, "", "backup", "--verify", file); code != exitOK || !strings.Contains(out, "verified") {
		t.Error(code, out)
	}
	if code, _, errs = command(t, "", "restore", "--data", data, "--from", file); code != exitFailed || !strings.Contains(errs, "--replace") {
		t.Error(code, errs)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	if code, out, errs = command(t, "", "restore", "--data", fresh, "--from", file); code != exitOK || !strings.Contains(out, "written and read back") {
		t.Fatal(code, out, errs)
	}
	address, _ := running(t, "--data", fresh)
	if err := signIn(t, address); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(file, 100); err != nil {
		t.Fatal(err)
	}
	if code, _, errs = command(t, "", "backup", "--verify", file); code != exitFailed || !strings.Contains(errs, "not a whole backup") {
		t.Error(code, errs)
	}
	if code, _, _ = command(t, "", "backup", "--data", filepath.Join(data, "nowhere"), "--out", file); code != exitFailed {
		t.Error("a backup of nothing:", code)
	}
}
