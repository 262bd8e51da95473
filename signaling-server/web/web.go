// Package web holds the patient's page and serves it: static files embedded in the program, under headers that allow
// nothing but the page's own code, its own server and its own camera and microphone.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed *.* fonts icons views
var files embed.FS

// contentTypes is also the list of what is served at all: the folder holds the page's tests and settings beside it.
func contentTypes() map[string]string {
	return map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
		".json": "application/json; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
		".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".ico": "image/x-icon",
		".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav",
	}
}

// file is one served file.
type file struct {
	kind, tag string
	body      []byte
}

// Site answers GET and HEAD for the page. It is safe for concurrent use.
type Site struct {
	public *url.URL
	files  map[string]file // by URL path
}

// New reads the page, and from catalogues the files page.<language>.json as /locales/<language>.json, each with the
// manifest by which the page is installed as /app.<language>.webmanifest. public is the address at which patients reach
// the server.
func New(public *url.URL, catalogues fs.FS) (*Site, error) {
	s := &Site{public: public, files: map[string]file{}}
	if err := s.addPage(); err != nil {
		return nil, err
	}
	if err := s.addCatalogues(catalogues); err != nil {
		return nil, err
	}
	if err := s.preload(); err != nil {
		return nil, err
	}
	return s, s.fillWorker()
}

func (s *Site) addPage() error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !served(name) {
			return err
		}
		return s.add(files, name, "/"+name)
	})
}

// served leaves the page's tests and the settings of its tools out.
func served(name string) bool {
	base := path.Base(name)
	switch {
	case contentTypes()[path.Ext(base)] == "", strings.Contains(base, ".test."), strings.Contains(base, ".config."):
		return false
	case path.Ext(base) == ".json":
		return false
	}
	return true
}

func (s *Site) addCatalogues(catalogues fs.FS) error {
	names, err := pageCatalogues(catalogues)
	if err != nil {
		return err
	}
	for _, name := range names {
		language := strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "page."), ".json")
		at := "/locales/" + language + ".json"
		if err := s.add(catalogues, name, at); err != nil {
			return err
		}
		if err := s.addManifest(language, s.files[at].body); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) add(from fs.FS, name, at string) error {
	body, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	s.put(at, path.Ext(name), body)
	return nil
}

const (
	firstModule = `<script type="module" src="app.js"></script>`
	againPath   = "/again.js" // no module
)

// preload names all modules in the page itself, so that a browser asks for them at once and not one import after the
// other: on a slow line each of these is a round trip.
func (s *Site) preload() error {
	page := s.files["/index.html"].body
	if bytes.Count(page, []byte(firstModule)) != 1 {
		return fmt.Errorf("index.html does not hold %s", firstModule)
	}
	var links strings.Builder
	for _, at := range slices.Sorted(maps.Keys(s.files)) {
		if path.Ext(at) == ".js" && at != workerPath && at != againPath {
			fmt.Fprintf(&links, "<link rel=\"modulepreload\" href=\"%s\">\n  ", at[1:])
		}
	}
	s.put("/index.html", ".html", bytes.Replace(page, []byte(firstModule), []byte(links.String()+firstModule), 1))
	s.files["/"] = s.files["/index.html"]
	return nil
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Harden(w.Header(), s.public)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f, ok := s.files[r.URL.Path]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "no-cache")
	if strings.HasPrefix(f.kind, "text/html") {
		w.Header().Set("Cache-Control", "no-store") // the page's address carries the link's secret in its fragment
	} else {
		w.Header().Set("ETag", f.tag)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}

// Harden sets the security headers of every answer.
func Harden(h http.Header, public *url.URL) {
	h.Set("Content-Security-Policy", policy(public))
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), "+
		"fullscreen=(self), geolocation=(), payment=(), usb=(), display-capture=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Robots-Tag", "noindex")
	if public.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// policy names the socket's origin beside 'self': Safari before 15.4 does not count ws and wss as the same origin. The one
// Trusted Types policy, "worker", makes the address of the service worker and nothing else (install.js); it can be made
// once only.
func policy(public *url.URL) string {
	socket := "ws://" + public.Host
	if public.Scheme == "https" {
		socket = "wss://" + public.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; font-src 'self'; manifest-src 'self'; connect-src 'self' " + socket + "; base-uri 'none'; " +
		"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker"
}
