// Package sms tries core/deliver/sms against a real gateway: Kannel, with the fake SMS centre that comes with it for the
// network of the operator, all of it on loopback.
package sms

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"legekonsultasjon/core/gsm"
)

// Account of the clinic at Kannel.
const (
	user   = "lege"
	secret = "n0kkel & 100 %"
)

const patience = 20 * time.Second

// kannel is a running gateway: bearerbox, smsbox and the SMS centre that bearerbox hands the messages to.
type kannel struct {
	t                       *testing.T
	URL                     string // of sendsms
	file                    string
	operator                int
	connected               int // times that an SMS centre did
	bearer, front, operated *program
}

const configuration = `
group = core
admin-port = %[1]d
admin-password = "%[5]s"
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = %[2]d
sms-resend-freq = 1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"

group = smsc
smsc = fake
smsc-id = operator
port = %[3]d
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = %[2]d
sendsms-port = %[4]d

group = sendsms-user
username = %[6]s
password = "%[5]s"
max-messages = 5
concatenation = true
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"

group = sms-service
keyword = default
text = "none"
max-messages = 0
`

// open starts all three and waits until a message can pass.
func open(t *testing.T) *kannel {
	t.Helper()
	ports := free(t, 4)
	k := &kannel{t: t, URL: fmt.Sprintf("http://127.0.0.1:%d/cgi-bin/sendsms", ports[3]), operator: ports[2],
		file: filepath.Join(t.TempDir(), "kannel.conf")}
	text := fmt.Appendf(nil, configuration, ports[0], ports[1], ports[2], ports[3], secret, user)
	if err := os.WriteFile(k.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	k.bearer = start(t, "/usr/sbin/bearerbox", "kannel", "-v", "1", k.file)
	k.bearer.says(t, `Start-up done, entering mainloop`)
	k.openOperator()
	k.front = start(t, "/usr/sbin/smsbox", "kannel", "-v", "1", k.file)
	k.bearer.says(t, `Client connected from`) // smsbox; the operator's words are others
	until(t, "smsbox listens", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[3]))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return k
}

// openOperator connects the SMS centre.
func (k *kannel) openOperator() {
	k.t.Helper()
	k.operated = start(k.t, "/usr/lib/kannel/test/fakesmsc", "kannel-extras",
		"-H", "127.0.0.1", "-r", fmt.Sprint(k.operator), "-m", "0", "1 2 text nothing")
	k.connected++
	until(k.t, "the SMS centre is connected", func() bool { return k.bearer.count("Fakesmsc client connected") == k.connected })
}

// message is what an SMS centre got: one segment. Lines of a text arrive as messages of their own, since the fake
// centre's protocol is a line for each message.
type message struct {
	from, to, text string
	alphabet       string // "text", "data" of a part, or "ucs-2"
}

var got = regexp.MustCompile(`Got message \d+: <(.*)>$`)

// segments are those that arrived, with the lines of a text put together again. The fake centre does not say of a part of
// a longer text whether it is in UCS-2: whoever asks knows.
func (k *kannel) segments(parts gsm.Alphabet) []message {
	var out []message
	for _, line := range k.operated.lines() {
		m := got.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if s, ok := segment(m[1], parts); ok {
			out = append(out, s)
		} else if len(out) > 0 {
			out[len(out)-1].text += "\n" + m[1]
		}
	}
	return out
}

var head = regexp.MustCompile(`(?s)^(\S+) (\+\d+) (?:udh \S+ )?(text|data|ucs-2) (.*)$`)

func segment(line string, parts gsm.Alphabet) (message, bool) {
	m := head.FindStringSubmatch(line)
	if m == nil {
		return message{}, false
	}
	s := message{from: m[1], to: m[2], text: m[4], alphabet: m[3]}
	if s.alphabet == "text" {
		return s, true
	}
	plain, err := url.QueryUnescape(s.text)
	if err != nil {
		return message{}, false
	}
	s.text = plain
	if s.alphabet == "data" && parts == gsm.UCS2 {
		s.alphabet = "ucs-2"
	}
	if s.alphabet == "ucs-2" {
		units := make([]uint16, len(plain)/2)
		for n := range units {
			units[n] = uint16(plain[2*n])<<8 | uint16(plain[2*n+1])
		}
		s.text = string(utf16.Decode(units))
	}
	return s, true
}

// program is a child process whose output is read.
type program struct {
	command *exec.Cmd
	mu      sync.Mutex
	text    []string
	ended   chan struct{}
}

func start(t *testing.T, path, from string, args ...string) *program {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: apt-get install %s", path, from)
	}
	p := &program{command: exec.Command(path, args...), ended: make(chan struct{})}
	p.command.Dir = t.TempDir()
	in, out := io.Pipe()
	p.command.Stdout, p.command.Stderr = out, out
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			p.mu.Lock()
			p.text = append(p.text, lines.Text())
			p.mu.Unlock()
		}
	}()
	go func() {
		_ = p.command.Wait() // killed, as a rule
		_ = out.Close()
		<-read
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the program and waits for that.
func (p *program) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

func (p *program) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.text...)
}

// count is how many lines hold the words.
func (p *program) count(words string) (n int) {
	for _, line := range p.lines() {
		if strings.Contains(line, words) {
			n++
		}
	}
	return n
}

// says waits for a line.
func (p *program) says(t *testing.T, pattern string) {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	until(t, filepath.Base(p.command.Path)+" says "+pattern, func() bool {
		for _, line := range p.lines() {
			if wanted.MatchString(line) {
				return true
			}
		}
		return false
	})
}

// until waits for a condition that nobody announces.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	for began := time.Now(); !met(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// free finds ports that nobody listens on.
func free(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}
