package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/certificate"
	"legekonsultasjon/signaling-server/front"
	"legekonsultasjon/signaling-server/gate"
	"legekonsultasjon/signaling-server/store"
	"legekonsultasjon/signaling-server/turn"
)

// edgeFlags say how the server is reached: TLS, proxies and TURN.
type edgeFlags struct {
	listen, httpListen, proxies            string
	tlsCert, tlsKey                        string
	tlsAuto                                bool
	acmeEmail, acmeDirectory, acmeRoots    string
	turnListen, turnTCP, turnTLS           string
	turnShared, turnLoopback               bool
	turnPublicIP, turnURLs, turnSecretFile string

	trusted []netip.Prefix
	turnIP  netip.Addr
}

func (f *edgeFlags) add(fs *flag.FlagSet) {
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8700", "TCP `address` to listen on")
	fs.StringVar(&f.httpListen, "http-listen", "", "TCP `address` for http, usually :80, that leads to https; empty: none")
	fs.StringVar(&f.proxies, "trusted-proxies", "", "comma-separated `networks` whose X-Forwarded-For is believed")
	fs.StringVar(&f.tlsCert, "tls-cert", "", "PEM `file` with the certificate chain, read again when it changes")
	fs.StringVar(&f.tlsKey, "tls-key", "", "PEM `file` with its key")
	fs.BoolVar(&f.tlsAuto, "tls-auto", false, "obtain and renew a certificate for the public URL (ACME), which agrees to the authority's terms")
	fs.StringVar(&f.acmeEmail, "acme-email", "", "`address` that the authority may write to")
	fs.StringVar(&f.acmeDirectory, "acme-directory", certificate.LetsEncrypt, "`URL` of the authority")
	fs.StringVar(&f.acmeRoots, "acme-roots", "", "PEM `file` with the roots of an authority of your own")
	fs.StringVar(&f.turnListen, "turn-listen", "", "UDP `address` for STUN and TURN; empty: none")
	fs.StringVar(&f.turnTCP, "turn-tcp-listen", "", "TCP `address` for TURN; empty: none")
	fs.StringVar(&f.turnTLS, "turn-tls-listen", "", "TCP `address` for TURN over TLS, with this server's certificate; empty: none")
	fs.BoolVar(&f.turnShared, "turn-tls-shared", false, "TURN over TLS on the port of --listen too")
	fs.StringVar(&f.turnPublicIP, "turn-public-ip", "", "`IP` address at which clients reach TURN")
	fs.StringVar(&f.turnURLs, "turn-urls", "", "comma-separated `URLs` of another TURN server, such as turn:host:3478?transport=udp")
	fs.StringVar(&f.turnSecretFile, "turn-secret-file", "", "`file` with the secret shared with it")
	fs.BoolVar(&f.turnLoopback, "turn-allow-loopback", false, "let TURN reach this machine; for tests and demos only")
}

func (f *edgeFlags) withTLS() bool { return f.tlsCert != "" || f.tlsAuto }

func (f *edgeFlags) withTURN() bool {
	return f.turnListen != "" || f.turnTCP != "" || f.turnTLS != "" || f.turnShared
}

// check reads what the flags name; public is the public URL.
func (f *edgeFlags) check(public *url.URL) (err error) {
	switch {
	case (f.tlsCert == "") != (f.tlsKey == ""):
		return usageError("--tls-cert and --tls-key belong together")
	case f.tlsAuto && f.tlsCert != "":
		return usageError("--tls-auto and --tls-cert: one of them")
	case f.tlsAuto && (public.Scheme != "https" || net.ParseIP(public.Hostname()) != nil):
		return usageError("--tls-auto needs an https --public-url with a name in it")
	case (f.turnTLS != "" || f.turnShared) && !f.withTLS():
		return usageError("TURN over TLS needs a certificate: --tls-cert or --tls-auto")
	case (f.turnURLs == "") != (f.turnSecretFile == ""):
		return usageError("--turn-urls and --turn-secret-file belong together")
	}
	if f.trusted, err = prefixes(f.proxies); err != nil {
		return usageError("--trusted-proxies wants networks such as 10.0.0.0/8: " + err.Error())
	}
	if f.withTURN() {
		if f.turnIP, err = netip.ParseAddr(f.turnPublicIP); err != nil {
			return usageError("--turn-listen needs --turn-public-ip, the IP address at which clients reach this machine")
		}
	}
	for _, u := range f.externals() {
		scheme, rest, _ := strings.Cut(u, ":")
		if rest == "" || scheme != "stun" && scheme != "turn" && scheme != "turns" {
			return usageError("--turn-urls wants URLs such as turn:host:3478?transport=udp, not " + u)
		}
	}
	return nil
}

