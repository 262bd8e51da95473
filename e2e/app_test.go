package e2e

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/e2e/rig"
)

// TestThePageIsAnApp: it can be installed, offers that as its second button, and opens without a network; the app that is
// opened without a link takes the whole message; and the service worker has kept the page and nothing else.
func TestThePageIsAnApp(t *testing.T) {
	s := newStage(t, options{still: true})
	letter := s.inviteBySMS("987 65 432", "+4798765432", "Anne B.")
	p := s.opens(rig.NewChromium, letter.Link, s.still())
	s.keeps(p, letter.Link)
	rig.Until(t, 20*time.Second, "Chromium to find nothing that keeps it from installing", func() bool {
		lacks, err := rig.Installability(p.Browser)
		return err == nil && len(lacks) == 0
	})
	s.offersToInstall(p)

	s.server.Process.Kill()
	if err := p.Reload(); err != nil {
		t.Fatal(err)
	}
	p.Sees(20*time.Second, "Vi får ikke kontakt akkurat nå")
	home := strings.SplitN(letter.Link, "#", 2)[0]
	s.evaluate(p, `sessionStorage.clear()`, nil)
	p.Visit(home)
	p.Sees(20*time.Second, "Åpne videotimen din")
	p.Press(5*time.Second, "#code")
	s.evaluate(p, `document.execCommand("insertText", false, `+quoted(letter.Text)+`)`, nil)
	p.PressWords(5*time.Second, "Delta")
	p.Sees(20*time.Second, "Vi får ikke kontakt akkurat nå")
	s.server.Start()
	p.Sees(20*time.Second, kari.Name)
	waits(p, letter.PIN)
	s.desktop.Sees(20*time.Second, "Anne B.")
}

// keeps looks through what the service worker has kept, in the page's caches and on the disk.
func (s *stage) keeps(p *rig.Page, link string) {
	s.t.Helper()
	var kept []struct {
		Name, URL, Text string
	}
	look := `(async () => { const out = []; for (const name of await caches.keys()) { const cache = await caches.open(name);
		for (const request of await cache.keys()) out.push({ name, url: request.url, text: await (await cache.match(request)).text() }) } return out })()`
	rig.Until(s.t, 20*time.Second, "the page to be kept", func() bool {
		active := false
		_ = p.Eval(`navigator.serviceWorker.ready.then((r) => r.active.state === "activated")`, &active)
		return active && p.Eval(look, &kept) == nil && len(kept) > 20
	})
	secret, _ := access.FindLink(link)
	written := strings.SplitN(link, "#", 2)[1]
	for _, k := range kept {
		u, err := url.Parse(k.URL)
		if err != nil || u.Fragment != "" || u.RawQuery != "" || k.Name != kept[0].Name || !strings.HasPrefix(k.Name, "page ") {
			s.t.Errorf("kept %q in %q", k.URL, k.Name)
		}
		if strings.Contains(k.URL+k.Text, written) || strings.Contains(k.Text, secret.TypedCode()) {
			s.t.Errorf("%s holds the link's secret", u.Path)
		}
	}
	for _, of := range []string{"Service Worker", "Web Applications"} {
		s.search(of, written)
	}
}

// search looks for the secret of a link in a folder of the browser's profile.
func (s *stage) search(of, written string) {
	s.t.Helper()
	folders, err := filepath.Glob(filepath.Join(s.dir, "browsers", "*", "Default", of))
	if err != nil || of == "Service Worker" && len(folders) == 0 {
		s.t.Fatalf("the browser has no folder %q: %v", of, err)
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // the browser goes on working in it
			}
			if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), written) {
				s.t.Errorf("%s holds the link's secret", path)
			}
			return nil
		})
		if err != nil {
			s.t.Error(err)
		}
	}
}

// offersToInstall plays the browser's offer, which it makes in its own time: Delta stays first, the offer is second and is
// taken up by a press.
func (s *stage) offersToInstall(p *rig.Page) {
	s.t.Helper()
	s.evaluate(p, `(() => { const offer = new Event("beforeinstallprompt", { cancelable: true });
		offer.prompt = async () => { document.documentElement.dataset.asked = String(navigator.userActivation.isActive) };
		offer.userChoice = Promise.resolve({ outcome: "accepted" });
		dispatchEvent(offer) })()`, nil)
	var buttons []string
	s.evaluate(p, `[...document.querySelectorAll("main button")].filter((b) => b.offsetParent).map((b) => b.innerText)`, &buttons)
	if len(buttons) < 2 || buttons[0] != "Delta" || buttons[1] != "Last ned appen" {
		s.t.Errorf("the buttons are %q", buttons)
	}
	p.PressWords(5*time.Second, "Last ned appen")
	asked := ""
	rig.Until(s.t, 5*time.Second, "the browser to be asked within the press", func() bool {
		return p.Eval(`document.documentElement.dataset.asked ?? ""`, &asked) == nil && asked == "true"
	})
	s.evaluate(p, `void dispatchEvent(new Event("appinstalled"))`, nil)
	p.Sees(5*time.Second, "Appen er lastet ned")
}

func (s *stage) evaluate(p *rig.Page, expression string, out any) {
	s.t.Helper()
	if err := p.Eval(expression, out); err != nil {
		s.t.Fatalf("%v; the page says:\n%s", err, p.Text())
	}
}
