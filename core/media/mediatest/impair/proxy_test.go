package impair

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// end is a socket of a side of the proxy.
type end struct {
	t *testing.T
	*net.UDPConn
}

func newEnd(t *testing.T) end {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return end{t, c}
}

func (e end) address() netip.AddrPort { return e.LocalAddr().(*net.UDPAddr).AddrPort() }

func (e end) say(text string, to netip.AddrPort) {
	e.t.Helper()
	if _, err := e.WriteToUDPAddrPort([]byte(text), to); err != nil {
		e.t.Fatal(err)
	}
}

func (e end) hears(text string) netip.AddrPort {
	e.t.Helper()
	_ = e.SetReadDeadline(time.Now().Add(10 * time.Second))
	buffer := make([]byte, 100)
	n, from, err := e.ReadFromUDPAddrPort(buffer)
	if err != nil || string(buffer[:n]) != text {
		e.t.Fatalf("heard %q, %v instead of %q", buffer[:n], err, text)
	}
	return from
}

func TestProxyBothWays(t *testing.T) {
	var seen atomic.Int64
	p := NewProxy(1, func(Passage) { seen.Add(1) })
	defer p.Close()
	a, b := newEnd(t), newEnd(t)
	toB, err := p.Entrance(ToB, b.address())
	if err != nil {
		t.Fatal(err)
	}
	a.say("hello", toB)
	back := b.hears("hello")
	b.say("well?", back)
	if from := a.hears("well?"); from != toB {
		t.Errorf("the answer came from %v instead of %v", from, toB)
	}
	p.Rebind()
	a.say("again", toB)
	if from := b.hears("again"); from == back {
		t.Error("the same exit after Rebind")
	}
	if p.Counts(ToB).Delivered != 2 || p.Counts(ToA).Delivered != 1 {
		t.Errorf("%+v %+v", p.Counts(ToB), p.Counts(ToA))
	}
}

func TestProxyImpairs(t *testing.T) {
	passed := make(chan Passage, 1)
	p := NewProxy(1, func(s Passage) { passed <- s })
	defer p.Close()
	a, b := newEnd(t), newEnd(t)
	toB, err := p.Entrance(ToB, b.address())
	if err != nil {
		t.Fatal(err)
	}
	p.Set(ToB, Conditions{Out: true})
	a.say("lost", toB)
	deadline := time.Now().Add(10 * time.Second)
	for p.Counts(ToB).Lost == 0 {
		if time.Now().After(deadline) {
			t.Fatal("nothing was lost")
		}
		time.Sleep(time.Millisecond)
	}
	p.Set(ToB, Conditions{Delay: 30 * ms})
	a.say("late", toB)
	b.hears("late")
	if s := <-passed; s.Way != ToB || s.Size != 4 || s.Out-s.In < 30*ms {
		t.Errorf("%+v", s)
	}
}
