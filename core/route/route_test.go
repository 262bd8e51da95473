package route

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"
)

var (
	home  = netip.MustParseAddr("192.0.2.7")
	away  = netip.MustParseAddr("198.51.100.9")
	bench = netip.MustParseAddr("203.0.113.1")
)

func at(from netip.Addr, all ...netip.Addr) Place {
	return Place{Addresses: all, From: [2]netip.Addr{from}}
}

func TestWatch(t *testing.T) {
	looks := []any{
		at(home, home), at(home, home), at(home, home, bench), errors.New("not now"), at(away, away, bench),
		at(netip.Addr{}, bench), at(away, away),
	}
	tick := make(chan time.Time)
	look := func() (Place, error) {
		next := looks[0]
		looks = looks[1:]
		if err, ok := next.(error); ok {
			return Place{}, err
		}
		return next.(Place), nil
	}
	times := len(looks) - 1 // without the first
	ctx, cancel := context.WithCancel(t.Context())
	var moved []bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		watch(ctx, tick, look, func(c Change) { moved = append(moved, c.Moved) })
	}()
	for range times {
		tick <- time.Time{}
	}
	cancel()
	<-done
	want := []bool{false, true, true, true}
	if len(moved) != len(want) {
		t.Fatalf("told %v, want %v", moved, want)
	}
	for i := range want {
		if moved[i] != want[i] {
			t.Errorf("told %v, want %v", moved, want)
		}
	}
}

func TestHas(t *testing.T) {
	p := at(home, home)
	for text, want := range map[string]bool{"192.0.2.7": true, "::ffff:192.0.2.7": true, "192.0.2.8": false} {
		if got := p.Has(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The machine that tests has some place, and the same one twice.
func TestLook(t *testing.T) {
	was, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	now, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	if c, differs := compare(was, now); differs {
		t.Errorf("%+v became %+v", was, c)
	}
	for _, a := range was.Addresses {
		if !reaches(a) {
			t.Errorf("%v reaches nobody", a)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	for b.Loop() {
		if _, err := Look(); err != nil {
			b.Fatal(err)
		}
	}
}
