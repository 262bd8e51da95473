// Package web holds the patient's page and serves it: static files embedded in the program, under headers that allow
// nothing but the page's own code, its own server and its own camera and microphone.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

//go:embed *.* fonts views
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

// New reads the page, and from catalogues the files page.<language>.json as /locales/<language>.json. public is the
// address at which patients reach the server.
func New(public *url.URL, catalogues fs.FS) (*Site, error) {
	s := &Site{public: public, files: map[string]file{}}
	if err := s.addPage(); err != nil {
		return nil, err
	}
	return s, s.addCatalogues(catalogues)
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
	if catalogues == nil {
		return nil
	}
	names, err := fs.Glob(catalogues, "page.*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		language := strings.TrimPrefix(path.Base(name), "page.")
		if err := s.add(catalogues, name, "/locales/"+language); err != nil {
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
	sum := sha256.Sum256(body)
	f := file{kind: contentTypes()[path.Ext(name)], tag: `"` + hex.EncodeToString(sum[:16]) + `"`, body: body}
	s.files[at] = f
	if at == "/index.html" {
		s.files["/"] = f
	}
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

// policy names the socket's origin beside 'self': Safari before 15.4 does not count ws and wss as the same origin.
func policy(public *url.URL) string {
	socket := "ws://" + public.Host
	if public.Scheme == "https" {
		socket = "wss://" + public.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; font-src 'self'; manifest-src 'self'; connect-src 'self' " + socket + "; base-uri 'none'; " +
		"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}
