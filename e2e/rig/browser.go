package rig

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Browser is a patient's browser with one page, driven the way people do it.
type Browser interface {
	Open(url string) error
	Reload() error
	// Eval runs a JavaScript expression in the page, awaits it and decodes its JSON value into out (nil to ignore).
	Eval(expression string, out any) error
	// Click presses the middle of the first element that matches the CSS selector with the mouse.
	Click(selector string) error
	// Keys types into what has the focus.
	Keys(text string) error
	Screenshot() ([]byte, error)
	Close()
}

// Page is a browser's page inside a test: every step fails the test with what it was about.
type Page struct {
	Browser
	t testing.TB
}

// NewPage wraps a browser and closes it with the test.
func NewPage(t testing.TB, b Browser) *Page {
	p := &Page{b, t}
	t.Cleanup(func() {
		if t.Failed() {
			p.Picture(filepath.Join(os.TempDir(), strings.ReplaceAll(t.Name(), "/", "-")+"-page.png"))
		}
		b.Close()
	})
	return p
}

// Picture saves what the page shows.
func (p *Page) Picture(file string) {
	png, err := p.Screenshot()
	if err == nil {
		err = os.WriteFile(file, png, 0o600)
	}
	p.t.Logf("the page: %s %v; it says:\n%s", file, err, p.Text())
}

// Visit opens a URL.
func (p *Page) Visit(url string) {
	p.t.Helper()
	if err := p.Open(url); err != nil {
		p.t.Fatalf("opening the page: %v", err)
	}
}

// Text is what the page shows, "" while it cannot be asked.
func (p *Page) Text() string {
	var s string
	_ = p.Eval(`document.body ? document.body.innerText : ""`, &s)
	return s
}

// Sees waits until the page shows the words.
func (p *Page) Sees(limit time.Duration, words string) {
	p.t.Helper()
	if WaitFor(p.t.Context(), limit, func() bool { return strings.Contains(p.Text(), words) }) != nil {
		p.t.Fatalf("waited %v for the page to say %q; it says:\n%s", limit, words, p.Text())
	}
}

// Press waits for an element that is shown and enabled and clicks it.
func (p *Page) Press(limit time.Duration, selector string) {
	p.t.Helper()
	ready := fmt.Sprintf(`(() => { const e = document.querySelector(%s); if (!e || e.disabled) return false;
		e.scrollIntoView({block: "center", behavior: "instant"}); const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 })()`, quote(selector))
	if WaitFor(p.t.Context(), limit, func() bool { var ok bool; return p.Eval(ready, &ok) == nil && ok }) != nil {
		p.t.Fatalf("waited %v for %s; the page says:\n%s", limit, selector, p.Text())
	}
	if err := p.Click(selector); err != nil {
		p.t.Fatalf("clicking %s: %v", selector, err)
	}
}

// PressWords clicks the button or link with these words.
func (p *Page) PressWords(limit time.Duration, words string) {
	p.t.Helper()
	mark := fmt.Sprintf(`(() => { for (const e of document.querySelectorAll("button, a, [role=button]")) {
		if (e.offsetParent !== null && !e.disabled && e.innerText.trim() === %s) { 
			for (const o of document.querySelectorAll("[data-e2e]")) o.removeAttribute("data-e2e");
			e.setAttribute("data-e2e", ""); return true } } return false })()`, quote(words))
	if WaitFor(p.t.Context(), limit, func() bool { var ok bool; return p.Eval(mark, &ok) == nil && ok }) != nil {
		p.t.Fatalf("waited %v for a button %q; the page says:\n%s", limit, words, p.Text())
	}
	if err := p.Click("[data-e2e]"); err != nil {
		p.t.Fatalf("clicking %q: %v", words, err)
	}
}

// Types types into the first element that matches.
func (p *Page) Types(selector, text string) {
	p.t.Helper()
	p.Press(10*time.Second, selector)
	if err := p.Keys(text); err != nil {
		p.t.Fatalf("typing: %v", err)
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
