package mail

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// trouble is what a line comes to.
type trouble struct {
	after   int64 // bytes from the client, from which on it happens; 0 is at once
	lose    bool  // what the client sends is lost from then on; otherwise only the answers are
	hangUp  bool  // the line is closed; otherwise it goes dead
	nothing bool  // a line without trouble
}

// line is a proxy to a port of the mail server whose lines come to trouble.
func line(t *testing.T, to int, tr trouble) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ends, all := make(chan struct{}), new(sync.WaitGroup)
	t.Cleanup(func() { close(ends); l.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { carry(client, to, tr, ends, all) })
		}
	})
	a, _ := l.Addr().(*net.TCPAddr)
	return a.Port
}

// carry moves bytes both ways until ends, or until the line's trouble.
func carry(client net.Conn, to int, tr trouble, ends <-chan struct{}, all *sync.WaitGroup) {
	defer client.Close()
	server, err := net.Dial("tcp", address(to))
	if err != nil {
		return
	}
	defer server.Close()
	var sent atomic.Int64
	over := make(chan struct{}, 2) // capacity 2: one for each direction
	bad := func() bool { return !tr.nothing && sent.Load() >= tr.after }
	move := func(dst io.Writer, src io.Reader, count bool) {
		defer func() { over <- struct{}{} }()
		buf := make([]byte, 2048)
		for {
			n, err := src.Read(buf)
			if err != nil {
				return
			}
			if count {
				sent.Add(int64(n))
			}
			switch {
			case bad() && tr.hangUp:
				return
			case bad() && (tr.lose || !count):
				continue
			}
			if _, err := dst.Write(buf[:n]); err != nil {
				return
			}
		}
	}
	all.Go(func() { move(server, client, true) })
	all.Go(func() { move(client, server, false) })
	select {
	case <-over:
	case <-ends:
	}
}
