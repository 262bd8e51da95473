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
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/front"
	"legekonsultasjon/signaling-server/gate"
	"legekonsultasjon/signaling-server/store"
)

// serveFlags is the command line of serve.
type serveFlags struct {
	edgeFlags
	operateFlags
	publicURL, data, natsURL string
	seal                     string

	public *url.URL
}

func (f *serveFlags) set() *flag.FlagSet {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.StringVar(&f.publicURL, "public-url", "", "`URL` at which patients reach the server (default http://localhost:PORT)")
	fs.StringVar(&f.data, "data", "var/signaling-server", "`folder` of the embedded store")
	fs.StringVar(&f.natsURL, "nats-url", "", "`URL` of NATS servers with JetStream, instead of the embedded store")
	fs.StringVar(&f.seal, "seal-file", "", "`file` with the key that keys of --tls-auto are sealed under in the store (default seal.key in --data; with --nats-url none)")
	f.edgeFlags.add(fs)
	f.operateFlags.add(fs)
	return fs
}

// parseServe reads the settings from all their places. Both results are nil when help was asked for.
func parseServe(args []string, errs io.Writer) (*serveFlags, error) {
	f := &serveFlags{}
	fs := f.set()
	if ok, err := parse(fs, args, errs, true); !ok || err != nil {
		return nil, err
	}
	return f, f.check()
}

func (f *serveFlags) check() error {
	_, port, err := net.SplitHostPort(f.listen)
	if err != nil {
		return usageError("--listen wants host:port, such as 0.0.0.0:443")
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
	if err := f.operateFlags.check(); err != nil {
		return err
	}
	return f.edgeFlags.check(f.public)
}

// sealFile is where the key lies that the store's certificates are sealed under; "" when there are none, or nobody has said
// where several servers on one store have it.
func (f *serveFlags) sealFile() string {
	if f.seal != "" || !f.tlsAuto || f.natsURL != "" {
		return f.seal
	}
	return filepath.Join(f.data, "seal.key")
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
	meter := newMeter()
	st, err := openStore(ctx, store.Options{Folder: f.data, URL: f.natsURL, SealFile: f.sealFile(), Log: log, Observe: meter.stored})
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
	edge, err := openEdge(&f.edgeFlags, f.public, listener, st, log)
	if err != nil {
		return err
	}
	defer edge.close()
	options := front.Options{PublicURL: f.public, TrustedProxies: f.trusted, Store: st, Catalogues: i18n.Files(), Log: log,
		Count: meter.counted}
	edge.fill(&options)
	door, err := front.New(options)
	if err != nil {
		return err
	}
	meter.watch(st, door)
	meter.watchEdge(edge)
	monitoring, err := openMonitoring(f.metricsListen, meter.handler(door))
	if err != nil {
		door.Drain(ctx)
		return err
	}
	defer monitoring.close()
	defer thrift()()
	return answer(ctx, f, door, edge.gate, log, out)
}

// answer serves HTTP on listener until ctx ends.
func answer(ctx context.Context, f *serveFlags, door *front.Server, listener net.Listener, log *slog.Logger, out io.Writer) error {
	server := &http.Server{
		Handler: door.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: stdlog.New(silent{log}, "", 0), ConnContext: gate.Context,
	}
	ended := make(chan error, 1) // capacity 1: Serve returns once
	go func() { ended <- server.Serve(listener) }()
	log.Info("serving", "listen", listener.Addr().String(), "public", f.public.String())
	fmt.Fprintf(out, "Ready: %s (listening on %s)\n", f.public, listener.Addr())
	notify("READY=1")
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	drain(&f.operateFlags, door, server, log)
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

func openStore(ctx context.Context, o store.Options) (*store.Store, error) {
	st, err := store.Open(ctx, o)
	if errors.Is(err, store.ErrInUse) {
		return nil, inUseError(o.Folder + ": " + err.Error())
	}
	return st, err
}

// withStore opens a store for one command and closes it again. What root has written then belongs to whom the data folder
// belongs to, whatever came of it: a service with a user of its own has to open it.
func withStore(ctx context.Context, o store.Options, do func(*store.Store) error) error {
	st, err := openStore(ctx, o)
	if err == nil {
		err = do(st)
		st.Close()
	}
	if o.URL == "" {
		err = errors.Join(err, handOver(o.Folder))
	}
	return err
}

// silent drops what net/http writes about broken connections: it names addresses.
type silent struct{ log *slog.Logger }

func (s silent) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "panic") {
		s.log.Error("panic in a handler", "stack", string(p))
	}
	return len(p), nil
}
