package handover_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/handover"
	"legekonsultasjon/core/intake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a program that listens and keeps what it was told.
type running struct {
	handover.Address
	mu     sync.Mutex
	orders []handover.Order
}

func (r *running) taken() []handover.Order {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]handover.Order(nil), r.orders...)
}

// run listens at a socket and tells each order these fates.
func run(t *testing.T, fates ...intake.Outcome) *running {
	t.Helper()
	r := &running{Address: handover.NewAddress(filepath.Join(t.TempDir(), "s"))}
	listener, err := net.Listen("unix", r.Socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		handover.Serve(context.Background(), listener, r.Address, func(ctx context.Context, o handover.Order, tell func(intake.Fate)) {
			r.mu.Lock()
			r.orders = append(r.orders, o)
			r.mu.Unlock()
			for _, f := range fates {
				tell(intake.Fate{Outcome: f})
			}
			if len(fates) > 0 && !fates[len(fates)-1].Last() {
				<-ctx.Done()
			}
		})
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return r
}

func TestAnOrderIsTakenAndItsFateTold(t *testing.T) {
	r := run(t, intake.Shown, intake.Confirmed, intake.Sent)
	order := handover.Order{Do: handover.Invite, Way: "command", Request: intake.Request{Phone: "98765432", Name: "Åse"}, Wait: 5 * time.Second}
	var heard []intake.Outcome
	last, err := handover.Ask(t.Context(), r.Address, order, func(f intake.Fate) { heard = append(heard, f.Outcome) })
	if err != nil || last.Outcome != intake.Sent || len(heard) != 3 || len(r.taken()) != 1 || r.taken()[0] != order {
		t.Fatalf("%+v, %v, %v, %+v", last, err, heard, r.taken())
	}
}

func TestTheTimeOfAnOrderEnds(t *testing.T) {
	r := run(t, intake.Shown)
	began := time.Now()
	last, err := handover.Ask(t.Context(), r.Address, handover.Order{Do: handover.Invite, Wait: 200 * time.Millisecond}, nil)
	if err != nil || last.Outcome != intake.Shown || time.Since(began) > 3*time.Second {
		t.Fatalf("%+v, %v after %v", last, err, time.Since(began))
	}
}

func TestOnlyWhoKnowsTheKeyIsHeard(t *testing.T) {
	r := run(t, intake.Sent)
	stranger := handover.NewAddress(r.Socket)
	if _, err := handover.Ask(t.Context(), stranger, handover.Order{Do: handover.Raise}, nil); !errors.Is(err, handover.ErrNotOurs) {
		t.Error(err)
	}
	if _, err := handover.Ask(t.Context(), handover.NewAddress(r.Socket+"x"), handover.Order{}, nil); !errors.Is(err, handover.ErrNotRunning) {
		t.Error(err)
	}
	// Somebody who does not check the other's proof and sends his order with a proof of his own.
	c, err := net.Dial("unix", r.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte(`{"v":1,"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}` + "\n"))
	_, _ = c.Write([]byte(`{"proof":"AAAA","order":{"do":"invite"}}` + "\n"))
	in := bufio.NewScanner(c)
	for in.Scan() {
		var f intake.Fate
		if json.Unmarshal(in.Bytes(), &f) == nil && f.Outcome != "" {
			t.Errorf("a stranger hears %s", in.Text())
		}
	}
	if n := len(r.taken()); n != 0 {
		t.Errorf("%d orders were taken from strangers", n)
	}
}

// TestASocketInTheWayHearsNothing: the order is said only to who has proved the key.
func TestASocketInTheWayHearsNothing(t *testing.T) {
	ours, theirs := net.Pipe()
	heard := make(chan string, 1)
	go func() {
		defer theirs.Close()
		in := bufio.NewReader(theirs)
		first, _ := in.ReadString('\n')
		_, _ = theirs.Write([]byte(`{"nonce":"AAAAAAAAAAAAAAAAAAAAAA==","proof":"AAAA"}` + "\n"))
		rest, _ := in.ReadString('\n')
		heard <- first + rest
	}()
	order := handover.Order{Do: handover.Invite, Request: intake.Request{Phone: "98765432"}}
	if _, err := handover.AskOver(t.Context(), ours, handover.NewAddress("x"), order, nil); !errors.Is(err, handover.ErrNotOurs) {
		t.Error(err)
	}
	if said := <-heard; strings.Contains(said, "98765432") {
		t.Errorf("it heard %q", said)
	}
}

func TestTheAddressIsKeptAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "handover")
	if _, err := handover.ReadAddress(path); !errors.Is(err, handover.ErrNotRunning) {
		t.Error(err)
	}
	a := handover.NewAddress("/run/user/1/s")
	if err := a.Write(path); err != nil {
		t.Fatal(err)
	}
	if b, err := handover.ReadAddress(path); err != nil || b.Socket != a.Socket || string(b.Key) != string(a.Key) {
		t.Errorf("%v, %v", b, err)
	}
}

// FuzzAnswer says anything to the running program: no order comes of it.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"v":1,"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}` + "\n" + `{"proof":"AAAA","order":{"do":"invite"}}` + "\n"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		ours, theirs := net.Pipe()
		done := make(chan error, 1)
		go func() {
			done <- handover.Answer(context.Background(), ours, handover.NewAddress("x"), func(context.Context, handover.Order, func(intake.Fate)) {
				t.Error("an order was taken")
			})
		}()
		go func() { _, _ = bufio.NewReader(theirs).WriteTo(discard{}) }()
		_, _ = theirs.Write(said)
		theirs.Close()
		if <-done == nil {
			t.Error("no error")
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
