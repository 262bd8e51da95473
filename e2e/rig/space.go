package rig

import (
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Space is a network namespace of Linux: a network stack of its own, as of another computer.
type Space struct {
	Name string
	file *os.File
}

// MakeSpace makes one with a loopback; it goes with the test. It needs root and Debian's iproute2.
func MakeSpace(t testing.TB, name string) *Space {
	t.Helper()
	IP(t, "netns", "add", name)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
	s := OpenSpace(t, name)
	s.IP(t, "link", "set", "lo", "up")
	return s
}

// OpenSpace opens one that somebody else has made.
func OpenSpace(t testing.TB, name string) *Space {
	t.Helper()
	file, err := os.Open("/var/run/netns/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return &Space{name, file}
}

// IP runs the program of that name.
func IP(t testing.TB, words ...string) {
	t.Helper()
	if out, err := exec.Command("ip", words...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v %s(Debian: apt-get install iproute2; it needs root)", words, err, out)
	}
}

// IP runs it in the space.
func (s *Space) IP(t testing.TB, words ...string) {
	t.Helper()
	IP(t, append([]string{"-n", s.Name}, words...)...)
}

// Through is what a program is started by to run in the space.
func (s *Space) Through() []string { return []string{"ip", "netns", "exec", s.Name} }

// Within runs work on a thread in the space, nil for this process's own; the sockets that it makes stay there. The thread
// comes home afterwards, for others to run on.
func Within[T any](s *Space, work func() (T, error)) (T, error) {
	if s == nil {
		return work()
	}
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

// Forward carries TCP from a port in one space, or in this process's own for nil, to an address in another. A connection
// whose far end is gone hangs, as it does for people.
func Forward(t testing.TB, from *Space, listen string, to *Space, dial string) {
	t.Helper()
	l, err := Within(from, func() (net.Listener, error) { return net.Listen("tcp4", listen) })
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

func carry(near net.Conn, to *Space, dial string) {
	defer near.Close()
	far, err := Within(to, func() (net.Conn, error) { return net.Dial("tcp4", dial) })
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
