package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"
	"legekonsultasjon/e2e/rig"
)

// joinRuns are more than of other rows: one is short, and they differ.
const joinRuns = 7

// far is the way to the doctor's computer in call.join.rtt100: 100 ms there and back.
var far = impair.Conditions{Delay: 50 * time.Millisecond}

// joinBench is the time from Delta to the patient's picture on the doctor's screen, after they have stood connected; with
// the doctor's computer, a network namespace, far from the server and the patient or beside them.
func joinBench(name string, away bool) bench {
	return bench{names: []string{name}, run: func(ctx context.Context, runs int) ([]row, error) {
		if runs == 0 {
			runs = joinRuns
		}
		var took []float64
		for range runs {
			err := try(ctx, func(t *trial) {
				dir := t.TempDir()
				rig.Awake(t, dir)
				k := newKit(t, dir, sizes[0])
				c := newClinic(newHouse(t))
				if away {
					c.moveAway()
				}
				took = append(took, c.join(sizes[0], k).took())
				t.Logf("%s %.0f ms", name, took[len(took)-1])
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return []row{newRow(name, "ms", took)}, nil
	}}
}

// moveAway puts the doctor's computer at the end of a long line: the server is reached over it, as is the patient. The
// letters' way is no part of what is measured.
func (c *clinic) moveAway() {
	t := c.t
	there := rig.MakeSpace(t, fmt.Sprintf("bench%d", os.Getpid()))
	rig.LongLine(t, there, far)
	server, letters := strings.Replace(strings.TrimPrefix(c.server.URL, "http://"), "localhost", "127.0.0.1", 1), c.office.SMTPAddr()
	port, err := rig.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	front := net.JoinHostPort(rig.LongLineHere, fmt.Sprint(port))
	rig.Forward(t, nil, front, nil, server)
	rig.Forward(t, there, server, there, front)
	rig.Forward(t, there, letters, nil, letters)
	c.through = there.Through()
	began := time.Now()
	conn, err := rig.Within(there, func() (net.Conn, error) { return net.Dial("tcp4", front) })
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if d := time.Since(began); d < 2*far.Delay {
		t.Fatalf("the long line answers after %v", d)
	}
}
