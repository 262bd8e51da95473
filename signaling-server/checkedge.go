package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/pion/stun/v4"
)

const soon = 14 * 24 * time.Hour // a certificate's end

// checkCertificate looks at the certificate's name, time, chain and key.
func (c *checkup) checkCertificate(f *serveFlags) {
	switch {
	case f.tlsAuto && f.sealFile() == "":
		c.warn("certificate", "its key will lie open in NATS; make one with openssl rand -base64 32, and give it to all servers as --seal-file")
		return
	case f.tlsAuto:
		c.fine("certificate", "obtained by itself; the authority must reach "+f.public.Host+", or port 80 with --http-listen")
		return
	case f.tlsCert == "" && f.public.Scheme == "http":
		c.fine("certificate", "none; fit for this machine only")
		return
	case f.tlsCert == "" && len(f.trusted) == 0:
		c.warn("certificate", "none: a proxy must end TLS, and --trusted-proxies does not name it, so that everybody counts as one address")
		return
	case f.tlsCert == "":
		c.fine("certificate", "none: the proxy ends TLS")
		return
	}
	pair, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
	if err != nil {
		c.fail("certificate", err.Error())
		return
	}
	if info, err := os.Stat(f.tlsKey); err == nil && info.Mode().Perm()&0o007 != 0 {
		c.warn("certificate", f.tlsKey+" can be read by everybody; chmod o-rwx")
	}
	left := time.Until(pair.Leaf.NotAfter)
	switch err := pair.Leaf.VerifyHostname(f.public.Hostname()); {
	case err != nil:
		c.fail("certificate", err.Error())
	case time.Now().Before(pair.Leaf.NotBefore):
		c.fail("certificate", "it is not valid before "+pair.Leaf.NotBefore.Format(time.RFC3339))
	case left <= 0:
		c.fail("certificate", "it ended at "+pair.Leaf.NotAfter.Format(time.RFC3339))
	case left < soon:
		c.warn("certificate", fmt.Sprintf("it ends in %d days", int(left.Hours()/24)))
	default:
		c.checkChain(pair)
	}
}

func (c *checkup) checkChain(pair tls.Certificate) {
	between := x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if cert, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(cert)
		}
	}
	words := "valid until " + pair.Leaf.NotAfter.Format(time.RFC3339)
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{Intermediates: between}); err != nil {
		c.warn("certificate", words+", but this machine's roots do not lead to it: "+err.Error()+" (is the whole chain in the file?)")
		return
	}
	c.fine("certificate", words)
}

// checkPorts tries to listen where the server will, or looks that it does.
func (c *checkup) checkPorts(f *serveFlags, running bool) {
	c.tcpPort("listen", f.listen, running)
	c.tcpPort("http-listen", f.httpListen, running)
	c.tcpPort("metrics-listen", f.metricsListen, running)
	c.tcpPort("turn-tcp-listen", f.turnTCP, running)
	c.tcpPort("turn-tls-listen", f.turnTLS, running)
	if f.turnListen == "" {
		return
	}
	conn, err := net.ListenPacket("udp", f.turnListen)
	if err == nil {
		_ = conn.Close()
	}
	c.port("turn-listen", "UDP "+f.turnListen, err, running)
}

func (c *checkup) tcpPort(setting, address string, running bool) {
	if address == "" {
		return
	}
	l, err := net.Listen("tcp", address)
	if err == nil {
		_ = l.Close()
	}
	c.port(setting, "TCP "+address, err, running)
}

func (c *checkup) port(setting, address string, err error, running bool) {
	switch {
	case err == nil && running:
		c.fail("port", address+" is free, but the server that runs should listen there; start it anew with these settings")
	case err == nil:
		c.fine("port", address+" is free")
	case errors.Is(err, syscall.EADDRINUSE) && running:
		c.fine("port", address+" is in use by the server")
	case errors.Is(err, syscall.EADDRINUSE):
		c.fail("port", address+" is in use by another program; stop it or choose another with --"+setting)
	case errors.Is(err, syscall.EACCES):
		c.fail("port", "no permission to listen on "+address+"; ports below 1024 need CAP_NET_BIND_SERVICE")
	default:
		c.fail("port", address+": "+err.Error())
	}
}

