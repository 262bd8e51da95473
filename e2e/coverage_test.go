package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/e2e/rig"
)

// TestPageInBadCoverage: files of the page are lost on the way and the server goes away meanwhile. The page says so,
// comes by itself when it can, and still has the link.
func TestPageInBadCoverage(t *testing.T) {
	words, err := i18n.Load(i18n.Page, "nb")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	front, back := freeTCP(t), freeTCP(t)
	server := rig.NewServer(t, rig.ServerOptions{Dir: mkdir(t, dir, "server"), Port: back, Behind: front})
	line := rig.NewRelay(t, front, back)
	phones := rig.NewDisplay(t, mkdir(t, dir, "phones"), 480, 900)
	unknown, err := access.Link(server.URL, access.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	browsers := map[string]func(testing.TB, rig.BrowserOptions) *rig.Page{"chromium": rig.NewChromium, "firefox": rig.NewFirefox}
	for name, open := range browsers {
		t.Run(name, func(t *testing.T) {
			p := open(t, rig.BrowserOptions{Dir: mkdir(t, dir, name), Env: append(os.Environ(), "DISPLAY="+phones.Name), Width: 480, Height: 900})
			const gone = 1000 // a browser asks again by itself when a connection it had used before ends
			for tries, part := range []string{"/app.js", "/views/greeting.js", "/locales/nb.json"} {
				line.Loses(map[string]int{part: gone})
				if tries == 0 {
					p.Visit(unknown)
				}
				rig.Until(t, 30*time.Second, "the page to miss "+part, func() bool {
					var before int
					err := p.Eval("history.state?.tries ?? 0", &before)
					return err == nil && before == tries && strings.Contains(p.Text(), "Siden prøver igjen av seg selv")
				})
			}
			line.Loses(map[string]int{"/": 2, "/call.css": 2})
			p.Sees(30*time.Second, words.Text("notValid.title", nil))
			rig.Until(t, 30*time.Second, "the page to have its looks", func() bool {
				var sheets int
				return p.Eval("document.styleSheets.length", &sheets) == nil && sheets == 3
			})
		})
	}
}
