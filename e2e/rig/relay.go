package rig

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Relay stands in front of the real server as whoever runs the server's machine would: it ends every socket and opens
// its own to the server, sees all that is sent, and may change, drop, repeat or invent any of it.
type Relay struct {
	URL string // what patients and doctors use

	mu     sync.Mutex
	tamper Tamper
	record io.Writer
	lose   map[string]int
}

// Tamper sees one message and returns what goes on instead, in order. It may send more into either direction by the
// socket. It is called for one message of a socket at a time.
type Tamper func(*Socket, Passing) []Passing

// Passing is one WebSocket message on its way.
type Passing struct {
	Up   bool // from the patient or the desktop to the server
	Text bool
	Data []byte
}

// Socket is one connection through the relay.
type Socket struct {
	Path   string // /ws/patient or /ws/desktop
	Number int
	Memory any // the tamperer's own
	ctx    context.Context
	down   *websocket.Conn // to the patient or the desktop
	up     *websocket.Conn // to the server
	end    context.CancelFunc
}

// Send puts a message of the relay's own onto the wire.
func (s *Socket) Send(p Passing) error {
	to, kind := s.down, websocket.MessageBinary
	if p.Up {
		to = s.up
	}
	if p.Text {
		kind = websocket.MessageText
	}
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	return to.Write(ctx, kind, p.Data)
}

// Cut ends the connection on both sides.
func (s *Socket) Cut() { s.end() }

// NewRelay listens on a port and passes everything on to the server at its own port. Give Server the port as Behind.
func NewRelay(t testing.TB, port, server int) *Relay {
	t.Helper()
	r := &Relay{URL: fmt.Sprintf("http://localhost:%d", port)}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	target := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", server)}
	pages := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(target)
		p.Out.Host = p.In.Host
	}}
	var sockets int
	handler := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Upgrade") == "" {
			r.page(pages, w, q)
			return
		}
		r.mu.Lock()
		sockets++
		n := sockets
		r.mu.Unlock()
		r.socket(w, q, target.Host, n)
	})
	proxy := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = proxy.Serve(l) }()
	t.Cleanup(func() { _ = proxy.Close() })
	return r
}

// Tampers sets what happens to messages from now on; nil passes them on.
func (r *Relay) Tampers(f Tamper) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tamper = f
}

// Loses cuts the connection in place of an answer, so many times for each path of the page.
func (r *Relay) Loses(times map[string]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lose = times
}

func (r *Relay) lost(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lose[path] == 0 {
		return false
	}
	r.lose[path]--
	return true
}

// Records writes the plaintext of everything that passes into a file: request lines, headers, bodies, messages.
func (r *Relay) Records(t testing.TB, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record = f
}

func (r *Relay) write(parts ...[]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.record != nil {
		_, _ = r.record.Write(append(bytes.Join(parts, nil), '\n'))
	}
}

func (r *Relay) page(pages http.Handler, w http.ResponseWriter, q *http.Request) {
	if r.lost(q.URL.Path) {
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
	if err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	head, _ := httputil.DumpRequest(q, false)
	r.write(head, body)
	pages.ServeHTTP(&recorder{w, r}, q)
}

// recorder writes answers down as they pass.
type recorder struct {
	http.ResponseWriter
	relay *Relay
}

func (w *recorder) WriteHeader(status int) {
	var head bytes.Buffer
	_ = w.Header().Write(&head)
	w.relay.write(fmt.Appendf(nil, "%d %s\n", status, http.StatusText(status)), head.Bytes())
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.relay.write(b)
	return w.ResponseWriter.Write(b)
}

func (r *Relay) socket(w http.ResponseWriter, q *http.Request, server string, number int) {
	head, _ := httputil.DumpRequest(q, false)
	r.write(head)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	header := http.Header{}
	if origin := q.Header.Get("Origin"); origin != "" {
		header.Set("Origin", origin)
	}
	up, _, err := websocket.Dial(ctx, "ws://"+server+q.URL.RequestURI(), &websocket.DialOptions{HTTPHeader: header, Host: q.Host})
	if err != nil {
		http.Error(w, "no server", http.StatusBadGateway)
		return
	}
	defer func() { _ = up.CloseNow() }()
	down, err := websocket.Accept(w, q, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = down.CloseNow() }()
	up.SetReadLimit(1 << 20)
	down.SetReadLimit(1 << 20)
	s := &Socket{Path: q.URL.Path, Number: number, ctx: ctx, down: down, up: up, end: cancel}
	var one sync.Mutex // a tamperer sees one message of a socket at a time
	go r.pump(s, down, true, &one)
	r.pump(s, up, false, &one)
}

// pump reads one side until it ends, and takes the other with it.
func (r *Relay) pump(s *Socket, from *websocket.Conn, up bool, one *sync.Mutex) {
	defer s.end()
	for {
		kind, data, err := from.Read(s.ctx)
		if err != nil {
			return
		}
		r.write(data)
		one.Lock()
		out := []Passing{{Up: up, Text: kind == websocket.MessageText, Data: data}}
		r.mu.Lock()
		tamper := r.tamper
		r.mu.Unlock()
		if tamper != nil {
			out = tamper(s, out[0])
		}
		for _, p := range out {
			if err = s.Send(p); err != nil {
				break
			}
		}
		one.Unlock()
		if err != nil {
			return
		}
	}
}
