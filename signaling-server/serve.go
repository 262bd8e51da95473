package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/front"
	"legekonsultasjon/signaling-server/store"
	"legekonsultasjon/signaling-server/turn"
)

// drainTime is how long sockets have to say goodbye at SIGTERM.
const drainTime = 5 * time.Second

// serveFlags is the command line of serve.
type serveFlags struct {
	listen, publicURL, data, natsURL string
	tlsCert, tlsKey, proxies         string
	turnListen, turnPublicIP         string
	turnLoopback, verbose            bool

	public  *url.URL
	trusted []netip.Prefix
	turnIP  netip.Addr
}

func parseServe(args []string, errs io.Writer) (*serveFlags, error) {
	f := &serveFlags{}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8700", "TCP `address` to listen on")
	fs.StringVar(&f.publicURL, "public-url", "", "`URL` at which patients reach the server (default http://localhost:PORT)")
	fs.StringVar(&f.data, "data", "var/signaling-server", "`folder` of the embedded store")
	fs.StringVar(&f.natsURL, "nats-url", "", "`URL` of NATS servers with JetStream, instead of the embedded store")
	fs.StringVar(&f.tlsCert, "tls-cert", "", "PEM `file` with the certificate chain; empty: no TLS here")
	fs.StringVar(&f.tlsKey, "tls-key", "", "PEM `file` with its key")
	fs.StringVar(&f.proxies, "trusted-proxies", "", "comma-separated `networks` whose X-Forwarded-For is believed")
	fs.StringVar(&f.turnListen, "turn-listen", "", "UDP `address` for STUN and TURN; empty: none")
	fs.StringVar(&f.turnPublicIP, "turn-public-ip", "", "`IP` address at which clients reach TURN")
	fs.BoolVar(&f.turnLoopback, "turn-allow-loopback", false, "let TURN reach this machine; for tests and demos only")
	fs.BoolVar(&f.verbose, "verbose", false, "log every connection")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, nil
		}
		return nil, usageError(err.Error())
	}
	if fs.NArg() > 0 {
		return nil, usageError("serve takes no " + fs.Arg(0))
	}
	return f, f.check()
}

func (f *serveFlags) check() error {
	_, port, err := net.SplitHostPort(f.listen)
	if err != nil {
		return usageError("--listen wants host:port, such as 0.0.0.0:443")
	}
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return usageError("--tls-cert and --tls-key belong together")
	}
	if f.publicURL == "" {
		f.publicURL = "http://localhost:" + port
	}
	f.public, err = url.Parse(f.publicURL)
	if err != nil || f.public.Host == "" || f.public.Scheme != "http" && f.public.Scheme != "https" ||
		strings.Trim(f.public.Path, "/") != "" {
		return usageError("--public-url wants https://host or https://host:port")
	}
	if signaling.CheckAddress(f.publicURL) != nil {
		return usageError("--public-url is http on another machine than this: browsers give no camera there; use https")
	}
	if f.trusted, err = prefixes(f.proxies); err != nil {
		return usageError("--trusted-proxies wants networks such as 10.0.0.0/8: " + err.Error())
	}
	if f.turnListen != "" {
		if f.turnIP, err = netip.ParseAddr(f.turnPublicIP); err != nil {
			return usageError("--turn-listen needs --turn-public-ip, the IP address at which clients reach this machine")
		}
	}
	return nil
}

func prefixes(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for s := range strings.SplitSeq(list, ",") {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if ip, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// serve runs until ctx ends, then tells all sockets Draining.
func serve(ctx context.Context, args []string, out, errs io.Writer) error {
	f, err := parseServe(args, errs)
	if f == nil || err != nil {
		return err
	}
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewJSONHandler(errs, &slog.HandlerOptions{Level: level}))
	listener, err := listen("tcp", f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	st, err := openStore(ctx, f.data, f.natsURL, log)
	if err != nil {
		return err
	}
	defer st.Close()
	if f.natsURL == "" {
		desk, err := openAdmin(f.data, st)
		if err != nil {
			return err
		}
		defer desk.close()
	}
	relay, err := openTURN(f, log)
	if err != nil {
		return err
	}
	options := front.Options{PublicURL: f.public, TrustedProxies: f.trusted, Store: st, Catalogues: i18n.Files(), Log: log}
	if relay != nil {
		defer relay.Close()
		options.ICE, options.CredentialLife = relay.ICEServers, turn.CredentialLife
	}
	door, err := front.New(options)
	if err != nil {
		return err
	}
	return answer(ctx, f, door, listener, log, out)
}

// answer serves HTTP on listener until ctx ends.
func answer(ctx context.Context, f *serveFlags, door *front.Server, listener net.Listener, log *slog.Logger, out io.Writer) error {
	server := &http.Server{
		Handler: door.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: stdlog.New(silent{log}, "", 0),
	}
	ended := make(chan error, 1) // capacity 1: Serve returns once
	go func() {
		if f.tlsCert != "" {
			ended <- server.ServeTLS(listener, f.tlsCert, f.tlsKey)
			return
		}
		ended <- server.Serve(listener)
	}()
	log.Info("serving", "listen", listener.Addr().String(), "public", f.public.String())
	fmt.Fprintf(out, "Ready: %s (listening on %s)\n", f.public, listener.Addr())
	var err error
	select {
	case <-ctx.Done():
		log.Info("draining")
	case err = <-ended:
	}
	late, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	door.Drain(late)
	_ = server.Shutdown(late)
	_ = server.Close()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// listen names the port when it is taken.
func listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, portInUse(address)
	}
	if errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("no permission to listen on %s; ports below 1024 need CAP_NET_BIND_SERVICE", address)
	}
	return l, err
}

func portInUse(address string) error {
	_, port, _ := net.SplitHostPort(address)
	return inUseError(fmt.Sprintf("port %s is in use by another program (%s); stop it or choose another with --listen", port, address))
}

func openTURN(f *serveFlags, log *slog.Logger) (*turn.Server, error) {
	if f.turnListen == "" {
		return nil, nil
	}
	s, err := turn.Listen(turn.Options{Listen: f.turnListen, PublicIP: f.turnIP, AllowLoopback: f.turnLoopback, Log: log})
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, inUseError("UDP port of " + f.turnListen + " is in use by another program; choose another with --turn-listen")
	}
	if err != nil {
		return nil, fmt.Errorf("TURN: %w", err)
	}
	return s, nil
}

func openStore(ctx context.Context, data, natsURL string, log *slog.Logger) (*store.Store, error) {
	st, err := store.Open(ctx, store.Options{Folder: data, URL: natsURL, Log: log})
	if errors.Is(err, store.ErrInUse) {
		return nil, inUseError(data + ": " + err.Error())
	}
	return st, err
}

// silent drops what net/http writes about broken connections: it names addresses.
type silent struct{ log *slog.Logger }

func (s silent) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "panic") {
		s.log.Error("panic in a handler", "stack", string(p))
	}
	return len(p), nil
}
