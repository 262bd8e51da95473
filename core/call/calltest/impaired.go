package calltest

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"

	"github.com/pion/transport/v5"
)

// Impaired is a network whose sent UDP packets pass a line: two of them, one for each side, are the two directions of a
// call. It reads the time as time.Now does, and so keeps the time of a testing/synctest bubble too.
type Impaired struct {
	transport.Net

	began   time.Time
	poke    chan struct{} // capacity 1: full means that the deliverer will look anyway
	done    chan struct{}
	once    sync.Once
	running sync.WaitGroup

	mu   sync.Mutex
	line *impair.Line[func()]
	seen func(impair.Passage)
}

// NewImpaired wraps inner with a line that is perfect until Set. seen, if not nil, is told of every packet that arrives.
func NewImpaired(inner transport.Net, seed uint64, seen func(impair.Passage)) *Impaired {
	i := &Impaired{
		Net: inner, began: time.Now(), poke: make(chan struct{}, 1), done: make(chan struct{}),
		line: impair.NewLine[func()](seed), seen: seen,
	}
	i.running.Add(1)
	go i.deliver()
	return i
}

// Now is the time since the network was made.
func (i *Impaired) Now() time.Duration { return time.Since(i.began) }

// Set changes the conditions from now on.
func (i *Impaired) Set(c impair.Conditions) {
	i.mu.Lock()
	i.line.Set(c, i.Now())
	i.mu.Unlock()
	i.wake()
}

// Counts are the line's.
func (i *Impaired) Counts() impair.Counts {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.line.Counts
}

func (i *Impaired) wake() {
	select {
	case i.poke <- struct{}{}:
	default:
	}
}

// Close loses what is on its way and ends the deliverer.
func (i *Impaired) Close() {
	i.once.Do(func() { close(i.done) })
	i.running.Wait()
}

func (i *Impaired) deliver() {
	defer i.running.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(i.pass())
		select {
		case <-i.done:
			return
		case <-i.poke:
		case <-timer.C:
		}
	}
}

// pass delivers what is due and returns how long there is nothing to do.
func (i *Impaired) pass() time.Duration {
	for {
		now := i.Now()
		i.mu.Lock()
		parcel, ok := i.line.Take(now)
		next, more := i.line.Next()
		i.mu.Unlock()
		if ok {
			parcel.What()
			if i.seen != nil {
				i.seen(impair.Passage{Way: impair.ToB, Size: parcel.Size, In: parcel.In, Out: now})
			}
			continue
		}
		if !more {
			return time.Hour
		}
		return max(next-now, 0)
	}
}

func (i *Impaired) send(data []byte, write func([]byte)) {
	held := append([]byte(nil), data...)
	i.mu.Lock()
	i.line.Put(func() { write(held) }, len(held), i.Now())
	i.mu.Unlock()
	i.wake()
}

// ListenUDP implements transport.Net.
func (i *Impaired) ListenUDP(network string, address *net.UDPAddr) (transport.UDPConn, error) {
	c, err := i.Net.ListenUDP(network, address)
	if err != nil {
		return nil, err
	}
	return &impairedConn{c, i}, nil
}

// impairedConn sends over the line.
type impairedConn struct {
	transport.UDPConn
	net *Impaired
}

// WriteTo implements net.PacketConn.
func (c *impairedConn) WriteTo(b []byte, to net.Addr) (int, error) {
	c.net.send(b, func(b []byte) { _, _ = c.UDPConn.WriteTo(b, to) })
	return len(b), nil
}

// WriteToUDP implements transport.UDPConn.
func (c *impairedConn) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) {
	return c.WriteTo(b, to)
}

// WriteToUDPAddrPort is as *net.UDPConn's.
func (c *impairedConn) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteTo(b, net.UDPAddrFromAddrPort(to))
}
