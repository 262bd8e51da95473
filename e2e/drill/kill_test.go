package drill

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

// TestKill is the drill "kill": three desktops make, change and delete invitations, the server is killed at a random
// instant, and after each start everything that it had acknowledged is there, sessions too. At the end everything of all
// runs is asked for once more.
func TestKill(t *testing.T) {
	server := rig.NewServer(t, rig.ServerOptions{Dir: t.TempDir(), Binary: built(t), Doctors: []rig.Doctor{kari}})
	s := newStorm(t, server, 3)
	n := runs(t, 10)
	all := map[signaling.InvitationID]fact{}
	survived, checked := 0, 0
	var back []time.Duration
	for run := range n {
		ctx, cancel := context.WithCancel(t.Context())
		over := s.blow(ctx)
		time.Sleep(time.Duration(20+rand.IntN(400)) * time.Millisecond) // the random instant, not a wait for something
		server.Process.Kill()
		cancel()
		<-over
		began := time.Now()
		server.Start()
		back = append(back, time.Since(began))
		facts := s.forget()
		lost, asked, why := s.lost(t.Context(), server.URL, facts, facts)
		checked += asked
		if lost > 0 {
			t.Errorf("run %d: %d of %d lost; %s", run+1, lost, asked, why)
		} else {
			survived++
		}
		for id, f := range facts {
			all[id] = f
		}
	}
	lost, asked, why := s.lost(t.Context(), server.URL, all, all)
	if lost > 0 {
		t.Errorf("at the end %d of %d lost; %s", lost, asked, why)
	}
	report("kill", n, survived, "%d acknowledged records checked, 0 lost wanted, %d lost at the end; answers again after %s", checked, lost, spread(back))
}
