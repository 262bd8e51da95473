package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/e2e/rig"
)

//go:embed page/call.html
var callPage string

//go:embed page/camera.js
var cameraScript string

// clockCamera is the patient's camera, in both calls.
func clockCamera(s size) string {
	return strings.NewReplacer("WIDTH", strconv.Itoa(s.width), "HEIGHT", strconv.Itoa(s.height), "RATE", strconv.Itoa(rate)).Replace(cameraScript)
}

// site serves the peer's page and hands descriptions from one side to the other.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	boxes map[string]chan string // capacity 1: each text is sent once, and read once
}

func newSite(t *trial) *site {
	s := &site{boxes: map[string]chan string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.Trim(r.URL.Path, "/")
	switch {
	case name == "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, callPage)
	case r.Method == http.MethodPost:
		text, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		select {
		case s.box(name) <- string(text):
		default: // told again: the first counts
		}
	default:
		select {
		case text := <-s.box(name):
			_, _ = io.WriteString(w, text)
		case <-r.Context().Done():
		}
	}
}

func (s *site) box(name string) chan string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boxes[name] == nil {
		s.boxes[name] = make(chan string, 1)
	}
	return s.boxes[name]
}

// address is the page's for a role, with where its pictures stand.
func (s *site) address(role string, z size, remote, own image.Rectangle) string {
	place := func(r image.Rectangle) string { return fmt.Sprintf("%d,%d,%d,%d", r.Min.X, r.Min.Y, r.Dx(), r.Dy()) }
	return fmt.Sprintf("%s/?role=%s&width=%d&height=%d&remote=%s&own=%s", s.URL, role, z.width, z.height, place(remote), place(own))
}

// peerCall is the same call with Chromium in the doctor's place: its pictures stand where ours stood, in the same size.
func peerCall(t *trial, z size, k kit, ours sitting) sitting {
	h := newHouse(t)
	web := newSite(t)
	dir := h.folder("peer")
	doctor := rig.Start(t, dir, "doctor", append(h.sound.Env(os.Environ()), "DISPLAY="+h.screen.Name),
		append(chromiumFlags(filepath.Join(dir, "profile"), h.screen), "--use-file-for-fake-video-capture="+k.clip, "--use-file-for-fake-audio-capture="+k.doctor,
			"--app="+web.address("doctor", z, ours.place, ours.own))...)
	patient := h.browser(z, k.patient)
	patient.Visit(web.address("patient", z, image.Rect(0, 0, 480, 360), image.Rect(0, 380, 160, 500)))
	var at struct{ X, Y, Width, Height int }
	select {
	case text := <-web.box("playing"):
		if err := json.Unmarshal([]byte(text), &at); err != nil {
			t.Fatal(err)
		}
	case <-time.After(40 * time.Second):
		t.Fatal("the two Chromiums do not meet")
	}
	place := image.Rect(at.X, at.Y, at.X+at.Width, at.Y+at.Height)
	w := watch(t, h.screen, rig.Fitted(place, z.width, z.height))
	return h.measure(z, patient, doctor.PID(), w, func(bool) {})
}

// chromiumFlags are those of the stage's browser, without anybody who drives it.
func chromiumFlags(profile string, screen *rig.Display) []string {
	return []string{"/usr/bin/chromium", "--user-data-dir=" + profile, "--no-first-run", "--no-default-browser-check", "--no-sandbox", "--kiosk",
		"--window-position=0,0", fmt.Sprintf("--window-size=%d,%d", screen.Width, screen.Height),
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-gpu",
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
		"--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns", "--autoplay-policy=no-user-gesture-required",
		"--password-store=basic", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"}
}
