// Command screenshots writes the pictures of docs/images: the doctor's window as its own views draw it, and the
// patient's page in a real Chromium, at the sizes of a phone and of a desktop, light and dark.
package main

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/e2e/rig"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: screenshots FOLDER")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := window(out); err != nil {
		return err
	}
	return page(out)
}

// window draws the doctor's views. They need no display.
func window(out string) error {
	var names []string
	for _, name := range []string{"home", "home-empty", "invite", "verify", "call", "settings", "sign-in"} {
		names = append(names, "desktop-"+name, "desktop-"+name+"-dark")
	}
	cmd := exec.Command("go", "run", "./app/ui/uitest/pictures", "-out", out, "-only", strings.Join(names, ","))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// screens of the patient's page, by their names in signaling-server/web/preview/states.js.
var screens = []struct{ name, query string }{
	{"greeting", "state=greeting"},
	{"pin", "state=greeting&type=482"},
	{"waiting", "state=waiting"},
	{"call", "state=call"},
}

func page(out string) error {
	dir, err := os.MkdirTemp("", "screenshots")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	display, err := rig.OpenDisplay(dir, 1400, 1000)
	if err != nil {
		return err
	}
	defer display.Close()
	browser, err := rig.OpenChromium(rig.BrowserOptions{Dir: dir, Env: append(os.Environ(), "DISPLAY="+display.Name), Width: 1280, Height: 900})
	if err != nil {
		return err
	}
	defer browser.Close()
	site := httptest.NewServer(files())
	defer site.Close()
	for _, s := range screens {
		for _, size := range []struct {
			name          string
			width, height int
			scale         float64
		}{{"phone", 390, 844, 2}, {"desk", 1280, 800, 1}} {
			for _, dark := range []bool{false, true} {
				name := "page-" + s.name + "-" + size.name
				if dark {
					name += "-dark"
				}
				if err := rig.Emulate(browser, size.width, size.height, size.scale, dark); err != nil {
					return err
				}
				if err := shoot(browser, site.URL+"/preview/preview.html?language=nb&"+s.query, filepath.Join(out, name+".png")); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return nil
}

// files are the page's own with its preview, and the catalogues where the server has them.
func files() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir("signaling-server/web")))
	mux.HandleFunc("/locales/", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, i18n.Files(), "page."+strings.TrimPrefix(r.URL.Path, "/locales/"))
	})
	return mux
}

func shoot(b rig.Browser, url, file string) error {
	if err := b.Open(url); err != nil {
		return err
	}
	var drawn bool
	deadline := time.Now().Add(10 * time.Second)
	for !drawn {
		if time.Now().After(deadline) {
			return fmt.Errorf("nothing was drawn")
		}
		// Fonts are there, and two frames have been painted since.
		if err := b.Eval(`document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(!!document.querySelector("[data-screen]"))))))`, &drawn); err != nil {
			return err
		}
	}
	png, err := b.Screenshot()
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}
