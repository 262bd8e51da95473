// Command bench measures the program, beside its peer where there is one: go run ./e2e/bench [regex]. It writes
// bench/out/latest.json (docs: an array of name, unit, ours, peer, ratio, runs) and prints the same as a table, with the
// spread of the runs and the targets' names.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one measurement; Ours and Peer are medians over Runs runs.
type row struct {
	Name  string   `json:"name"`
	Unit  string   `json:"unit"`
	Ours  float64  `json:"ours"`
	Peer  *float64 `json:"peer"`
	Ratio *float64 `json:"ratio"`
	Runs  int      `json:"runs"`

	low, high float64 // of ours
	note      string
}

// bench measures one or more rows. One whose names all fail to match is not run.
type bench struct {
	names []string
	alone bool // it takes long: run only when it is named
	run   func(ctx context.Context, runs int) ([]row, error)
}

// benches is in the order of running. One file per bench.
func benches() []bench {
	return []bench{
		speechBench(),
		callBench(sizes[0]),
		callBench(sizes[1]),
		joinBench("call.join", false),
		joinBench("call.join.rtt100", true),
		netLossBench(),
		netRampBench(),
		startBench(),
		idleBench(),
		soakBench(),
		serverBench(false),
		serverBench(true),
		turnBench(),
	}
}

// named reports whether a pattern is a name of this bench, or the most of one: it is not meant with all others.
func (b bench) named(pattern string) bool {
	return slices.ContainsFunc(b.names, func(name string) bool { return len(pattern) >= 4 && strings.Contains(name, pattern) })
}

func main() {
	pattern := "."
	if len(os.Args) > 1 && os.Args[1] != "" {
		pattern = os.Args[1]
	}
	if err := measure(pattern, runs(), filepath.Join("bench", "out")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runs is how often each measurement is repeated: RUNS, or each bench's own number when that is not set.
func runs() int {
	n, err := strconv.Atoi(os.Getenv("RUNS"))
	if err != nil || n < 1 {
		return 0
	}
	return n
}

func measure(pattern string, runs int, dir string) error {
	wanted, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var rows []row
	var failed error
	for _, b := range benches() {
		if !slices.ContainsFunc(b.names, wanted.MatchString) || b.alone && !b.named(pattern) {
			continue
		}
		got, err := b.run(ctx, runs)
		failed = errors.Join(failed, err)
		for _, r := range got {
			if wanted.MatchString(r.Name) {
				rows = append(rows, r)
			}
		}
	}
	if len(rows) == 0 && failed == nil {
		return fmt.Errorf("no bench is called like %q", pattern)
	}
	return errors.Join(failed, write(dir, rows), show(rows))
}

func write(dir string, rows []row) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(slices.Concat([]row{}, rows), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "latest.json"), append(b, '\n'), 0o644)
}

func show(rows []row) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tours\tunit\tspread\tpeer\tratio\truns\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.3g\t%s\t%.3g..%.3g\t%s\t%s\t%d\t%s\n", r.Name, r.Ours, r.Unit, r.low, r.high, optional(r.Peer), optional(r.Ratio), r.Runs, r.note)
	}
	return w.Flush()
}

func optional(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.3g", *v)
}

// newRow sums up the runs of a measurement without a peer.
func newRow(name, unit string, ours []float64) row {
	return row{Name: name, Unit: unit, Ours: rounded(median(ours)), Runs: len(ours), low: slices.Min(ours), high: slices.Max(ours)}
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