func (f *edgeFlags) externals() []string {
	return strings.FieldsFunc(f.turnURLs, func(r rune) bool { return r == ',' || r == ' ' })
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

// edge is everything between the network and the handler.
type edge struct {
	gate      *gate.Listener
	authority *certificate.Authority // nil without --tls-auto
	relay     *turn.Server           // nil without TURN in this process
	external  *turn.External         // nil without --turn-urls
	http      net.Listener           // nil without --http-listen
	plain     *http.Server           // on it; nil until it is served
	plainDone chan struct{}
}

// openEdge puts a gate and TLS before listener, which it takes over, and starts TURN.
func openEdge(f *edgeFlags, public *url.URL, listener net.Listener, st *store.Store, log *slog.Logger) (_ *edge, err error) {
	e := &edge{}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	if f.httpListen != "" { // before the authority is asked: it may answer at once
		if e.http, err = listen("tcp", f.httpListen); err != nil {
			_ = listener.Close()
			return nil, err
		}
	}
	source, err := e.certificates(f, public, listener, st, log)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	options := gate.Options{Share: f.turnShared}
	if source != nil {
		options.TLS = certificate.Config(source, protocols(f)...)
	}
	e.gate = gate.New(listener, options)
	if err := e.openTURN(f, public, source, log); err != nil {
		return nil, err
	}
	e.openPlain(public)
	return e, nil
}

// port is the one that a listener has; 0 for none.
func port(l net.Listener) int {
	if l == nil {
		return 0
	}
	return l.Addr().(*net.TCPAddr).Port
}

type certificateSource func(*tls.ClientHelloInfo) (*tls.Certificate, error)

func protocols(f *edgeFlags) []string {
	list := []string{"h2", "http/1.1"}
	if f.turnShared {
		list = gate.Protocols()
	}
	if f.tlsAuto {
		list = append(list, certificate.Protocol)
	}
	return list
}

func (e *edge) certificates(f *edgeFlags, public *url.URL, listener net.Listener, st *store.Store, log *slog.Logger) (certificateSource, error) {
	switch {
	case f.tlsCert != "":
		files, err := certificate.Open(f.tlsCert, f.tlsKey, log)
		if err != nil {
			return nil, err
		}
		return files.Certificate, nil
	case f.tlsAuto:
		roots, err := pool(f.acmeRoots)
		if err != nil {
			return nil, err
		}
		e.authority, err = certificate.Obtain(certificate.Options{
			Hosts: []string{public.Hostname()}, Email: f.acmeEmail, Directory: f.acmeDirectory, Roots: roots,
			Storage: certificate.NewStorage(st), HTTPPort: port(e.http), Port: port(listener), Log: log,
		})
		if err != nil {
			return nil, err
		}
		return e.authority.Certificate, nil
	}
	return nil, nil
}

func pool(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return roots, nil
}

func (e *edge) openTURN(f *edgeFlags, public *url.URL, source certificateSource, log *slog.Logger) error {
	if f.turnSecretFile != "" {
		secret, err := os.ReadFile(f.turnSecretFile)
		if err != nil {
			return err
		}
		e.external = &turn.External{URLs: f.externals(), Secret: []byte(strings.TrimSpace(string(secret)))}
	}
	if !f.withTURN() {
		return nil
	}
	options := turn.Options{
		UDP: f.turnListen, TCP: f.turnTCP, TLS: f.turnTLS, Name: public.Hostname(), PublicIP: f.turnIP,
		AllowLoopback: f.turnLoopback, Log: log,
	}
	if source != nil {
		options.TLSConfig = certificate.Config(source)
	}
	if f.turnShared {
		options.Shared, options.SharedPort = e.gate.Shared(), publicPort(public)
	}
	relay, err := turn.Listen(options)
	if errors.Is(err, syscall.EADDRINUSE) {
		return inUseError("a port for TURN is in use by another program; stop it or choose another with --turn-listen, " +
			"--turn-tcp-listen or --turn-tls-listen: " + err.Error())
	}
	if err != nil {
		return fmt.Errorf("TURN: %w", err)
	}
	e.relay = relay
	return nil
}

func publicPort(u *url.URL) int {
	port := 443
	_, _ = fmt.Sscan(u.Port(), &port)
	return port
}

// openPlain answers on http: the authority's questions, and for the rest where https is.
func (e *edge) openPlain(public *url.URL) {
	if e.http == nil {
		return
	}
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := *public
		to.Path = r.URL.Path
		http.Redirect(w, r, to.String(), http.StatusPermanentRedirect)
	})
	if e.authority != nil {
		handler = e.authority.Challenges(handler)
	}
	e.plain = &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 5 * time.Second, MaxHeaderBytes: 8 << 10}
	e.plain.SetKeepAlivesEnabled(false)
	e.plainDone = make(chan struct{})
	go func() {
		defer close(e.plainDone)
		_ = e.plain.Serve(gate.New(e.http, gate.Options{Pending: 512, Open: 512}))
	}()
}

// fill says to the door what the edge gives.
func (e *edge) fill(o *front.Options) {
	if e.relay == nil && e.external == nil {
		return
	}
	o.CredentialLife = turn.CredentialLife
	o.ICE = func(session string) (all []signaling.ICEServer) {
		if e.relay != nil {
			all = e.relay.ICEServers(session)
		}
		if e.external != nil {
			all = append(all, e.external.ICEServers(session)...)
		}
		return all
	}
}

// close ends what openEdge began.
func (e *edge) close() {
	if e.plain != nil {
		_ = e.plain.Close()
		<-e.plainDone
	} else if e.http != nil {
		_ = e.http.Close()
	}
	if e.gate != nil {
		_ = e.gate.Close()
	}
	if e.relay != nil {
		_ = e.relay.Close()
	}
	if e.authority != nil {
		e.authority.Close()
	}
}
