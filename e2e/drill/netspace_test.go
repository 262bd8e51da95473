//go:build hostile

package drill

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"golang.org/x/sys/unix"
)

// space is a network namespace of Linux: a network stack of its own.
type space struct {
	name string
	file *os.File
}

// makeSpace makes one with a loopback; it goes with the test.
func makeSpace(t *testing.T, name string) *space {
	t.Helper()
	ip(t, "netns", "add", name)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
	s := openSpace(t, name)
	s.ip(t, "link", "set", "lo", "up")
	return s
}

func openSpace(t *testing.T, name string) *space {
	t.Helper()
	file, err := os.Open("/var/run/netns/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return &space{name, file}
}

// ip runs the program of that name.
func ip(t *testing.T, words ...string) {
	t.Helper()
	if out, err := exec.Command("ip", words...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v %s(Debian: apt-get install iproute2; it needs root)", words, err, out)
	}
}

// ip runs it in the space.
func (s *space) ip(t *testing.T, words ...string) {
	t.Helper()
	ip(t, append([]string{"-n", s.name}, words...)...)
}

// inside runs work on a thread in the space; the sockets that it makes stay there. The thread comes home afterwards, for
// others to run on.
func inside[T any](s *space, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome) // unbuffered: this goroutine waits
	go func() {
		runtime.LockOSThread()
		var o outcome
		var home *os.File
		if home, o.err = os.Open("/proc/thread-self/ns/net"); o.err == nil {
			defer home.Close()
			if o.err = unix.Setns(int(s.file.Fd()), unix.CLONE_NEWNET); o.err == nil {
				o.value, o.err = work()
				if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
					panic(err) // anything else that ran on this thread would run in the wrong network
				}
			}
		}
		runtime.UnlockOSThread()
		done <- o
	}()
	o := <-done
	return o.value, o.err
}

// forward carries TCP from a port in one space, or in this process's own for nil, to an address in another. A connection
// whose far end is gone hangs, as it does for people.
func forward(t *testing.T, from *space, listen string, to *space, dial string) {
	t.Helper()
	in := func() (net.Listener, error) { return net.Listen("tcp4", listen) }
	var l net.Listener
	var err error
	if from == nil {
		l, err = in()
	} else {
		l, err = inside(from, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go carry(near, to, dial)
		}
	}()
}

func carry(near net.Conn, to *space, dial string) {
	defer near.Close()
	out := func() (net.Conn, error) { return net.Dial("tcp4", dial) }
	var far net.Conn
	var err error
	if to == nil {
		far, err = out()
	} else {
		far, err = inside(to, out)
	}
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		_, _ = io.Copy(far, near)
		far.Close()
	}()
	_, _ = io.Copy(near, far)
}

// spaceNet is the network as it looks from a space. It implements transport.Net.
type spaceNet struct {
	*stdnet.Net
	s *space
}

func newSpaceNet(t *testing.T, s *space) *spaceNet {
	t.Helper()
	n, err := inside(s, stdnet.NewNet)
	if err != nil {
		t.Fatal(err)
	}
	return &spaceNet{n, s}
}

// Interfaces implements transport.Net: those of now.
func (n *spaceNet) Interfaces() ([]*transport.Interface, error) {
	fresh, err := inside(n.s, stdnet.NewNet)
	if err != nil {
		return nil, err
	}
	return fresh.Interfaces()
}

// ListenPacket implements transport.Net.
func (n *spaceNet) ListenPacket(network, address string) (net.PacketConn, error) {
	return inside(n.s, func() (net.PacketConn, error) { return n.Net.ListenPacket(network, address) })
}

// ListenUDP implements transport.Net.
func (n *spaceNet) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	return inside(n.s, func() (transport.UDPConn, error) { return n.Net.ListenUDP(network, address) })
}

// Dial implements transport.Net.
func (n *spaceNet) Dial(network, address string) (net.Conn, error) {
	return inside(n.s, func() (net.Conn, error) { return n.Net.Dial(network, address) })
}

// machine is a computer with two cables to the router, of which one is plugged in at a time.
type machine struct {
	*space
	router *space
	number int // its networks are 10.77.(2*number) and the one after
	cable  int
}

// connect lays both cables and plugs the first one in.
func connect(t *testing.T, s, router *space, number int) *machine {
	t.Helper()
	m := &machine{space: s, router: router, number: number}
	for cable := range 2 {
		far := fmt.Sprintf("to%d%d", number, cable)
		s.ip(t, "link", "add", m.port(cable), "type", "veth", "peer", "name", far, "netns", router.name)
		router.ip(t, "addr", "add", m.network(cable)+".1/24", "dev", far)
		router.ip(t, "link", "set", far, "up")
	}
	m.plug(t, 0)
	return m
}

func (m *machine) port(cable int) string    { return fmt.Sprintf("eth%d", cable) }
func (m *machine) network(cable int) string { return fmt.Sprintf("10.77.%d", 2*m.number+cable) }

func (m *machine) plug(t *testing.T, cable int) {
	t.Helper()
	m.cable = cable
	m.ip(t, "link", "set", m.port(cable), "up")
	m.ip(t, "addr", "add", m.network(cable)+".2/24", "dev", m.port(cable))
	m.ip(t, "route", "add", "default", "via", m.network(cable)+".1")
}

// move pulls one cable and plugs the other one in.
func (m *machine) move(t *testing.T) {
	t.Helper()
	m.ip(t, "addr", "flush", "dev", m.port(m.cable))
	m.ip(t, "link", "set", m.port(m.cable), "down")
	m.plug(t, 1-m.cable)
}
