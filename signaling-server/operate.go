package main

import (
	"context"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"time"

	"legekonsultasjon/signaling-server/front"
)

// drainTime is how long sockets and requests have to end at SIGTERM.
const drainTime = 5 * time.Second

// operateFlags are about running the server, not about what it does.
type operateFlags struct {
	metricsListen string
	drainDelay    time.Duration
	verbose       bool
}

func (f *operateFlags) add(fs *flag.FlagSet) {
	configFlag(fs)
	fs.StringVar(&f.metricsListen, "metrics-listen", "", "TCP `address` for /metrics, /healthz and /readyz, such as 127.0.0.1:9700; not for the Internet; empty: none")
	fs.DurationVar(&f.drainDelay, "drain-delay", 0, "`time` after SIGTERM in which /readyz says no and all goes on, for load balancers")
	fs.BoolVar(&f.verbose, "verbose", false, "log every connection")
}

func (f *operateFlags) check() error {
	if f.metricsListen != "" {
		if _, _, err := net.SplitHostPort(f.metricsListen); err != nil {
			return usageError("--metrics-listen wants host:port, such as 127.0.0.1:9700")
		}
	}
	if f.drainDelay < 0 || f.drainDelay > time.Hour {
		return usageError("--drain-delay wants a time of at most an hour, such as 10s")
	}
	return nil
}

// monitoring answers Prometheus and load balancers until close.
type monitoring struct {
	server *http.Server
	done   chan struct{}
}

func openMonitoring(address string, handler http.Handler) (*monitoring, error) {
	if address == "" {
		return nil, nil
	}
	l, err := listen("tcp", address)
	if err != nil {
		return nil, err
	}
	m := &monitoring{
		server: &http.Server{Handler: handler, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 8 << 10},
		done:   make(chan struct{}),
	}
	go func() {
		defer close(m.done)
		_ = m.server.Serve(l)
	}()
	return m, nil
}

func (m *monitoring) close() {
	if m != nil {
		_ = m.server.Close()
		<-m.done
	}
}

// drain ends the server in order: load balancers are given time to look elsewhere, what is asked is answered, sockets are
// told Draining. TURN goes on relaying meanwhile and after; the calls through it end with the process.
func drain(f *operateFlags, door *front.Server, server *http.Server, log *slog.Logger) {
	notify("STOPPING=1")
	began := time.Now()
	patients, desktops := door.Sockets()
	log.Info("draining", "patients", patients, "desktops", desktops, "delay", f.drainDelay.String())
	door.Leave()
	if f.drainDelay > 0 {
		time.Sleep(f.drainDelay)
	}
	late, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	door.Drain(late)
	_ = server.Shutdown(late)
	log.Info("drained", "took", time.Since(began).Round(time.Millisecond).String())
}
