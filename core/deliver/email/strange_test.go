package email_test

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/email"
	"legekonsultasjon/e2e/postoffice"
)

var letter = deliver.Message{ID: "0123", To: "ola@eksempel.no", Subject: "Videotime på Ås",
	Text: "Trykk på lenken\nhttps://lege.example/#iwHX45R2ALMJKoWWXqX19Q\n\n048291\n"}

// limits are short enough to be waited for.
var limits = email.Times{Dial: 400 * time.Millisecond, Total: 800 * time.Millisecond}

func sender(t *testing.T, address string, security email.Security, times email.Times) *email.Channel {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := email.New(email.Settings{Host: host, Port: n, Security: security, From: "post@lege.example"}, times, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answering is a server that says its lines whatever it hears, one for each line heard; after them nothing.
func answering(t *testing.T, lines ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-ended })
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		heard := bufio.NewScanner(conn)
		for _, line := range lines {
			if _, err := io.WriteString(conn, line+"\r\n"); err != nil || !heard.Scan() {
				return
			}
		}
		_, _ = io.Copy(io.Discard, conn) // until the other side gives up
	}()
	return l.Addr().String()
}

func TestServersThatSpeakStrangely(t *testing.T) {
	for _, tt := range []struct {
		name     string
		security email.Security
		lines    []string
		want     deliver.Code
	}{
		{"no TLS on the TLS port", email.TLS, []string{"220 hello"}, deliver.NotSecure},
		{"no SMTP", email.STARTTLS, []string{"HTTP/1.1 400 Bad Request ola@eksempel.no"}, deliver.Unreachable},
		{"no service", email.STARTTLS, []string{"554 not for you"}, deliver.Refused},
		{"busy", email.STARTTLS, []string{"421 come back"}, deliver.Later},
		{"STARTTLS promised and refused", email.STARTTLS, []string{"220 hello", "250-hi\r\n250 STARTTLS", "502 no"}, deliver.NotSecure},
		{"STARTTLS not now", email.STARTTLS, []string{"220 hello", "250-hi\r\n250 STARTTLS", "454 not now"}, deliver.Later},
		{"silent where TLS should begin", email.STARTTLS, []string{"220 hello", "250-hi\r\n250 STARTTLS", "220 go"}, deliver.TooSlow},
		{"policy at RCPT", email.None, []string{"220 hello", "250 hi", "250 ok", "550 5.7.1 relaying denied for ola@eksempel.no"}, deliver.Refused},
		{"sender at RCPT", email.None, []string{"220 hello", "250 hi", "250 ok", "553 5.1.8 sender's domain"}, deliver.BadSender},
		{"silent in the middle", email.None, []string{"220 hello", "250 hi", "250 ok"}, deliver.TooSlow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			_, err := sender(t, answering(t, tt.lines...), tt.security, limits).Send(t.Context(), letter)
			if deliver.CodeOf(err) != tt.want || err == nil {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if took := time.Since(began); took > 3*limits.Total {
				t.Errorf("took %v", took)
			}
			for _, private := range []string{"ola@", "048291", "iwHX45R2"} {
				if err != nil && strings.Contains(err.Error(), private) {
					t.Errorf("the error holds %q: %v", private, err)
				}
			}
		})
	}
}

// A server that answers each command just in time must not hold a letter for the sum of all of them.
func TestASlowServerDoesNotStretchTheLimit(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	defer func() { l.Close(); <-ended }()
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		heard := bufio.NewScanner(conn)
		for range 100 {
			time.Sleep(limits.Dial / 2) // the slowness under test
			if _, err := io.WriteString(conn, "250-slow\r\n"); err != nil {
				return
			}
		}
		_ = heard.Scan()
	}()
	began := time.Now()
	_, err = sender(t, l.Addr().String(), email.None, limits).Send(t.Context(), letter)
	if deliver.CodeOf(err) != deliver.TooSlow || time.Since(began) > 2*limits.Dial {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestPastedAddressesAndForeignDomains(t *testing.T) {
	o, err := postoffice.Open(postoffice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	c := sender(t, o.SMTPAddr(), email.None, email.Usual())
	for given, want := range map[string]string{" mailto:Ola@eksempel.no ": "Ola@eksempel.no", "ola@blåbær.no": "ola@xn--blbr-roah.no"} {
		m := letter
		m.To = given
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", given, err)
		}
		if all := o.Received(); len(all) == 0 || all[len(all)-1].To != want {
			t.Errorf("%s did not go to %s", given, want)
		}
	}
	for _, bad := range []string{"", "ola", "ola@eksempel", "a@b.no\r\nRCPT TO:<eve@evil.example>", "åse@eksempel.no"} {
		m := letter
		m.To = bad
		if _, err := c.Send(t.Context(), m); deliver.CodeOf(err) != deliver.BadReceiver {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
