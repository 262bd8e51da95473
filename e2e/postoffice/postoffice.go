// Package postoffice is a post office on loopback for the demo and the tests: a real SMTP server, an SMS gateway over
// HTTP, and a web page that shows what arrived, with links to press. Nothing leaves the machine and nothing is kept on
// disk. It can be told to fail in the ways in which real mail servers and gateways do.
package postoffice

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Options say where the office listens and who may post. The zero value listens on free ports of 127.0.0.1 and takes
// mail without signing in and SMS with a secret of its own.
type Options struct {
	Web        string   // web page and SMS gateway, "127.0.0.1:8725"
	SMTP       string   // plain, with STARTTLS offered
	SMTPS      string   // TLS from the first byte
	User       string   // of the mail account; "" asks nobody to sign in
	Password   string   // of the mail account
	Secret     string   // of the SMS gateway; "" draws one
	Hosts      []string // names in the certificate; nil is localhost and the loopback addresses
	Expired    bool     // the certificate ran out yesterday
	NoSTARTTLS bool     // do not offer STARTTLS on the plain port
	Logins     []string // SASL mechanisms on offer; nil is PLAIN and LOGIN
	Log        *slog.Logger
}

// Office is a running post office.
type Office struct {
	options Options
	log     *slog.Logger
	roots   *x509.CertPool
	smtp    *smtp.Server
	web     *http.Server
	addr    struct{ smtp, smtps, web net.Addr }
	open    []net.Listener
	ctx     context.Context // ends when the office closes: stalled answers end with it
	cancel  context.CancelFunc
	served  sync.WaitGroup
	box     box
	faults  faults
	screen  screen
}

// Open starts the office. Close ends it.
func Open(options Options) (*Office, error) {
	o := &Office{options: options, log: options.Log}
	if o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	if o.options.Secret == "" {
		o.options.Secret = rand.Text()
	}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	certificate, roots, err := issue(options.Hosts, options.Expired, time.Now())
	if err != nil {
		return nil, err
	}
	o.roots = roots
	if err := o.listen(certificate); err != nil {
		o.cancel()
		return nil, err
	}
	return o, nil
}

func (o *Office) listen(certificate tls.Certificate) error {
	fail := func(err error) error {
		_ = o.shut()
		return err
	}
	for _, address := range []string{o.options.SMTP, o.options.SMTPS, o.options.Web} {
		if address == "" {
			address = "127.0.0.1:0"
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			return fail(fmt.Errorf("post office: %w", err))
		}
		o.open = append(o.open, l)
		if tcp, ok := l.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
			return fail(fmt.Errorf("post office: %s is not a loopback address", address))
		}
	}
	open := o.open
	o.addr.smtp, o.addr.smtps, o.addr.web = open[0].Addr(), open[1].Addr(), open[2].Addr()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	o.smtp = o.newSMTP(config)
	o.web = &http.Server{Handler: o.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	o.serve(func() error { return o.smtp.Serve(o.connectFaults(open[0])) })
	o.serve(func() error { return o.smtp.Serve(tls.NewListener(o.connectFaults(open[1]), config)) })
	o.serve(func() error { return o.web.Serve(open[2]) })
	return nil
}

func (o *Office) serve(run func() error) {
	o.served.Add(1)
	go func() {
		defer o.served.Done()
		if err := run(); err != nil && !errors.Is(err, http.ErrServerClosed) && o.ctx.Err() == nil {
			o.log.Error("post office", "err", err)
		}
	}()
}

// Close ends the office. SMTP connections are cut; what they still run ends at once on its own.
func (o *Office) Close() error {
	o.cancel()
	_ = o.shut() // by hand: a server that has not come as far as Serve would not know of its listener
	err := errors.Join(ended(o.smtp.Close()), ended(o.web.Close()))
	o.served.Wait()
	return err
}

func (o *Office) shut() error {
	var err error
	for _, l := range o.open {
		err = errors.Join(err, l.Close())
	}
	return err
}

// ended drops the complaint that a listener is closed already.
func ended(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// URL is the address of the web page.
func (o *Office) URL() string { return "http://" + o.webHost() }

func (o *Office) webHost() string {
	_, port, _ := net.SplitHostPort(o.addr.web.String()) // a listener's address has both
	return net.JoinHostPort("localhost", port)
}

// SMSURL is where a JSON SMS gateway listens: POST {"to", "from", "text"} with "Authorization: Bearer SECRET".
func (o *Office) SMSURL() string { return "http://" + o.addr.web.String() + "/gateway/messages" }

// SveveURL is where a gateway in the manner of Sveve listens: GET or POST with user, passwd, to, from, msg, f=json.
func (o *Office) SveveURL() string { return "http://" + o.addr.web.String() + "/SMS/SendMessage" }

// SMSSecret is what both gateways ask for.
func (o *Office) SMSSecret() string { return o.options.Secret }

// SMTPAddr is "host:port" of the plain SMTP server, which also offers STARTTLS.
func (o *Office) SMTPAddr() string { return o.addr.smtp.String() }

// SMTPSAddr is "host:port" of the SMTP server that speaks TLS from the first byte.
func (o *Office) SMTPSAddr() string { return o.addr.smtps.String() }

// Roots is the authority that signed the office's certificate; no system trusts it.
func (o *Office) Roots() *x509.CertPool { return o.roots }
