package main

import (
	"context"
	"fmt"
	"time"

	"legekonsultasjon/e2e/bench/load"
)

// hospital is what the server's bench measures: ten thousand within a minute, beside five hundred running sessions.
var hospital = load.Load{Waiting: 10_000, Within: time.Minute, Calls: 500, Talk: time.Second, Unloaded: 200, Settle: 35 * time.Second}

// serverBench is the server over http, as behind a proxy; secure is the server with TLS of its own.
func serverBench(secure bool) bench {
	suffix := ""
	if secure {
		suffix = ".tls"
	}
	names := []string{"server.idle.rss", "server.waiting.rss", "server.join.p50", "server.join.p99", "server.relay.p50", "server.relay.p99"}
	for i := range names {
		names[i] += suffix
	}
	return bench{names: names, run: func(ctx context.Context, runs int) ([]row, error) {
		var all []load.Figures
		for range max(runs, 1) {
			one, err := hospital.Run(ctx, secure)
			if err != nil {
				return nil, fmt.Errorf("server%s: %w", suffix, err)
			}
			all = append(all, one)
		}
		return serverRows(all, suffix), nil
	}}
}

func serverRows(all []load.Figures, suffix string) []row {
	of := func(name, unit, note string, value func(load.Figures) float64) row {
		var v []float64
		for _, one := range all {
			v = append(v, value(one))
		}
		r := newRow(name+suffix, unit, v)
		r.note = note
		return r
	}
	last := all[len(all)-1]
	return []row{
		of("server.idle.rss", "MB", "all invitations in the store, nobody connected", func(f load.Figures) float64 { return f.Idle / 1024 }),
		of("server.waiting.rss", "KiB", fmt.Sprintf("per patient; %.0f MB before, %.0f after, at most %.0f", last.Before/1024, last.After/1024, last.Peak/1024),
			func(f load.Figures) float64 { return (f.After - f.Before) / float64(f.Waiting) }),
		of("server.join.p50", "ms", fmt.Sprintf("unloaded; %.1f while all come", last.Join50), func(f load.Figures) float64 { return f.Unloaded50 }),
		of("server.join.p99", "ms", fmt.Sprintf("%d come evenly within %v", last.Waiting, hospital.Within), func(f load.Figures) float64 { return f.Join99 }),
		of("server.relay.p50", "ms", fmt.Sprintf("one way, meanwhile; %d frames", last.Frames), func(f load.Figures) float64 { return f.Relay50 }),
		of("server.relay.p99", "ms", "", func(f load.Figures) float64 { return f.Relay99 }),
	}
}
