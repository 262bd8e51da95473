package signaling

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// DialOptions are the ways in which a Dial can differ. The zero value is right for production.
type DialOptions struct {
	Client Client      // certificates and proxy
	Header http.Header // sent with the upgrade; nil for none
}

// Dial opens a socket to path (PathPatient or PathDesktop) of a server. ctx bounds the dialling only, which takes at most
// four seconds. The caller sends the first message within FirstMessage and keeps a Read running: pings are answered
// there. Errors are *Error as for Client.SignIn, InsecureAddress included.
func Dial(ctx context.Context, serverURL, path string, opts DialOptions) (Conn, error) {
	u, err := parseAddress(serverURL)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	ws, resp, err := websocket.Dial(limited, u.JoinPath(path).String(), &websocket.DialOptions{
		HTTPClient: opts.Client.http(), HTTPHeader: opts.Header,
	})
	if err != nil && resp != nil {
		return nil, &Error{Code: NotOurServer, Err: fmt.Errorf("status %d", resp.StatusCode)}
	}
	if err != nil {
		return nil, networkError(ctx, err)
	}
	return newSocket(ws), nil
}

// Accept upgrades a request to a Conn. The caller has checked the Origin already. When it returns an error the answer has
// been written. The Conn outlives the handler: read it in a goroutine of its own and return, which frees the handler's
// buffers.
func Accept(w http.ResponseWriter, r *http.Request) (Conn, error) {
	control, taken := new(flood), &hijacker{ResponseWriter: w}
	ws, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, OnPingReceived: control.ping, OnPongReceived: control.pong,
	})
	if err != nil {
		return nil, err
	}
	control.end = func() { _ = ws.CloseNow() }
	s := newSocket(ws)
	s.under = taken.conn
	return s, nil
}

// hijacker keeps hold of the connection under a WebSocket.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

// socketBuffer is what a socket reads and writes through, in bytes each way: a short frame fits. Those of net/http are eight
// times as large, and every socket would keep them for as long as it is idle.
const socketBuffer = 512

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (conn net.Conn, buffered *bufio.ReadWriter, err error) {
	conn, large, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = conn
	early, _ := large.Reader.Peek(large.Reader.Buffered())
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), conn), max(socketBuffer, len(early)))
	_, _ = in.Peek(len(early)) // so that it counts as buffered: the library resets the reader and keeps no more than that
	return conn, bufio.NewReadWriter(in, bufio.NewWriterSize(conn, socketBuffer)), nil
}

// flood ends a connection on which control frames come faster than anybody needs: each of them is work, and a ping is
// answered. The reader's goroutine alone uses it.
type flood struct {
	end  func() // of the connection; waits for the reader
	from time.Time
	seen int
}

const (
	controlFrames = 60 // in a controlSpan
	controlSpan   = 10 * time.Second
)

func (f *flood) ping(context.Context, []byte) bool { return f.passes(time.Now()) }

func (f *flood) pong(context.Context, []byte) { f.passes(time.Now()) }

func (f *flood) passes(now time.Time) bool {
	if now.Sub(f.from) >= controlSpan {
		f.from, f.seen = now, 0
	}
	if f.seen++; f.seen == controlFrames+1 {
		go f.end()
	}
	return f.seen <= controlFrames
}

// LastHeard says when the other side of c last sent anything, pongs included. ok is false for a Conn that does not know.
func LastHeard(c Conn) (at time.Time, ok bool) {
	s, ok := c.(*socket)
	if !ok {
		return time.Time{}, false
	}
	return time.Unix(0, s.heard.Load()), true
}

// Cut ends c at once and without a word; who reads or writes gets an error.
func Cut(c Conn) {
	if s, ok := c.(*socket); ok && s.under != nil {
		_ = s.under.Close()
		return
	}
	_ = c.Close("")
}

// socket is a Conn over a WebSocket. Its keep-alive is a timer, not a goroutine: an idle socket costs its reader only.
type socket struct {
	ws    *websocket.Conn
	under net.Conn     // of an accepted one
	heard atomic.Int64 // nanoseconds since 1970

	mu     sync.Mutex
	closed bool
	pinger *time.Timer
}

