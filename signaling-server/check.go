package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"legekonsultasjon/signaling-server/store"
)

const (
	askTime   = 3 * time.Second // for each question over the network
	fewFiles  = 4096            // open files below which the server soon refuses patients
	roomyDisk = 1 << 30         // bytes
)

// errWarned ends a check that found nothing worse than warnings.
var errWarned = errors.New("works, with warnings")

// checkup collects what is found.
type checkup struct {
	out            io.Writer
	warned, failed int
}

func (c *checkup) fine(what, words string) { fmt.Fprintf(c.out, "ok    %-12s %s\n", what, words) }

func (c *checkup) warn(what, words string) {
	c.warned++
	fmt.Fprintf(c.out, "warn  %-12s %s\n", what, words)
}

func (c *checkup) fail(what, words string) {
	c.failed++
	fmt.Fprintf(c.out, "FAIL  %-12s %s\n", what, words)
}

// check looks at everything that the settings of serve name, without changing any of it, and says what it finds. The server
// may run meanwhile. The error is a usageError for settings that cannot be meant, errWarned for warnings only.
func check(ctx context.Context, args []string, out, errs io.Writer) error {
	f := &serveFlags{}
	fs := f.set()
	fs.Init("check", flag.ContinueOnError)
	timeServer := fs.String("time-server", "", "`host` to compare the clock with (NTP); empty: ask the kernel only")
	if ok, err := parse(fs, args, errs, true); !ok || err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	c := &checkup{out: out}
	c.fine("settings", "public URL "+f.publicURL)
	running := c.answers(ctx, f)
	c.checkAddress(ctx, f)
	c.checkCertificate(f)
	c.checkStore(ctx, f, errs)
	c.checkPorts(f, running)
	c.checkTURN(ctx, f, running)
	c.checkClock(ctx, *timeServer)
	c.checkLimits(f)
	c.checkRights(f, fs.Lookup("config").Value.String())
	switch {
	case c.failed > 0:
		return fmt.Errorf("%d of what was looked at does not work, %d to be seen to", c.failed, c.warned)
	case c.warned > 0:
		return errWarned
	}
	return nil
}

// answers reports whether a signaling server answers at the data folder, which is this one.
func (c *checkup) answers(ctx context.Context, f *serveFlags) bool {
	if f.natsURL == "" {
		_, running, _ := askRunning(ctx, f.data, order{Verb: "clinic list"})
		if running {
			c.fine("server", "runs on this data folder")
			return true
		}
		c.fine("server", "does not run")
		return false
	}
	if f.metricsListen == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.metricsListen+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return true
}

// checkAddress looks whether the name in the public URL leads anywhere.
func (c *checkup) checkAddress(ctx context.Context, f *serveFlags) {
	host := f.public.Hostname()
	if strings.EqualFold(host, "localhost") { // everybody's own machine, with a hosts file or without
		c.fine("address", host+" is this machine")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		c.fail("address", host+" cannot be resolved: "+err.Error())
		return
	}
	c.fine("address", fmt.Sprintf("%s is %v", host, addresses))
}

// checkStore opens the store when no server does, and reads from it.
func (c *checkup) checkStore(ctx context.Context, f *serveFlags, errs io.Writer) {
	o := store.Options{Folder: f.data, URL: f.natsURL, Log: slog.New(slog.NewTextHandler(errs, nil))}
	if f.natsURL == "" {
		info, err := os.Stat(f.data)
		if errors.Is(err, os.ErrNotExist) {
			c.warn("store", f.data+" is not there yet; the first start makes it")
			return
		}
		if err != nil || !info.IsDir() {
			c.fail("store", fmt.Sprintf("%s is no folder that can be read: %v", f.data, err))
			return
		}
		if info.Mode().Perm()&0o077 != 0 {
			c.warn("store", fmt.Sprintf("%s can be entered by others (mode %04o); chmod 700", f.data, info.Mode().Perm()))
		}
		if _, running, err := askRunning(ctx, f.data, order{Verb: "clinic list"}); running {
			c.storeAnswered(err)
			c.room(f.data)
			return
		}
	}
	if f.natsURL == "" && store.Fresh(f.data) {
		c.fine("store", f.data+" is empty; the first start makes the store")
		return
	}
	err := withStore(ctx, o, func(st *store.Store) error {
		_, err := st.Clinics(ctx)
		c.storeAnswered(err)
		return nil
	})
	var taken inUseError
	switch {
	case errors.As(err, &taken):
		c.fail("store", "it is open, and whoever has it open takes no orders")
	case err != nil:
		c.fail("store", err.Error())
	case f.natsURL == "":
		c.room(f.data)
	}
}

func (c *checkup) storeAnswered(err error) {
	if err != nil {
		c.fail("store", "it does not answer: "+err.Error())
		return
	}
	c.fine("store", "answers")
}

func (c *checkup) room(folder string) {
	free, err := store.FreeOn(folder)
	if err != nil {
		c.warn("disk", err.Error())
		return
	}
	words := fmt.Sprintf("%d MiB free on its disk", free>>20)
	switch {
	case free < store.MinFree:
		c.fail("disk", words+fmt.Sprintf("; under %d MiB nothing more is written", store.MinFree>>20))
	case free < roomyDisk:
		c.warn("disk", words)
	default:
		c.fine("disk", words)
	}
}

// checkRights looks whether the server may read what its settings name. Root, who mostly runs check, reads everything; the
// service has a user of its own.
func (c *checkup) checkRights(f *serveFlags, config string) {
	server, ok := serverUser(f.data)
	if !ok {
		return
	}
	hidden := false
	for _, file := range []string{config, f.tlsCert, f.tlsKey, f.acmeRoots, f.turnSecretFile, f.seal} {
		path, err := filepath.Abs(file)
		if file == "" || err != nil || server.reads(path) {
			continue
		}
		hidden = true
		c.fail("rights", server.name+", as whom the server runs, cannot read "+path+"; chgrp it and chmod 640, and let the group into its folders")
	}
	if !hidden {
		c.fine("rights", server.name+" may read what the settings name")
	}
}

// checkLimits looks at what the system lets the server have.
func (c *checkup) checkLimits(f *serveFlags) {
	if n, known := openFiles(); known && n < fewFiles {
		c.warn("limits", fmt.Sprintf("%d open files; every patient and every desktop is one. Raise LimitNOFILE", n))
	} else if known {
		c.fine("limits", fmt.Sprintf("%d open files", n))
	}
	host, _, _ := net.SplitHostPort(f.metricsListen)
	if ip := net.ParseIP(host); f.metricsListen != "" && !(host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsPrivate())) {
		c.warn("metrics", f.metricsListen+" may be reached from the Internet; listen on a loopback or private address")
	}
}
