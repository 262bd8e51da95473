package postoffice

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Stage is where in an exchange something goes wrong.
type Stage string

// Stages of SMTP in their order, and the one of the gateway.
const (
	AtConnect Stage = "connect"  // before the greeting
	AtSignIn  Stage = "signIn"   // AUTH
	AtSender  Stage = "sender"   // MAIL FROM
	AtTo      Stage = "receiver" // RCPT TO
	AtData    Stage = "data"     // after the final dot: the letter was read and is dropped
	AfterData Stage = "after"    // after the final dot: the letter was read and is kept
	AtGateway Stage = "gateway"  // the SMS gateway, before it takes the message
	AfterSMS  Stage = "afterSMS" // the SMS gateway, after it took the message
)

// Fault is one way to fail. One of Code, Stall and Drop says how.
type Fault struct {
	Stage Stage
	Code  int    // SMTP reply (4xx, 5xx) or HTTP status
	Text  string // of the reply; the gateway's body
	Stall bool   // never answer, until the other side or the office gives up
	Drop  bool   // close the connection
	Times int    // how often; 0 is until Fail is called again
}

type faults struct {
	mu  sync.Mutex
	all []Fault
}

// Fail makes the office fail so from now on, instead of all earlier faults. Without arguments it works again.
func (o *Office) Fail(all ...Fault) {
	o.faults.mu.Lock()
	defer o.faults.mu.Unlock()
	o.faults.all = append([]Fault(nil), all...)
}

// next is the fault of a stage, used up once; nil when there is none.
func (f *faults) next(stage Stage) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := range f.all {
		fault := f.all[n]
		if fault.Stage != stage || fault.Times < 0 {
			continue
		}
		if fault.Times > 0 {
			if f.all[n].Times--; f.all[n].Times == 0 {
				f.all[n].Times = -1
			}
		}
		return &fault
	}
	return nil
}

// stall blocks until the other side closed conn or the office closes.
func stall(ctx context.Context, conn net.Conn) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = conn.SetReadDeadline(time.Time{})
		_, _ = io.Copy(io.Discard, conn) // whatever it says, a TLS handshake for one
	}()
	select {
	case <-gone:
	case <-ctx.Done():
		_ = conn.Close()
		<-gone
	}
}

// answer plays the fault of a stage on an SMTP connection; nil lets it go on.
func (o *Office) answer(stage Stage, c *smtp.Conn) error {
	f := o.faults.next(stage)
	switch {
	case f == nil:
		return nil
	case f.Stall:
		stall(o.ctx, c.Conn())
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "Too late"}
	case f.Drop:
		_ = c.Conn().Close()
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "Gone"}
	}
	text := f.Text
	if text == "" {
		text = "No"
	}
	return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.EnhancedCode{f.Code / 100, 0, 0}, Message: text}
}

// connectFaults plays the faults of AtConnect on the connections that l accepts.
func (o *Office) connectFaults(l net.Listener) net.Listener { return &faulty{l, o} }

type faulty struct {
	net.Listener
	office *Office
}

func (l *faulty) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		f := l.office.faults.next(AtConnect)
		if f == nil {
			return conn, nil
		}
		if f.Code != 0 {
			_, _ = fmt.Fprintf(conn, "%d %s\r\n", f.Code, f.Text)
		}
		if !f.Stall {
			_ = conn.Close()
			continue
		}
		l.office.serve(func() error {
			stall(l.office.ctx, conn)
			return conn.Close()
		})
	}
}
