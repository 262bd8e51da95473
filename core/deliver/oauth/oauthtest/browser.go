package oauthtest

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Browser follows redirects as a browser does. As browsers do, it knows localhost without a resolver (RFC 6761, section
// 6.3): a bare machine has no hosts file.
func Browser() *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && host == "localhost" {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 10 * time.Second}
}
