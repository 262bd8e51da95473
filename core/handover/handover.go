// Package handover lets a second start of the program hand an order to the one that runs: on the same machine, by the same
// user, over a local socket, the same way on Linux, Windows and macOS.
//
// The running program writes an Address into its profile folder, which only the user can read: where it listens and a key
// drawn at this start. Both sides prove the key before a word about a patient is said, so that nobody who puts a socket in
// the way hears a number, and nobody who finds the socket gives an order. One line of JSON each way, then fates:
//
//	-> {"v":1,"nonce":N1}
//	<- {"nonce":N2,"proof":HMAC(key, "server" N1 N2)}
//	-> {"proof":HMAC(key, "client" N1 N2),"order":{...}}
//	<- {"outcome":"shown"} ... until the connection is closed
//
// Everything is bounded: lines, the time of the greeting, the time of an order, and how many are served at once.
package handover

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/intake"
)

// What an order may ask for.
const (
	Raise  = "raise"  // bring the window to the front
	Invite = "invite" // show a request in the verify dialog
	Import = "import" // show a list of appointments
)

// Order is what is handed over.
type Order struct {
	Do      string         `json:"do"`
	Request intake.Request `json:"request,omitzero"` // of Invite
	Way     string         `json:"way,omitempty"`    // of Invite: "url" or "command"
	File    string         `json:"file,omitempty"`   // of Import: an absolute path
	Wait    time.Duration  `json:"wait,omitempty"`   // how long fates are wanted; zero is not at all
}

// Bounds.
const (
	Greeting = 5 * time.Second  // for both proofs and the order
	MaxWait  = 15 * time.Minute // of one order
	maxLine  = 32 << 10         // bytes
	keyLen   = 32
	nonceLen = 16
	version  = 1
)

// Errors of Ask and Answer.
var (
	ErrNotRunning = errors.New("no program runs with this profile")
	ErrNotOurs    = errors.New("the other side does not know the key")
	ErrSpoken     = errors.New("the other side does not speak this protocol")
)

// Address is where the running program listens, and the key that both sides prove.
type Address struct {
	Socket string `json:"socket"`
	Key    []byte `json:"key"`
}

// String keeps the key out of logs.
func (Address) String() string { return "[address]" }

// NewAddress draws a key for a socket.
func NewAddress(socket string) Address {
	key := make([]byte, keyLen)
	_, _ = rand.Read(key) // never fails; it ends the program instead
	return Address{socket, key}
}

// Write puts an address where only the user can read it.
func (a Address) Write(path string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return durable.WriteFile(path, text)
}

// ReadAddress reads what Write wrote. Without a file it is ErrNotRunning.
func ReadAddress(path string) (a Address, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return a, ErrNotRunning
	}
	if json.Unmarshal(text, &a) != nil || len(a.Key) != keyLen || a.Socket == "" {
		return a, fmt.Errorf("%w: its address cannot be read", ErrNotRunning)
	}
	return a, nil
}

type hello struct {
	Version int    `json:"v"`
	Nonce   []byte `json:"nonce"`
}

type proofOfServer struct {
	Nonce []byte `json:"nonce"`
	Proof []byte `json:"proof"`
}

type proofAndOrder struct {
	Proof []byte `json:"proof"`
	Order Order  `json:"order"`
}

// proof is what only somebody with the key can say.
func (a Address) proof(who string, client, server []byte) []byte {
	m := hmac.New(sha256.New, a.Key)
	m.Write([]byte("legekonsultasjon handover 1 " + who + "\n"))
	m.Write(client)
	m.Write(server)
	return m.Sum(nil)
}

// line is a connection that is read and written by lines of JSON.
type line struct {
	net.Conn
	in *bufio.Scanner
}

func newLine(c net.Conn) line {
	in := bufio.NewScanner(c)
	in.Buffer(make([]byte, 0, 1024), maxLine)
	return line{c, in}
}

func (l line) say(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) >= maxLine {
		return ErrSpoken
	}
	_, err = l.Write(append(text, '\n'))
	return err
}

// hear reads one line. The end of the connection is net.ErrClosed.
func (l line) hear(v any) error {
	if !l.in.Scan() {
		if err := l.in.Err(); err != nil {
			return err
		}
		return net.ErrClosed
	}
	if json.Unmarshal(l.in.Bytes(), v) != nil {
		return ErrSpoken
	}
	return nil
}

// Ask hands an order to the program that runs and returns the last fate that it told, at the latest when the order's Wait
// is over or ctx ends; heard, which may be nil, gets each as it comes. Without a running program the error is
// ErrNotRunning.
func Ask(ctx context.Context, a Address, o Order, heard func(intake.Fate)) (last intake.Fate, err error) {
	c, err := (&net.Dialer{Timeout: Greeting}).DialContext(ctx, "unix", a.Socket)
	if err != nil {
		return last, ErrNotRunning
	}
	return AskOver(ctx, c, a, o, heard)
}

// AskOver is Ask over a connection, which it closes.
func AskOver(ctx context.Context, c net.Conn, a Address, o Order, heard func(intake.Fate)) (last intake.Fate, err error) {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	l := newLine(c)
	_ = c.SetDeadline(time.Now().Add(Greeting))
	if err := l.order(a, o); err != nil {
		return last, err
	}
	_ = c.SetDeadline(time.Now().Add(o.Wait + Greeting))
	for {
		var f intake.Fate
		if l.hear(&f) != nil {
			return last, nil // closed, or the time is over: what was heard last counts
		}
		last = f
		if heard != nil {
			heard(f)
		}
	}
}

// order greets and says what is wanted, after the other side has proved the key.
func (l line) order(a Address, o Order) error {
	client := make([]byte, nonceLen)
	_, _ = rand.Read(client)
	if err := l.say(hello{version, client}); err != nil {
		return ErrSpoken
	}
	var server proofOfServer
	if err := l.hear(&server); err != nil {
		return ErrSpoken
	}
	if len(server.Nonce) != nonceLen || !hmac.Equal(server.Proof, a.proof("server", client, server.Nonce)) {
		return ErrNotOurs
	}
	return l.say(proofAndOrder{a.proof("client", client, server.Nonce), o})
}
