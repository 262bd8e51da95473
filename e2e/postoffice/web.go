package postoffice

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/assets"
)

//go:embed page
var page embed.FS

// beat keeps the event stream alive through idle times.
const beat = 20 * time.Second

// screen is the picture of the desktop window, where there is no display.
type screen struct {
	mu   sync.Mutex
	take func() []byte
}

// SetScreen shows a picture on the web page, fetched anew twice a second while somebody looks: take returns a PNG and
// may be called from any goroutine. nil takes the picture away.
func (o *Office) SetScreen(take func() []byte) {
	o.screen.mu.Lock()
	o.screen.take = take
	o.screen.mu.Unlock()
	o.box.mu.Lock()
	defer o.box.mu.Unlock()
	o.box.notify()
}

func (o *Office) screenshot() func() []byte {
	o.screen.mu.Lock()
	defer o.screen.mu.Unlock()
	return o.screen.take
}

func (o *Office) handler() http.Handler {
	mux := http.NewServeMux()
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /letters.json", o.letters)
	mux.HandleFunc("GET /changes", o.changes)
	mux.HandleFunc("GET /mail/{number}", o.mail)
	mux.HandleFunc("GET /source/{number}", o.source)
	mux.HandleFunc("GET /screen.png", o.picture)
	mux.HandleFunc("GET /font/{weight}", font)
	mux.HandleFunc("POST /gateway/messages", o.gateway)
	mux.HandleFunc("GET /SMS/SendMessage", o.sveve)
	mux.HandleFunc("POST /SMS/SendMessage", o.sveve)
	return onlyHere(mux)
}

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// onlyHere refuses other names than this machine's own: without it a page of the web that lets its name point to
// loopback could read the letters.
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); host != "localhost" && (err != nil || !ip.IsLoopback()) {
			http.Error(w, "this address is not served here", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// letters lists what arrived, newest first.
func (o *Office) letters(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"screen":%t,"letters":%s}`, o.screenshot() != nil, encode(o.Received()))
}

// changes is an event stream: one event at once and one after every change.
func (o *Office) changes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		letters, changed := o.box.watch()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", len(letters)); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-time.After(beat):
		case <-r.Context().Done():
			return
		case <-o.ctx.Done():
			return
		}
	}
}

func (o *Office) find(r *http.Request) (Letter, bool) {
	n, err := strconv.Atoi(r.PathValue("number"))
	for _, l := range o.Received() {
		if err == nil && l.Number == n {
			return l, true
		}
	}
	return Letter{}, false
}

// mail is the HTML part of an e-mail, for a frame: no script runs in it, nothing is loaded, links open beside it.
func (o *Office) mail(w http.ResponseWriter, r *http.Request) {
	l, ok := o.find(r)
	if !ok || l.HTML == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; "+
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'")
	text := []byte(l.HTML)
	head := []byte(`<base target="_blank">`)
	if at := bytes.Index(text, []byte("<head>")); at >= 0 {
		text = bytes.Replace(text, []byte("<head>"), append([]byte("<head>"), head...), 1)
	} else {
		text = append(head, text...)
	}
	_, _ = w.Write(text)
}

// source is an e-mail as it was received.
func (o *Office) source(w http.ResponseWriter, r *http.Request) {
	l, ok := o.find(r)
	if !ok || l.Raw == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(l.Raw)
}

func (o *Office) picture(w http.ResponseWriter, r *http.Request) {
	take := o.screenshot()
	if take == nil {
		http.NotFound(w, r)
		return
	}
	png := take()
	if len(png) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(png)
}

func font(w http.ResponseWriter, r *http.Request) {
	weight := assets.Regular
	if r.PathValue("weight") == "semibold" {
		weight = assets.SemiBold
	}
	w.Header().Set("Content-Type", "font/otf")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(assets.Font(weight))
}
