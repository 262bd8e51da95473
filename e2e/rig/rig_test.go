package rig

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
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

// A program outlives the thread on which it was asked for: threads of sound end with the device that they served.
func TestProgramsOutliveThreads(t *testing.T) {
	dir := t.TempDir()
	asked := make(chan int)
	var p *Process
	var ask func()
	ask = func() {
		runtime.LockOSThread() // and never lets go: the thread ends with this goroutine
		if syscall.Gettid() == os.Getpid() {
			go ask() // the first thread of a process stays
			return
		}
		p = Start(t, dir, "sleep", nil, "sleep", "60")
		asked <- syscall.Gettid()
	}
	go ask()
	thread := fmt.Sprintf("/proc/self/task/%d", <-asked)
	Until(t, 10*time.Second, "the end of the thread", func() bool {
		_, err := os.Stat(thread)
		return os.IsNotExist(err)
	})
	select {
	case <-p.Done():
		t.Error("the program ended with a thread of ours")
	case <-time.After(200 * time.Millisecond): // the kernel's signal comes with the thread's end
	}
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

func TestNumbersSurvive(t *testing.T) {
	c := PaintClip(t, filepath.Join(t.TempDir(), "clip.y4m"), 640, 480, 15, 5, 1)
	for n, luma := range c.Luma {
		if got, ok := Number(luma); !ok || got != n {
			t.Errorf("frame %d reads as %d, %v", n, got, ok)
		}
	}
	if s := SSIM(c.Luma[0], c.Luma[0]); s < .999 {
		t.Errorf("a picture is %v like itself", s)
	}
	if s := SSIM(c.Luma[0], c.Luma[4]); s > .999 {
		t.Errorf("two pictures are %v alike", s)
	}
}

func TestSpeechIsRecognised(t *testing.T) {
	said := Speech(t, filepath.Join(t.TempDir(), "a.wav"), "God dag. Hvordan har du det i dag? Kneet er fortsatt vondt når jeg går i trapper, men det er bedre enn i forrige uke. Jeg sover godt, og jeg tar tablettene slik vi ble enige om.", "50")
	other := Speech(t, filepath.Join(t.TempDir(), "b.wav"), "Det var godt å høre. Da fortsetter vi med øvelsene, og så tar vi en ny prat om fjorten dager. Ring oss hvis det blir verre.", "50")
	if r, lag := BestCorrelation(Envelope(said), Envelope(said[480*40:]), 50, true); r < .99 || lag != 20 {
		t.Errorf("the same speech: %v at %d", r, lag)
	}
	if r, _ := BestCorrelation(Envelope(said), Envelope(other), 50, true); r > .6 {
		t.Errorf("other speech: %v", r)
	}
}

func TestServerStands(t *testing.T) {
	s := NewServer(t, ServerOptions{Dir: t.TempDir(), Doctors: []Doctor{{"Kari Nordmann", "kari@eksempel.no", "et langt passord"}}})
	s.Process.Kill()
	s.Start()
}