func newSocket(ws *websocket.Conn) *socket {
	ws.SetReadLimit(MaxMessage)
	s := &socket{ws: ws}
	s.touch()
	s.mu.Lock()
	s.pinger = time.AfterFunc(PingInterval, s.ping)
	s.mu.Unlock()
	return s
}

func (s *socket) touch() { s.heard.Store(time.Now().UnixNano()) }

// ping runs on the timer's goroutine. A missing pong ends the connection; the reader sees it.
func (s *socket) ping() {
	ctx, cancel := context.WithTimeout(context.Background(), PongTimeout)
	defer cancel()
	if err := s.ws.Ping(ctx); err != nil {
		_ = s.ws.CloseNow()
		return
	}
	s.touch()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.pinger.Reset(PingInterval)
	}
}

// Read implements Conn. A message that has begun must be complete within MessageTimeout. A Refused comes back as a
// *ClosedError; a message that is not one of ours as a *Error with BadMessage, and the connection is still open then.
func (s *socket) Read(ctx context.Context) (Message, *Relay, error) {
	kind, data, err := s.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	s.touch()
	if kind == websocket.MessageBinary {
		r, err := DecodeRelay(data)
		if err != nil {
			return nil, nil, err
		}
		return nil, &r, nil
	}
	m, err := Decode(data)
	if err != nil {
		return nil, nil, err
	}
	if refused, ok := m.(Refused); ok {
		s.stopPings()
		_ = s.ws.CloseNow() // it was the last message; the other side need not wait for a goodbye
		return nil, nil, &ClosedError{Refused: refused}
	}
	return m, nil, nil
}

func (s *socket) read(ctx context.Context) (websocket.MessageType, []byte, error) {
	kind, r, err := s.ws.Reader(ctx)
	if err != nil {
		return 0, nil, s.over(err)
	}
	limit := time.AfterFunc(MessageTimeout, func() { _ = s.ws.CloseNow() })
	defer limit.Stop()
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, nil, s.over(err)
	}
	return kind, data, nil
}

// over stops the pings of a connection that has ended and names the end.
func (s *socket) over(err error) error {
	s.stopPings()
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return bad(err)
	}
	return fmt.Errorf("socket closed: %w", err)
}

// stopPings reports whether it was the first to do so.
func (s *socket) stopPings() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinger.Stop()
	was := s.closed
	s.closed = true
	return !was
}

// Write implements Conn.
func (s *socket) Write(ctx context.Context, m Message) error {
	data, err := Encode(m)
	if err != nil {
		return err
	}
	return s.write(ctx, websocket.MessageText, data)
}

// WriteRelay implements Conn.
func (s *socket) WriteRelay(ctx context.Context, r Relay) error {
	data, err := EncodeRelay(r)
	if err != nil {
		return err
	}
	return s.write(ctx, websocket.MessageBinary, data)
}

func (s *socket) write(ctx context.Context, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, WriteTimeout)
	defer cancel()
	return s.ws.Write(ctx, kind, data)
}

const farewellTimeout = 2 * time.Second // for the last message to someone who may not be reading

// goodbyeTimeout bounds a Close of an accepted socket: the library would wait without end for the rest of a message that was
// announced as longer than what comes.
const goodbyeTimeout = 4 * time.Second

// Close implements Conn: with a code it sends Refused first. It waits for the other side's goodbye, at most four seconds on
// the server and ten on a client.
func (s *socket) Close(code Code) error {
	if s.under != nil {
		cut := time.AfterFunc(goodbyeTimeout, func() { _ = s.under.Close() })
		defer cut.Stop()
	}
	first := s.stopPings()
	if first && code != "" {
		if data, err := Encode(Refused{Code: code}); err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), farewellTimeout)
			defer cancel()
			_ = s.ws.Write(ctx, websocket.MessageText, data)
		}
	}
	err := s.ws.Close(closeStatus(code), string(code))
	if !first {
		return nil
	}
	return err
}

func closeStatus(code Code) websocket.StatusCode {
	switch code {
	case "":
		return websocket.StatusNormalClosure
	case Draining:
		return websocket.StatusServiceRestart
	}
	return websocket.StatusPolicyViolation
}
