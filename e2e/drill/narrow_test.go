package drill

import (
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"legekonsultasjon/core/signaling"
)

// narrow is a proxy that brings patients to one server and, while it is held, nothing back to them: a patient who merely does not read is
// served by the kernel, which takes up to 32 MB for him.
type narrow struct {
	client signaling.Client // of patients who come by it
	gate   sync.RWMutex     // locked while it is held
}

func newNarrow(t *testing.T, server string) *narrow {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &narrow{client: signaling.Client{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})}}
	var all sync.WaitGroup
	t.Cleanup(func() { listener.Close(); all.Wait() })
	all.Go(func() {
		for {
			patient, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { n.bring(patient, server) })
		}
	})
	return n
}

// bring forwards one connection until either side ends it.
func (n *narrow) bring(patient net.Conn, server string) {
	defer patient.Close()
	up, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	_ = up.(*net.TCPConn).SetReadBuffer(16 << 10)
	there := make(chan struct{})
	go func() {
		defer close(there)
		defer up.Close()
		pump(up, patient, func() {})
	}()
	pump(patient, up, n.wait)
	patient.Close()
	<-there
}

// wait returns when it is not held.
func (n *narrow) wait() {
	n.gate.RLock()
	defer n.gate.RUnlock()
}

// pump copies until either end fails, and asks before each piece.
func pump(to, from net.Conn, ask func()) {
	piece := make([]byte, 4<<10)
	for {
		ask()
		k, err := from.Read(piece)
		if _, e := to.Write(piece[:k]); e != nil || err != nil {
			return
		}
	}
}
