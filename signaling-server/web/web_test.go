package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"legekonsultasjon/core/i18n"
)

func site(t *testing.T, public string) *Site {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(u, i18n.Files())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(s *Site, method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func TestWhatIsServed(t *testing.T) {
	s := site(t, "https://lege.example")
	for path, kind := range map[string]string{
		"/access.js": "text/javascript", "/tokens.css": "text/css", "/fonts/inter-regular.woff2": "font/woff2",
		"/locales/nb.json": "application/json", "/locales/nn.json": "application/json", "/locales/en.json": "application/json",
		"/app.nb.webmanifest": "application/manifest+json", "/app.nn.webmanifest": "application/manifest+json",
		"/app.en.webmanifest": "application/manifest+json", "/worker.js": "text/javascript", "/icons/maskable-512.png": "image/png",
	} {
		resp := get(s, http.MethodGet, path)
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) {
			t.Error(path, resp.Status, resp.Header.Get("Content-Type"))
		}
		if resp.Header.Get("Cache-Control") != "no-cache" {
			t.Error(path, resp.Header.Get("Cache-Control"))
		}
		again := get(s, http.MethodGet, path, "If-None-Match", resp.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Error(path, again.Status)
		}
	}
	for _, path := range []string{"/web.go", "/web_test.go", "/package.json", "/tsconfig.json", "/test/", "/../main.go", "/locales/", "/x"} {
		if resp := get(s, http.MethodGet, path); resp.StatusCode != http.StatusNotFound {
			t.Error(path, resp.Status)
		}
	}
	if resp := get(s, http.MethodPost, "/access.js"); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Error(resp.Status)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := site(t, "https://lege.example")
	for _, path := range []string{"/", "/access.js", "/no-such-file"} {
		h := get(s, http.MethodGet, path).Header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self' wss://lege.example;",
			"require-trusted-types-for 'script'", "trusted-types worker", "frame-ancestors 'none'", "base-uri 'none'",
			"form-action 'none'"} {
			if !strings.Contains(csp, part) {
				t.Error(path, "lacks", part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Error(csp)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if h.Get(name) != want {
				t.Error(path, name, h.Get(name))
			}
		}
	}
	plain := get(site(t, "http://localhost:8700"), http.MethodGet, "/").Header
	if plain.Get("Strict-Transport-Security") != "" || !strings.Contains(plain.Get("Content-Security-Policy"), "ws://localhost:8700;") {
		t.Error(plain)
	}
}

// TestThePageFindsAllItsFiles follows what the page and its modules name, as a browser does.
func TestThePageFindsAllItsFiles(t *testing.T) {
	s := site(t, "https://lege.example")
	names := regexp.MustCompile(`(?:\b(?:from|import)\s*\(?\s*["']|\b(?:src|href)=["']|\burl\(["']?)([^"'()\s>]+\.[a-z0-9]+)["')]`)
	seen, left := map[string]bool{}, []string{"/"}
	for len(left) > 0 {
		at := left[0]
		left = left[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		resp := get(s, http.MethodGet, at)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", at, resp.Status)
			continue
		}
		if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/") {
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		for _, found := range names.FindAllStringSubmatch(string(body), -1) {
			u, err := url.Parse("https://lege.example" + at)
			if err != nil {
				t.Fatal(err)
			}
			next, err := u.Parse(found[1])
			if err != nil || next.Host != u.Host {
				t.Errorf("%s asks for %s", at, found[1])
				continue
			}
			left = append(left, next.Path)
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d files were found", len(seen))
	}
	if cache := get(s, http.MethodGet, "/").Header.Get("Cache-Control"); cache != "no-store" {
		t.Error(cache)
	}
}

// TestModulesAreNamedInThePage: a browser finds in the page itself whatever app.js leads to.
func TestModulesAreNamedInThePage(t *testing.T) {
	s := site(t, "https://lege.example")
	body := func(path string) string {
		b, err := io.ReadAll(get(s, http.MethodGet, path).Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	page, imports := body("/"), regexp.MustCompile(`(?m)^(?:import|export)\b[^;]*?"(\.{1,2}/[^"]+)";`)
	modules := []string{"/app.js"}
	for i := 0; i < len(modules); i++ { // it grows meanwhile
		at := modules[i]
		if !strings.Contains(page, `<link rel="modulepreload" href="`+at[1:]+`">`) {
			t.Error("the page does not name", at)
		}
		for _, m := range imports.FindAllStringSubmatch(body(at), -1) {
			if found := path.Join(path.Dir(at), m[1]); !slices.Contains(modules, found) {
				modules = append(modules, found)
			}
		}
	}
	if len(modules) < 20 {
		t.Error("only these are reached:", modules)
	}
}
