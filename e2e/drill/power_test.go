//go:build linux

package drill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

const powerDisk = 256 << 20 // bytes

// TestPower is the drill "power": the server's data folder is on a loop device, and at a random instant of three desktops'
// writing the device's image is copied: every other time as it is, every other time without a random part of what had not
// been flushed. On the copy, mounted anew, another server has everything that had been acknowledged by then.
func TestPower(t *testing.T) {
	if !asRoot(t) {
		return
	}
	shelf := newDiskShelf(t)
	disk := newVolatileDisk(powerDisk, image{})
	device := shelf.attach("live", disk, true)
	binary := built(t)
	logs := t.TempDir()
	server := rig.NewServer(t, rig.ServerOptions{Dir: device.folder, Logs: logs, Binary: binary, Doctors: []rig.Doctor{kari}})
	defer server.Process.Stop() // before the device goes
	s := newStorm(t, server, 3)
	ctx, cancel := context.WithCancel(t.Context())
	over := s.blow(ctx)
	n, survived, checked := runs(t, 4), 0, 0
	for run := range n {
		time.Sleep(time.Duration(20+rand.IntN(400)) * time.Millisecond) // the random instant, not a wait for something
		then := s.known()
		copied := disk.cut(run%2 == 0)
		select {
		case <-over:
			t.Fatal("the writing ended by itself")
		default:
		}
		lost, asked, why := afterCut(t, shelf, fmt.Sprint("copy", run), copied, s, then, binary, logs)
		checked += asked
		if lost > 0 {
			t.Errorf("run %d: %d of %d lost; %s", run+1, lost, asked, why)
			continue
		}
		survived++
		s.prune(then)
	}
	cancel()
	<-over
	report("power", n, survived, "%d acknowledged records checked, 0 lost wanted; every other cut also loses a random part of the disk's cache", checked)
}

// afterCut starts a server on a copy of the disk and counts what it lost.
func afterCut(t *testing.T, shelf *diskShelf, name string, copied image, s *storm, then map[signaling.InvitationID]fact, binary, logs string) (lost, asked int, why string) {
	t.Helper()
	device := shelf.attach(name, newVolatileDisk(powerDisk, copied), false)
	defer device.detach()
	server := rig.OpenServer(t, rig.ServerOptions{Dir: device.folder, Logs: logs, Binary: binary})
	defer server.Process.Stop()
	return s.lost(t.Context(), server.URL, then, s.known())
}
