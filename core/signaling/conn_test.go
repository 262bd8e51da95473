package signaling

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ends gives the two ends of each kind of connection.
func ends(t *testing.T) map[string]func() (Conn, Conn) {
	return map[string]func() (Conn, Conn){
		"pipe":   func() (Conn, Conn) { return Pipe() },
		"socket": func() (Conn, Conn) { return socketPair(t) },
	}
}

func socketPair(t *testing.T) (Conn, Conn) {
	t.Helper()
	accepted := make(chan Conn, 1) // capacity 1: one request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := Accept(w, r)
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}))
	t.Cleanup(server.Close)
	a, err := Dial(t.Context(), server.URL, PathDesktop, DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return a, <-accepted
}

func TestConnCarriesBothKinds(t *testing.T) {
	for name, pair := range ends(t) {
		t.Run(name, func(t *testing.T) {
			a, b := pair()
			want := Presence{Desktop: ParticipantID{1, 2}}
			relay := Relay{Peer: ParticipantID{3}, Payload: []byte("sealed")}
			if err := errors.Join(a.Write(t.Context(), want), a.WriteRelay(t.Context(), relay)); err != nil {
				t.Fatal(err)
			}
			if m, _, err := b.Read(t.Context()); err != nil || m != Message(want) {
				t.Fatalf("%v %v", m, err)
			}
			if _, r, err := b.Read(t.Context()); err != nil || !reflect.DeepEqual(*r, relay) {
				t.Fatalf("%v %v", r, err)
			}
			closeBoth(t, a, b)
		})
	}
}

// closeBoth closes a while b reads, as in life.
func closeBoth(t *testing.T, a, b Conn) {
	t.Helper()
	over := make(chan error, 1) // capacity 1: one read
	go func() {
		_, _, err := b.Read(context.Background())
		over <- err
	}()
	_ = a.Close("")
	if err := <-over; err == nil {
		t.Error("read after the end")
	}
	_ = b.Close("")
	_ = b.Close("") // a second call does nothing
}

func TestCloseTellsWhy(t *testing.T) {
	for name, pair := range ends(t) {
		t.Run(name, func(t *testing.T) {
			a, b := pair()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _, _ = a.Read(context.Background()) // answers b's goodbye
			}()
			why := make(chan error, 1) // capacity 1: one read
			go func() {
				_, _, err := b.Read(context.Background())
				why <- err
				_ = b.Close("")
			}()
			_ = a.Close(Draining)
			if err := <-why; CodeOf(err) != Draining {
				t.Errorf("%v", err)
			}
			<-done
			if err := a.Write(t.Context(), Leave{}); err == nil {
				t.Error("written after the end")
			}
		})
	}
}

func TestBadMessageLeavesTheConnectionOpen(t *testing.T) {
	a, b := Pipe()
	end := a.(*pipeEnd)
	end.out.frames <- pipeFrame{data: []byte("{}")}
	if _, _, err := b.Read(t.Context()); CodeOf(err) != BadMessage {
		t.Fatal(err)
	}
	if err := a.Write(t.Context(), Leave{}); err != nil {
		t.Fatal(err)
	}
	if m, _, err := b.Read(t.Context()); err != nil || m != (Leave{}) {
		t.Fatal(m, err)
	}
	_ = a.Close("")
	if _, _, err := b.Read(t.Context()); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestPipeWaitsWhenFull(t *testing.T) {
	a, b := Pipe()
	for range pipeCapacity {
		if err := a.Write(t.Context(), Leave{}); err != nil {
			t.Fatal(err)
		}
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := a.Write(short, Leave{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	_ = b.Close("")
}

func TestPasswordGoesNowhereOverPlainHTTP(t *testing.T) {
	for address, want := range map[string]Code{
		"http://clinic.example":      InsecureAddress,
		"http://192.0.2.7:8700":      InsecureAddress,
		"http://localhost.example":   InsecureAddress,
		"ftp://localhost":            BadAddress,
		"clinic.example":             BadAddress,
		"https://":                   BadAddress,
		"https://user:pw@clinic.org": BadAddress,
		"http://localhost:1":         Unreachable,
		"http://127.0.0.1:1":         Unreachable,
		"http://[::1]:1":             Unreachable,
	} {
		_, err := Client{}.SignIn(t.Context(), address, SignIn{Version: Version, Password: "secret"})
		if CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
		if _, err := Dial(t.Context(), address, PathDesktop, DialOptions{}); CodeOf(err) != want {
			t.Errorf("dial %s: %v, want %s", address, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error("the password is in the error")
		}
	}
}
