package front

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/gate"
)

// raw is a WebSocket client that writes what it is told, right or wrong (RFC 6455 section 5.2).
type raw struct {
	net.Conn
	in *bufio.Reader
}

// upgrade sends lines as a request to the patients' door and returns its status.
func (c *clinic) upgrade(lines ...string) (*raw, int) {
	c.t.Helper()
	u, _ := url.Parse(c.url)
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		c.t.Fatal(err)
	}
	r := &raw{conn, bufio.NewReader(conn)}
	resp, err := http.ReadResponse(r.in, nil)
	if err != nil {
		return r, 0
	}
	return r, resp.StatusCode
}

// request is a right one, with lines replaced by their beginning or, when empty after the colon, left out.
func (c *clinic) request(change ...string) []string {
	u, _ := url.Parse(c.url)
	lines := []string{"GET " + signaling.PathPatient + " HTTP/1.1", "Host: " + u.Host, "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "Origin: " + c.url}
	for _, by := range change {
		name, value, _ := strings.Cut(by, ":")
		for i, line := range lines {
			if strings.HasPrefix(strings.ToLower(line), strings.ToLower(name)+":") {
				lines[i] = by
				if value == "" {
					lines = append(lines[:i], lines[i+1:]...)
				}
				break
			}
		}
		if strings.HasPrefix(by, "GET ") || strings.HasPrefix(by, "POST ") {
			lines[0] = by
		}
	}
	return lines
}

// frame is one from a client, with mask. head is the first byte: FIN, reserved bits and opcode.
func frame(head byte, payload []byte) []byte {
	out := []byte{head}
	switch n := len(payload); {
	case n < 126:
		out = append(out, 0x80|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	mask := []byte{1, 2, 3, 4}
	out = append(out, mask...)
	for i, b := range payload {
		out = append(out, b^mask[i%4])
	}
	return out
}

// read returns the next frame of the server's: opcode and payload.
func (r *raw) read() (byte, []byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, nil, err
	}
	if head[1]&0x80 != 0 {
		return 0, nil, errors.New("a masked frame from the server")
	}
	n := uint64(head[1])
	if n >= 126 {
		ext := make([]byte, map[uint64]int{126: 2, 127: 8}[n])
		if _, err := io.ReadFull(r.in, ext); err != nil {
			return 0, nil, err
		}
		n = 0
		for _, b := range ext {
			n = n<<8 | uint64(b)
		}
	}
	payload := make([]byte, n)
	_, err := io.ReadFull(r.in, payload)
	return head[0] & 0x0F, payload, err
}

// end reads to the end: the close status that was sent, 0 for none.
func (r *raw) end() (status int, err error) {
	for {
		opcode, payload, err := r.read()
		if err != nil {
			return status, err
		}
		if opcode == 8 && len(payload) >= 2 {
			status = int(binary.BigEndian.Uint16(payload))
			_, _ = r.Write(frame(0x88, payload[:2]))
		}
	}
}

func TestUpgrades(t *testing.T) {
	c := newClinic(t, nil)
	path := signaling.PathPatient
	for name, k := range map[string]struct {
		change []string
		want   int
	}{
		"as it should be":        {nil, 101},
		"in other letters":       {[]string{"upgrade: WebSocket", "connection: keep-alive, upgrade"}, 101},
		"with extensions":        {[]string{"Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"}, 101},
		"no upgrade":             {[]string{"Upgrade:"}, 426},
		"another upgrade":        {[]string{"Upgrade: h2c"}, 426},
		"no connection":          {[]string{"Connection:"}, 426},
		"no version":             {[]string{"Sec-WebSocket-Version:"}, 400},
		"version 8":              {[]string{"Sec-WebSocket-Version: 8"}, 400},
		"no key":                 {[]string{"Sec-WebSocket-Key:"}, 400},
		"a short key":            {[]string{"Sec-WebSocket-Key: c2hvcnQ="}, 400},
		"a key that is no key":   {[]string{"Sec-WebSocket-Key: ***"}, 400},
		"two keys":               {[]string{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}, 400},
		"POST":                   {[]string{"POST " + path + " HTTP/1.1"}, 405},
		"HTTP/1.0":               {[]string{"GET " + path + " HTTP/1.0"}, 426},
		"no host":                {[]string{"Host:"}, 400},
		"another origin":         {[]string{"Origin: https://evil.example"}, 403},
		"no origin":              {[]string{"Origin:"}, 403},
		"a header that is none":  {[]string{"Origin: " + c.url + "\r\nnonsense"}, 400},
		"a header split in two":  {[]string{"Upgrade: websocket\r\n evil"}, 426},
		"two lengths (smuggled)": {[]string{"Upgrade: websocket\r\nContent-Length: 1\r\nContent-Length: 2"}, 400},
	} {
		if _, got := c.upgrade(c.request(k.change...)...); got != k.want {
			t.Errorf("%s: %d, want %d", name, got, k.want)
		}
	}
}

// TestFrames: what RFC 6455 forbids ends the connection, and what it allows does not.
func TestFrames(t *testing.T) {
	c := newClinic(t, nil)
	d, id := c.desktop(email, 1), byte(0)
	long := bytes.Repeat([]byte("x"), signaling.MaxMessage)
	for name, k := range map[string]struct {
		send []byte
		want int // status; 0 for none at all, 1000 also where the connection is cut without naming what was wrong
	}{
		"no mask":                         {[]byte{0x81, 2, '{', '}'}, 1000},
		"reserved bit 1":                  {frame(0xC1, []byte("{}")), 1002},
		"reserved bit 2":                  {frame(0xA1, []byte("{}")), 1002},
		"reserved bit 3":                  {frame(0x91, []byte("{}")), 1002},
		"opcode 3":                        {frame(0x83, nil), 1002},
		"opcode 7":                        {frame(0x87, nil), 1002},
		"opcode 11":                       {frame(0x8B, nil), 1002},
		"opcode 15":                       {frame(0x8F, nil), 1002},
		"a ping in pieces":                {frame(0x09, nil), 1002},
		"a long ping":                     {frame(0x89, make([]byte, 126)), 1002},
		"a long close":                    {frame(0x88, make([]byte, 126)), 1002},
		"a close of one byte":             {frame(0x88, []byte{3}), 1002},
		"a close with 1005":               {frame(0x88, []byte{0x03, 0xED}), 1002},
		"a close with 999":                {frame(0x88, []byte{0x03, 0xE7}), 1002},
		"a continuation of nothing":       {frame(0x80, []byte("{}")), 1002},
		"a new message within another":    {append(frame(0x01, []byte("{")), frame(0x81, []byte("}"))...), 1002},
		"a length with the highest bit":   {[]byte{0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4}, 1000},
		"a length of 2^62":                {append([]byte{0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4}, make([]byte, len(long)+1)...), 1009}, // and it is not waited for
		"a message too long":              {frame(0x82, append(long, 0)), 1009},
		"too long in pieces":              {append(frame(0x02, long), frame(0x80, long)...), 1009},
		"text that is not UTF-8":          {frame(0x81, []byte{'{', '"', 0xFF, 0xFE, '"', ':', '1', '}'}), 1008},
		"text that is not JSON":           {frame(0x81, []byte("hello")), 1008},
		"an empty text":                   {frame(0x81, nil), 1008},
		"an empty binary":                 {frame(0x82, nil), 1008},
		"a message of the wrong kind":     {frame(0x81, []byte(`{"type":"welcome"}`)), 1008},
		"a close with 1000":               {frame(0x88, []byte{0x03, 0xE8}), 1000},
		"a close with a reason":           {frame(0x88, append([]byte{0x0F, 0xA0}, "ende"...)), 4000},
		"a close with nothing":            {frame(0x88, nil), 0},
		"a close within a message":        {append(frame(0x01, []byte("{")), frame(0x88, []byte{0x03, 0xE8})...), 1000},
		"what comes after a close counts": {append(frame(0x88, []byte{0x03, 0xE8}), frame(0x81, []byte("{}"))...), 1000},
	} {
		id++ // each has an invitation of its own: an invitation has a bound of sockets
		d.create(id, nil)
		knock, _ := signaling.Encode(signaling.Knock{Version: 1, Invitation: signaling.InvitationID{id}, Admission: secret(id)})
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, status := c.upgrade(c.request()...)
			if status != 101 {
				t.Fatal(status)
			}
			_, _ = r.Write(frame(0x81, knock))
			_, _ = r.Write(k.send)
			got, err := r.end()
			if got != k.want || !(errors.Is(err, io.EOF) || strings.Contains(err.Error(), "reset")) {
				t.Errorf("closed with %d (%v), want %d", got, err, k.want)
			}
		})
	}
}

