package handover

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"net"
	"sync"
	"time"

	"legekonsultasjon/core/intake"
)

// Take carries out an order and tells what becomes of it until it returns or ctx ends, which is after the order's Wait.
// tell does not block for long and may be called from the goroutine that runs Take only.
type Take func(ctx context.Context, o Order, tell func(intake.Fate))

// maxServed bounds the orders that are under way; one more is closed without an answer.
const maxServed = 8

// Serve answers at a listener until it is closed, and then ends what is under way and returns.
func Serve(ctx context.Context, listener net.Listener, a Address, take Take) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	free := make(chan struct{}, maxServed) // a token for each that is served
	for {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		select {
		case free <- struct{}{}:
		default:
			c.Close()
			continue
		}
		running.Add(1)
		go func() {
			defer running.Done()
			defer func() { <-free }()
			_ = Answer(ctx, c, a, take)
		}()
	}
}

// Answer serves one connection, which it closes. The error says why no order was taken.
func Answer(ctx context.Context, c net.Conn, a Address, take Take) error {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	l := newLine(c)
	_ = c.SetDeadline(time.Now().Add(Greeting))
	o, err := l.takeOrder(a)
	if err != nil {
		return err
	}
	wait := min(max(o.Wait, 0), MaxWait)
	_ = c.SetDeadline(time.Now().Add(wait + Greeting))
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	take(ctx, o, func(f intake.Fate) {
		if l.say(f) != nil {
			cancel() // nobody listens any more
		}
	})
	return nil
}

// takeOrder proves the key and hears the order of somebody who proves it too.
func (l line) takeOrder(a Address) (Order, error) {
	var client hello
	if err := l.hear(&client); err != nil || client.Version != version || len(client.Nonce) != nonceLen {
		return Order{}, ErrSpoken
	}
	server := make([]byte, nonceLen)
	_, _ = rand.Read(server)
	if err := l.say(proofOfServer{server, a.proof("server", client.Nonce, server)}); err != nil {
		return Order{}, ErrSpoken
	}
	var said proofAndOrder
	if err := l.hear(&said); err != nil {
		return Order{}, ErrSpoken
	}
	if !hmac.Equal(said.Proof, a.proof("client", client.Nonce, server)) {
		return Order{}, ErrNotOurs
	}
	return said.Order, nil
}
