package rig

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

func TestStageStands(t *testing.T) {
	dir := t.TempDir()
	display := NewDisplay(t, dir, 640, 480)
	sound := NewSound(t, dir, "doctor", "patient")
	NewKeyring(t, dir, sound.Dir)
	env := append(os.Environ(), "DISPLAY="+display.Name)
	black := display.Screen().At(100, 100)
	Start(t, dir, "xsetroot", env, "sh", "-c", "xsetroot -solid white; exec sleep 60")
	Until(t, 10*time.Second, "a white screen", func() bool { return display.Screen().At(100, 100) != black })
}

func TestBrowsersAreDriven(t *testing.T) {
	dir := t.TempDir()
	display := NewDisplay(t, dir, 1280, 1000)
	env := append(os.Environ(), "DISPLAY="+display.Name)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<input id=a><button onclick="document.querySelector('p').textContent='Hei '+a.value">Si hei</button><p></p>`)
	}))
	defer site.Close()
	for name, open := range map[string]func(testing.TB, BrowserOptions) *Page{"chromium": NewChromium, "firefox": NewFirefox} {
		t.Run(name, func(t *testing.T) {
			p := open(t, BrowserOptions{Dir: dir, Env: env})
			p.Visit(site.URL)
			p.Types("#a", "Kari")
			p.PressWords(5*time.Second, "Si hei")
			p.Sees(5*time.Second, "Hei Kari")
			p.Browser.Close()
		})
	}
}