// TestAllowedFrames: pieces, pings between them, long forms of short lengths.
func TestAllowedFrames(t *testing.T) {
	c := newClinic(t, nil)
	d := c.desktop(email, 1)
	d.create(1, nil)
	knock, _ := signaling.Encode(signaling.Knock{Version: 1, Invitation: signaling.InvitationID{1}, Admission: secret(1)})
	r, _ := c.upgrade(c.request()...)
	for i, b := range knock { // one byte each, with a ping after every tenth
		head := byte(0)
		if i == 0 {
			head = 1
		}
		if i == len(knock)-1 {
			head |= 0x80
		}
		_, _ = r.Write(frame(head, []byte{b}))
		if i%10 == 0 {
			_, _ = r.Write(frame(0x89, []byte{byte(i)}))
		}
	}
	_, _ = r.Write(frame(0x8A, []byte("a pong that nobody asked for")))
	pongs := 0
	for {
		opcode, payload, err := r.read()
		if err != nil {
			t.Fatal(err)
		}
		if opcode == 10 {
			if payload[0] != byte(10*pongs) {
				t.Error("a pong with", payload)
			}
			pongs++
		}
		if opcode == 1 {
			if !strings.Contains(string(payload), `"welcome"`) {
				t.Error(string(payload))
			}
			break
		}
	}
	if want := (len(knock) + 9) / 10; pongs != want {
		t.Errorf("%d pongs, want %d", pongs, want)
	}
}

