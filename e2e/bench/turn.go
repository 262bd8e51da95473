package main

import (
	"context"
	"time"

	"legekonsultasjon/e2e/bench/load"
)

// relaying is sixteen pairs of a client and a peer, about 80 Mbit/s in all: what forty calls send in one direction.
var relaying = load.Relaying{Pairs: 16, Pictures: 5, For: 10 * time.Second}

// turnBench is the server's own relay beside Debian's coturn, in turns.
func turnBench() bench {
	return bench{names: []string{"turn.cpu"}, run: func(ctx context.Context, runs int) ([]row, error) {
		if runs == 0 {
			runs = 5
		}
		ours, peer, err := relaying.Run(ctx, runs)
		if err != nil {
			return nil, err
		}
		r := newRow("turn.cpu", "ms per Mbit", ours)
		beside := rounded(median(peer))
		ratio := rounded(median(ours) / median(peer))
		r.Peer, r.Ratio, r.note = &beside, &ratio, "peer coturn"
		return []row{r}, nil
	}}
}
