package signaling

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Time limits of the client: a person waits for each of them.
const (
	connectTimeout = 4 * time.Second // name, TCP and TLS, each
	answerTimeout  = 4 * time.Second // a whole request: a sentence about it is due within five
)

// Client speaks to one or more servers. The zero Client verifies certificates by the machine's own roots and uses no
// proxy. It keeps no connection open between calls.
type Client struct {
	TLS   *tls.Config                           // nil: the machine's roots
	Proxy func(*http.Request) (*url.URL, error) // nil: none. http.ProxyFromEnvironment is the usual one
}

// SignIn asks the server for a session. The password is sent over https or to this machine only: anything else is a *Error
// with InsecureAddress before any packet. It blocks for at most four seconds; every error is a *Error.
func (c Client) SignIn(ctx context.Context, serverURL string, s SignIn) (SignedIn, error) {
	var out SignedIn
	if err := c.post(ctx, serverURL, PathSignIn, s, &out); err != nil {
		return SignedIn{}, err
	}
	if out.Session == "" {
		return SignedIn{}, &Error{Code: NotOurServer, Err: fmt.Errorf("no session in the answer")}
	}
	return out, nil
}

// SignOut ends a session. Ending one that is over succeeds. Time and errors as for SignIn.
func (c Client) SignOut(ctx context.Context, serverURL string, s SignOut) error {
	return c.post(ctx, serverURL, PathSignOut, s, nil)
}

// FetchNote asks for an invitation's sealed note, as the page does on load. Time and errors as for SignIn.
func (c Client) FetchNote(ctx context.Context, serverURL string, k Knock) (Note, error) {
	var out Note
	err := c.post(ctx, serverURL, PathNote, k, &out)
	return out, err
}

// CheckAddress says whether serverURL may be talked to, without any network: https with a host, or http with localhost or
// a loopback address. The error is a *Error with BadAddress or InsecureAddress.
func CheckAddress(serverURL string) error {
	_, err := parseAddress(serverURL)
	return err
}

func parseAddress(serverURL string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(serverURL))
	switch {
	case err != nil, u.Hostname() == "", u.User != nil, u.Scheme != "http" && u.Scheme != "https":
		return nil, &Error{Code: BadAddress, Err: fmt.Errorf("not an http or https address")}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, &Error{Code: InsecureAddress, Err: fmt.Errorf("http is for this machine only")}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// transport dials anew for every call, so that nothing stays behind.
func (c Client) transport() *http.Transport {
	return &http.Transport{
		Proxy:                  c.Proxy,
		DialContext:            dial,
		TLSClientConfig:        c.TLS.Clone(),
		TLSHandshakeTimeout:    connectTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: 16 << 10,
		DisableKeepAlives:      true,
	}
}

// dial knows localhost by itself (RFC 6761 section 6.3): a password may go there without TLS, so no resolver decides where
// that is, and a machine without a hosts file reaches it too.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: connectTimeout}
	host, port, err := net.SplitHostPort(address)
	if err != nil || !strings.EqualFold(host, "localhost") {
		return dialer.DialContext(ctx, network, address)
	}
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		if six, err := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); err == nil {
			return six, nil
		}
	}
	return conn, err
}

func (c Client) http() *http.Client {
	return &http.Client{
		Transport: c.transport(),
		// A redirected password or session would go to whoever the redirect names.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c Client) post(ctx context.Context, serverURL, path string, body, into any) error {
	u, err := parseAddress(serverURL)
	if err != nil {
		return err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return &Error{Code: BadMessage, Err: err}
	}
	limited, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, u.JoinPath(path).String(), bytes.NewReader(data))
	if err != nil {
		return &Error{Code: BadAddress, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http().Do(req)
	if err != nil {
		return networkError(ctx, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if err != nil {
		return networkError(ctx, err)
	}
	return readAnswer(resp, answer, into)
}

// readAnswer takes the expected answer, or a Refused with a code. Anything else did not come from a signaling server.
func readAnswer(resp *http.Response, answer []byte, into any) error {
	stranger := &Error{Code: NotOurServer, Err: fmt.Errorf("status %d", resp.StatusCode)}
	switch {
	case resp.StatusCode == http.StatusNoContent && into == nil:
		return nil
	case !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json"):
		return stranger
	case resp.StatusCode != http.StatusOK:
		var refused Refused
		if _, err := scan(answer); err != nil || json.Unmarshal(answer, &refused) != nil || refused.Code == "" {
			return stranger
		}
		return &Error{Code: refused.Code, Refused: refused}
	case into == nil:
		return stranger
	}
	if _, err := scanUpTo(answer, MaxAnswer); err != nil {
		return stranger
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return stranger
	}
	return nil
}
