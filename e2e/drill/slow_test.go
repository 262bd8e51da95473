package drill

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
)

const (
	slowFrame  = 60 << 10 // bytes
	slowFrames = 80       // for each slow reader: far more than the server and its kernel hold for him
)

// slow has n patients let in who read no more, while a desktop sends to them: each is cut, and what waits for him is
// bounded.
func (a *abuse) slow(t *testing.T, n int) {
	desktop, err := a.signIn().dial(t.Context(), a.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer desktop.Close("")
	way := newNarrow(t, a.host)
	var readers []signaling.Conn
	var names []signaling.ParticipantID
	for range n {
		k := stranger()
		if err := a.create(t.Context(), desktop, k.Invitation, k.Admission); err != nil {
			t.Fatal(err)
		}
		conn, welcome, err := a.joinBy(t.Context(), way.client, k, anywhere())
		if err != nil {
			t.Fatal(err)
		}
		readers, names = append(readers, conn), append(names, welcome.Participant)
	}
	way.gate.Lock()
	release := sync.OnceFunc(way.gate.Unlock)
	defer release()
	for range slowFrames {
		for _, name := range names {
			if err := desktop.WriteRelay(t.Context(), signaling.Relay{Peer: name, Payload: make([]byte, slowFrame)}); err != nil {
				t.Fatal("the desktop was cut: ", err)
			}
		}
	}
	release()
	var cut, held atomic.Int64
	var all sync.WaitGroup
	for _, conn := range readers {
		all.Go(func() {
			defer func() { go conn.Close("") }()
			bytes, over := drained(t.Context(), conn)
			for most := held.Load(); bytes > most && !held.CompareAndSwap(most, bytes); most = held.Load() {
			}
			if over && bytes < slowFrames*slowFrame {
				cut.Add(1)
			}
		})
	}
	all.Wait()
	if int(cut.Load()) != n {
		t.Errorf("%d of %d slow readers were not cut", n-int(cut.Load()), n)
	}
	report("abuse-slow", n, int(cut.Load()), "slow readers cut; at most %d KiB had been taken for one of them", held.Load()>>10)
}

// drained reads what is left for a socket, until it ends or stallLimit has passed.
func drained(ctx context.Context, conn signaling.Conn) (bytes int64, over bool) {
	ctx, cancel := context.WithTimeout(ctx, stallLimit)
	defer cancel()
	began := time.Now()
	for {
		_, relay, err := conn.Read(ctx)
		if err != nil {
			return bytes, time.Since(began) < stallLimit
		}
		if relay != nil {
			bytes += int64(len(relay.Payload))
		}
	}
}
