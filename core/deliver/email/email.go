// Package email sends letters through the clinic's own SMTP account (RFC 5321), always over TLS from the start or by
// STARTTLS; a plain connection is taken to loopback only, for the demo.
package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"legekonsultasjon/core/deliver"

	"github.com/emersion/go-smtp"
)

// Security is how the connection is protected.
type Security string

const (
	TLS      Security = "tls"      // from the first byte, usually port 465
	STARTTLS Security = "starttls" // usually port 587
	None     Security = "none"     // loopback only
)

// Settings are the account.
type Settings struct {
	Host     string
	Port     int
	Security Security
	User     string // "" signs in nowhere
	Password string
	Tokens   Tokens // where set, they take the place of the password (XOAUTH2)
	From     string // address
	FromName string
	Roots    *x509.CertPool // nil trusts the system's
}

// String keeps the password out of logs.
func (Settings) String() string { return "[mail account]" }

// GoString keeps the password out of logs.
func (Settings) GoString() string { return "[mail account]" }

// Times are the limits of one sending.
type Times struct {
	Dial  time.Duration // until the connection stands, TLS and signing in included
	Total time.Duration // for all of it
}

// Usual are the limits that people wait for.
func Usual() Times { return Times{Dial: 10 * time.Second, Total: 30 * time.Second} }

// Channel is a deliver.Channel through one account.
type Channel struct {
	settings Settings
	times    Times
	now      func() time.Time
}

// New checks the settings and makes a channel; nothing is connected yet. The error is an *deliver.Error.
func New(s Settings, times Times, now func() time.Time) (*Channel, error) {
	bad := func(why string) error { return &deliver.Error{Code: deliver.NotSetUp, Err: errors.New(why)} }
	from, err := wire(s.From)
	if err != nil || !ascii(from) {
		return nil, bad("from is no address")
	}
	s.From = from
	switch {
	case s.Host == "" || s.Port < 1 || s.Port > 65535:
		return nil, bad("no host or port")
	case s.Security != TLS && s.Security != STARTTLS && s.Security != None:
		return nil, bad("unknown kind of security")
	case s.Tokens != nil && (s.User == "" || strings.ContainsAny(s.User, "\x00\x01")):
		return nil, bad("a token without its user")
	case s.Security == None && !loopback(s.Host):
		return nil, &deliver.Error{Code: deliver.NotSecure, Err: errors.New("a plain connection is taken to loopback only")}
	}
	return &Channel{s, times, now}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements deliver.Channel. The receipt is the Message-ID.
func (c *Channel) Send(ctx context.Context, m deliver.Message) (string, error) {
	to, err := wire(m.To)
	if err != nil {
		return "", &deliver.Error{Code: deliver.BadReceiver, Err: err}
	}
	m.To = to
	text, err := compose(c.settings, m, c.now())
	if err != nil {
		return "", &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	client, end, err := c.open(ctx)
	if err != nil {
		return "", err
	}
	defer end()
	if err := hand(client, c.settings.From, m.To, text); err != nil {
		return "", err
	}
	_ = client.Quit() // the letter is taken; how the goodbye goes changes nothing
	return messageID(c.settings, m), nil
}

// Check connects and signs in, and sends nothing: what the settings can know before a trial letter.
func (c *Channel) Check(ctx context.Context) error {
	client, end, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	_ = client.Quit()
	return nil
}

// openAs is open with an access token, or "" where the password counts.
func (c *Channel) openAs(ctx context.Context, token string) (*smtp.Client, func(), error) {
	s := c.settings
	began := time.Now()
	dialer := net.Dialer{Timeout: c.times.Dial}
	raw, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return nil, nil, &deliver.Error{Code: deliver.Unreachable, Err: err}
	}
	conn, err := limit(raw, began.Add(c.times.Dial))
	if err != nil {
		_ = raw.Close()
		return nil, nil, &deliver.Error{Code: deliver.Unreachable, Err: err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	end := func() { stop(); _ = conn.Close() }
	client, err := c.secure(conn)
	if err == nil {
		err = c.signIn(client, token)
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	if err := conn.extend(began.Add(c.times.Total)); err != nil {
		end()
		return nil, nil, &deliver.Error{Code: deliver.Unreachable, Err: err}
	}
	return client, end, nil
}

func (c *Channel) secure(conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: c.settings.Host, RootCAs: c.settings.Roots, MinVersion: tls.VersionTLS12}
	switch c.settings.Security {
	case TLS:
		secured := tls.Client(conn, config)
		if err := secured.Handshake(); err != nil {
			return nil, secureError(err)
		}
		return greeted(smtp.NewClient(secured))
	case STARTTLS:
		client, err := smtp.NewClientStartTLS(conn, config)
		if err != nil {
			return nil, secureError(err)
		}
		// The handshake is lazy: a bad certificate must show before the password is sent.
		if err := client.Noop(); err != nil {
			return nil, secureError(err)
		}
		return client, nil
	}
	return greeted(smtp.NewClient(conn))
}

// greeted hears the greeting and says EHLO: later methods would do so too, and swallow what went wrong.
func greeted(client *smtp.Client) (*smtp.Client, error) {
	if err := client.Hello("localhost"); err != nil {
		return nil, answered(err, deliver.Refused)
	}
	return client, nil
}

// hand goes through MAIL, RCPT and DATA. Before the final dot nothing was handed over; after it, silence means that
// nobody can tell.
func hand(client *smtp.Client, from, to string, text []byte) error {
	options := &smtp.MailOptions{UTF8: !ascii(to)}
	if ok, _ := client.Extension("SMTPUTF8"); options.UTF8 && !ok {
		return &deliver.Error{Code: deliver.BadReceiver, Err: errors.New("the server takes ASCII addresses only")}
	}
	if err := client.Mail(from, options); err != nil {
		return answered(err, deliver.BadSender)
	}
	if err := client.Rcpt(to, nil); err != nil {
		return answered(err, deliver.BadReceiver)
	}
	data, err := client.Data()
	if err != nil {
		return answered(err, deliver.Refused)
	}
	if _, err := data.Write(text); err != nil {
		return answered(err, deliver.Refused)
	}
	if err := data.Close(); err != nil {
		var answer *smtp.SMTPError
		if errors.As(err, &answer) {
			return answered(err, deliver.Refused)
		}
		return &deliver.Error{Code: deliver.Unknown, Err: quiet(err)}
	}
	return nil
}
