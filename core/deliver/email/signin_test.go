package email

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/oauth"
)

// tokens gives its tokens in order, the next when the last was refused.
type tokens struct {
	list  []string
	err   error
	asked int
}

func (s *tokens) Token(_ context.Context, refused string) (string, error) {
	s.asked++
	if s.err != nil {
		return "", s.err
	}
	if refused != "" && s.list[0] == refused {
		s.list = s.list[1:]
	}
	return s.list[0], nil
}

// tokenServer takes letters of those who sign in with the good token by the mechanism, in the manner of Microsoft 365:
// a refusal comes as a challenge first.
type tokenServer struct {
	mechanism, good string
	mu              sync.Mutex
	said            []string // what clients sent to sign in, decoded
	letters         int
}

func (s *tokenServer) serve(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer conn.Close(); s.talk(conn) })
		}
	})
	a, _ := l.Addr().(*net.TCPAddr)
	return a.Port
}

func (s *tokenServer) talk(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	heard := bufio.NewScanner(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 hello")
	for heard.Scan() {
		line := heard.Text()
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "EHLO":
			say("250-hi\r\n250 AUTH " + s.mechanism)
		case "AUTH":
			if rest == s.mechanism { // the answer is too long for the command's line
				say("334 ")
				if !heard.Scan() {
					return
				}
				rest = heard.Text()
			}
			if len(line) > 510 {
				say("500 5.5.2 line too long")
				continue
			}
			given, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, s.mechanism+" "))
			s.note(string(given))
			if strings.HasSuffix(string(given), s.good+"\x01\x01") {
				say("235 2.7.0 welcome")
				continue
			}
			say("334 " + base64.StdEncoding.EncodeToString([]byte(`{"status":"401"}`)))
			if !heard.Scan() {
				return
			}
			s.note(heard.Text())
			say("535 5.7.3 authentication unsuccessful")
		case "DATA":
			say("354 go on")
			for heard.Scan() && heard.Text() != "." {
			}
			s.mu.Lock()
			s.letters++
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *tokenServer) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, text)
}

func TestSigningInByToken(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for name, tt := range map[string]struct {
		mechanism string
		tokens    tokens
		code      deliver.Code
		said      []string
	}{
		"XOAUTH2": {"XOAUTH2", tokens{list: []string{"good"}}, "", []string{"user=post@lege.example\x01auth=Bearer good\x01\x01"}},
		"a long token": {"XOAUTH2", tokens{list: []string{long + "old", long + "good"}}, "",
			[]string{"user=post@lege.example\x01auth=Bearer " + long + "old\x01\x01", "", "user=post@lege.example\x01auth=Bearer " + long + "good\x01\x01"}},
		"OAUTHBEARER": {"OAUTHBEARER", tokens{list: []string{"good"}}, "",
			[]string{"n,a=post@lege.example,\x01auth=Bearer good\x01\x01"}},
		"a token that ended early is renewed once": {"XOAUTH2", tokens{list: []string{"old", "good"}}, "",
			[]string{"user=post@lege.example\x01auth=Bearer old\x01\x01", "", "user=post@lege.example\x01auth=Bearer good\x01\x01"}},
		"the standard's way to take a refusal": {"OAUTHBEARER", tokens{list: []string{"old", "good"}}, "",
			[]string{"n,a=post@lege.example,\x01auth=Bearer old\x01\x01", "AQ==", "n,a=post@lege.example,\x01auth=Bearer good\x01\x01"}},
		"refused for good": {"XOAUTH2", tokens{list: []string{"a", "b", "c"}}, deliver.SignInFailed,
			[]string{"user=post@lege.example\x01auth=Bearer a\x01\x01", "", "user=post@lege.example\x01auth=Bearer b\x01\x01", ""}},
		"no such mechanism":   {"PLAIN LOGIN", tokens{list: []string{"good"}}, deliver.NotSetUp, nil},
		"a new sign-in":       {"XOAUTH2", tokens{err: fmt.Errorf("%w (400)", oauth.ErrSignInAgain)}, deliver.SignInAgain, nil},
		"provider is away":    {"XOAUTH2", tokens{err: oauth.ErrUnreachable}, deliver.Unreachable, nil},
		"provider knows none": {"XOAUTH2", tokens{err: oauth.ErrSettings}, deliver.SignInFailed, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &tokenServer{mechanism: tt.mechanism, good: "good"}
			s := Settings{Host: "127.0.0.1", Port: server.serve(t), Security: None, User: "post@lege.example", From: "post@lege.example", Tokens: &tt.tokens}
			_, err := channel(t, s, Usual()).Send(t.Context(), invitation())
			if code(err) != tt.code {
				t.Fatalf("%v, want %q", err, tt.code)
			}
			server.mu.Lock()
			defer server.mu.Unlock()
			if fmt.Sprintf("%q", server.said) != fmt.Sprintf("%q", tt.said) || (server.letters == 1) != (tt.code == "") {
				t.Errorf("%d letters, said %q", server.letters, server.said)
			}
			if err != nil && strings.Contains(err.Error(), "post@") {
				t.Errorf("the error names somebody: %v", err)
			}
		})
	}
}

// waiting is a provider that does not answer.
type waiting struct{}

func (waiting) Token(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func TestAProviderThatDoesNotAnswer(t *testing.T) {
	s := Settings{Host: "127.0.0.1", Port: 1, Security: TLS, User: "u", From: "post@lege.example", Tokens: waiting{}}
	if _, err := channel(t, s, Times{Dial: time.Second, Total: 100 * time.Millisecond}).Send(t.Context(), invitation()); code(err) != deliver.TooSlow {
		t.Error(err)
	}
	s.User = ""
	if _, err := New(s, Usual(), time.Now); code(err) != deliver.NotSetUp {
		t.Errorf("a token without its user: %v", err)
	}
	if escape("a=b,c") != "a=3Db=2Cc" {
		t.Error("escape")
	}
}