// TestPingFloods: sixty pings are answered, and a flood ends the connection.
func TestPingFloods(t *testing.T) {
	c := newClinic(t, nil)
	for name, head := range map[string]byte{"pings": 0x89, "pongs": 0x8A} {
		r, _ := c.upgrade(c.request()...)
		go func() {
			for range 100_000 {
				if _, err := r.Write(frame(head, []byte("x"))); err != nil {
					return
				}
			}
		}()
		began, answers := time.Now(), 0
		for {
			opcode, _, err := r.read()
			if err != nil {
				break
			}
			if opcode == 10 {
				answers++
			}
		}
		if took := time.Since(began); took > 3*time.Second || answers > 60 {
			t.Errorf("%s: %d answers, ended after %v", name, answers, took)
		}
	}
}

// TestWhoProvesNothingIsCut: whatever a socket without proof does or leaves undone, it is gone in time.
func TestWhoProvesNothingIsCut(t *testing.T) {
	const proof = 500 * time.Millisecond
	c := gated(t, func(o *Options) { o.Proof, o.FirstMessage = proof, 200*time.Millisecond })
	for name, send := range map[string][]byte{
		"nothing": nil, "half a head": {0x81}, "half a length": {0x81, 0xFE, 0}, "half a frame": frame(0x81, []byte("{}"))[:7],
		"half a message": frame(0x01, []byte("{")),
	} {
		r, status := c.upgrade(c.request()...)
		if status != 101 {
			t.Fatal(name, status)
		}
		began := time.Now()
		_, _ = r.Write(send)
		for {
			if _, _, err := r.read(); err != nil { // it reads on, but says no goodbye
				break
			}
		}
		if took := time.Since(began); took > proof+2*time.Second {
			t.Errorf("%s: gone after %v", name, took)
		}
	}
}

// gated is a clinic behind a gate, as the program is.
func gated(t *testing.T, change func(*Options)) *clinic {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	public, _ := url.Parse(fmt.Sprintf("http://%s", inner.Addr()))
	c := newClinic(t, func(o *Options) {
		o.PublicURL = public
		if change != nil {
			change(o)
		}
	})
	s := httptest.NewUnstartedServer(c.server.Handler())
	_ = s.Listener.Close()
	s.Listener = gate.New(inner, gate.Options{})
	s.Config.ConnContext = gate.Context
	s.Start()
	t.Cleanup(s.Close)
	c.url = public.String()
	return c
}