// checkTURN looks whether packets to the address that clients are told reach this machine, as far as can be seen from here.
func (c *checkup) checkTURN(ctx context.Context, f *serveFlags, running bool) {
	if !f.withTURN() && f.turnURLs == "" {
		c.warn("TURN", "none: patients behind strict firewalls cannot be reached (--turn-listen, --turn-urls)")
		return
	}
	for _, u := range f.externals() {
		c.externalTURN(ctx, u)
	}
	if !f.withTURN() {
		return
	}
	if ip := f.turnIP; ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		c.warn("TURN", fmt.Sprintf("--turn-public-ip %s is not an address on the Internet", ip))
	}
	if f.turnListen != "" {
		c.ownTURN(f.turnListen, f.turnIP, running)
	}
}

func (c *checkup) ownTURN(listen string, public netip.Addr, running bool) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		c.fail("TURN", "--turn-listen wants host:port")
		return
	}
	to := net.JoinHostPort(public.String(), port)
	if running {
		c.said("TURN", to, askSTUN(to))
		return
	}
	conn, err := net.ListenPacket("udp", listen)
	if err != nil {
		return // said already by checkPorts
	}
	defer conn.Close()
	c.said("TURN", to, reaches(to, conn))
}

func (c *checkup) said(what, to string, err error) {
	if err != nil {
		c.warn(what, fmt.Sprintf("a packet from here to UDP %s did not come back (%v): see that the firewall lets it in; behind some routers it does not come back even so", to, err))
		return
	}
	c.fine(what, "UDP "+to+" reaches this machine")
}

func (c *checkup) externalTURN(ctx context.Context, url string) {
	u, err := stun.ParseURI(url)
	if err != nil {
		c.fail("TURN", url+": "+err.Error())
		return
	}
	to := net.JoinHostPort(u.Host, fmt.Sprint(u.Port))
	if u.Proto == stun.ProtoTypeUDP && !strings.HasPrefix(url, "turns:") {
		err = askSTUN(to)
	} else {
		dialer := net.Dialer{Timeout: askTime}
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, "tcp", to); err == nil {
			_ = conn.Close()
		}
	}
	if err != nil {
		c.fail("TURN", url+" does not answer: "+err.Error())
		return
	}
	c.fine("TURN", url+" answers")
}

// askSTUN sends a binding request (RFC 8489) and waits for an answer.
func askSTUN(to string) error {
	conn, err := net.Dial("udp", to)
	if err != nil {
		return err
	}
	defer conn.Close()
	request := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	answer := make([]byte, 1500)
	for range 3 { // it is UDP
		if _, err := conn.Write(request.Raw); err != nil {
			return err
		}
		_ = conn.SetReadDeadline(time.Now().Add(askTime / 3))
		n, err := conn.Read(answer)
		if err != nil {
			continue
		}
		got := &stun.Message{Raw: answer[:n]}
		if got.Decode() == nil && got.TransactionID == request.TransactionID && got.Type == stun.BindingSuccess {
			return nil
		}
	}
	return errors.New("no answer")
}

// reaches sends a random packet to an address and waits for it at a socket of this machine.
func reaches(to string, at net.PacketConn) error {
	sign := []byte(rand.Text())
	conn, err := net.Dial("udp", to)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = at.SetReadDeadline(time.Now().Add(askTime))
	if _, err := conn.Write(sign); err != nil {
		return err
	}
	for buf := make([]byte, 1500); ; {
		n, _, err := at.ReadFrom(buf)
		if err != nil {
			return errors.New("no answer")
		}
		if string(buf[:n]) == string(sign) {
			return nil
		}
	}
}
