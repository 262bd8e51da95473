package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/front"
	"legekonsultasjon/signaling-server/store"
	"legekonsultasjon/signaling-server/turn"
)

// meter collects what GET /metrics tells Prometheus. No label holds anything about a person: kinds and codes only.
type meter struct {
	set     *metrics.Set
	version string
}

func newMeter() *meter { return &meter{set: metrics.NewSet(), version: version()} }

// bounds are the upper ends of the buckets of the store's calls, in seconds.
var bounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}

// stored counts a call of the store; it is store.Options.Observe.
func (m *meter) stored(call string, took time.Duration, code signaling.Code) {
	m.set.GetOrCreateCounter(fmt.Sprintf(`signaling_store_calls_total{call=%q,code=%q}`, call, code)).Inc()
	const name = "signaling_store_call_seconds"
	for _, le := range bounds {
		if c := m.set.GetOrCreateCounter(fmt.Sprintf(`%s_bucket{call=%q,le="%g"}`, name, call, le)); took.Seconds() <= le {
			c.Inc()
		}
	}
	m.set.GetOrCreateCounter(fmt.Sprintf(`%s_bucket{call=%q,le="+Inf"}`, name, call)).Inc()
	m.set.GetOrCreateCounter(fmt.Sprintf(`%s_count{call=%q}`, name, call)).Inc()
	m.set.GetOrCreateFloatCounter(fmt.Sprintf(`%s_sum{call=%q}`, name, call)).Add(took.Seconds())
}

// counted counts what happens at the door; it is front.Options.Count.
func (m *meter) counted(what front.Happening, code signaling.Code) {
	m.set.GetOrCreateCounter(fmt.Sprintf(`signaling_%s_total{code=%q}`, what, code)).Inc()
}

// watch adds the figures that are looked up when somebody asks.
func (m *meter) watch(st *store.Store, door *front.Server) {
	gauge := func(name string, f func() float64) { m.set.NewGauge(name, f) }
	gauge("signaling_build_info{version=\""+strings.ReplaceAll(m.version, "\"", "")+"\"}", func() float64 { return 1 })
	gauge("signaling_store_up", func() float64 { return truth(st.Answers()) })
	gauge("signaling_store_restarts_total", func() float64 { return float64(st.Restarts()) })
	if _, known := st.Free(); known {
		gauge("signaling_store_free_bytes", func() float64 { free, _ := st.Free(); return float64(free) })
		gauge("signaling_store_needed_bytes", func() float64 { return store.MinFree })
	}
	if n, known := openFiles(); known {
		gauge("signaling_open_files_limit", func() float64 { return float64(n) })
	}
	gauge("signaling_draining", func() float64 { return truth(door.Draining()) })
	gauge(`signaling_sockets{kind="patient"}`, func() float64 { patients, _ := door.Sockets(); return float64(patients) })
	gauge(`signaling_sockets{kind="desktop"}`, func() float64 { _, desktops := door.Sockets(); return float64(desktops) })
}

// watchEdge adds the figures of the gate and of TURN.
func (m *meter) watchEdge(e *edge) {
	gate := func(name string, pick func(open, pending int, away uint64) float64) {
		m.set.NewGauge(name, func() float64 { return pick(e.gate.Counts()) })
	}
	gate("signaling_connections", func(open, _ int, _ uint64) float64 { return float64(open) })
	gate("signaling_connections_unproven", func(_, pending int, _ uint64) float64 { return float64(pending) })
	gate("signaling_connections_turned_away_total", func(_, _ int, away uint64) float64 { return float64(away) })
	if e.relay == nil {
		return
	}
	relay := func(name string, pick func(turn.Stats) float64) {
		m.set.NewGauge(name, func() float64 { return pick(e.relay.Stats()) })
	}
	relay("signaling_turn_allocations", func(s turn.Stats) float64 { return float64(s.Allocations) })
	relay("signaling_turn_allocations_total", func(s turn.Stats) float64 { return float64(s.Begun) })
	relay(`signaling_turn_refused_total{why="quota"}`, func(s turn.Stats) float64 { return float64(s.Quota) })
	relay(`signaling_turn_refused_total{why="credentials"}`, func(s turn.Stats) float64 { return float64(s.Refused) })
	relay(`signaling_turn_refused_total{why="address"}`, func(s turn.Stats) float64 { return float64(s.Denied) })
	relay(`signaling_turn_refused_total{why="flood"}`, func(s turn.Stats) float64 { return float64(s.Flood) })
	relay(`signaling_turn_bytes_total{to="clients"}`, func(s turn.Stats) float64 { return float64(s.BytesIn) })
	relay(`signaling_turn_bytes_total{to="peers"}`, func(s turn.Stats) float64 { return float64(s.BytesOut) })
	relay("signaling_turn_packets_dropped_total", func(s turn.Stats) float64 { return float64(s.Dropped) })
}

func truth(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

func (m *meter) write(w io.Writer) {
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// handler answers on the address for monitoring, which is never the public one.
func (m *meter) handler(door *front.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(w)
	})
	mux.HandleFunc("GET /healthz", door.Health)
	mux.HandleFunc("GET /readyz", door.Ready)
	return mux
}
