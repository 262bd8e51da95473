//go:build linux

package drill

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

const (
	smallDisk  = 224 << 20        // bytes
	refuseTime = 2 * time.Second  // until a new invitation has been refused
	healTime   = 10 * time.Second // after space is free
)

// TestDisk is the drill "disk": the disk under the data folder is filled while invitations are made and a patient and a
// doctor talk over their sockets: every other time until little is left, every other time to the last byte. The talk goes
// on, invitations are refused as storeFull within two seconds, after space is free they are taken again within ten, and
// what was acknowledged is there, also after the server has been killed and started on the full disk.
func TestDisk(t *testing.T) {
	if !asRoot(t) {
		return
	}
	device := newDiskShelf(t).attach("small", newVolatileDisk(smallDisk, image{}), true)
	server := rig.NewServer(t, rig.ServerOptions{Dir: device.folder, Logs: t.TempDir(), Binary: built(t), Doctors: []rig.Doctor{kari}})
	defer func() { server.Process.Stop() }() // before the device goes
	s := newStorm(t, server, 2)
	trying := s.signIn()
	stop := s.talk()
	n, survived := runs(t, 2), 0
	var refused, healed []time.Duration
	for run := range n {
		left := int64(0)
		if run%2 == 0 {
			left = mathrand.Int64N(60 << 20)
		}
		refusal, heal, err := s.fill(trying, filepath.Join(device.folder, "filler"), left)
		if err != nil {
			t.Errorf("run %d, %d MiB left: %v", run+1, left>>20, err)
			continue
		}
		survived++
		refused, healed = append(refused, refusal), append(healed, heal)
	}
	gap, err := stop()
	if err != nil {
		t.Errorf("the talk: %v", err)
	}
	if err := s.startsWhenFull(trying, filepath.Join(device.folder, "filler")); err != nil {
		t.Errorf("killed and started on a full disk: %v", err)
	}
	facts := s.known()
	lost, checked, why := s.lost(t.Context(), server.URL, facts, facts)
	if lost > 0 {
		t.Errorf("%d of %d lost; %s", lost, checked, why)
	}
	report("disk", n, survived, "refused after %s, taken again after %s, longest silence of the talk %d ms, %d of %d acknowledged lost",
		spread(refused), spread(healed), gap.Milliseconds(), lost, checked)
}

// fill fills the disk but for left bytes while a storm blows, and frees it again. It returns how long the slowest refusal
// took, and how long it took after that until an invitation was taken.
func (s *storm) fill(trying desktopSeat, file string, left int64) (slowest, heal time.Duration, err error) {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	conn, err := trying.dial(ctx, s.server.URL)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close("")
	over := s.blow(ctx)
	time.Sleep(time.Duration(50+mathrand.IntN(200)) * time.Millisecond) // the random instant, not a wait for something
	defer os.Remove(file)
	if err := occupy(file, left); err != nil {
		return 0, 0, err
	}
	<-over // each of its desktops has been refused
	for _, a := range s.refused() {
		if slowest = max(slowest, a.took); a.code != signaling.StoreFull || a.took > refuseTime {
			return 0, 0, fmt.Errorf("a writing desktop was told %q after %v", a.code, a.took)
		}
	}
	took, err := s.whileFull(ctx, conn)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := os.Remove(file); err != nil {
		return 0, 0, err
	}
	heal, err = s.healed(ctx, conn, began)
	return max(slowest, took), heal, err
}

// whileFull tries for three seconds, as often as a person might: invitations are refused, notes are read.
func (s *storm) whileFull(ctx context.Context, conn signaling.Conn) (slowest time.Duration, err error) {
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		code, took, err := s.tryCreate(ctx, conn)
		if slowest = max(slowest, took); code != signaling.StoreFull || took > refuseTime {
			return slowest, errors.Join(fmt.Errorf("a full disk, and an invitation was told %q after %v", code, took), err)
		}
		if err := s.reads(ctx); err != nil {
			return slowest, fmt.Errorf("a note was not read from a full disk: %w", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return slowest, nil
}

// reads fetches the note of an invitation that is there.
func (s *storm) reads(ctx context.Context) error {
	for id, f := range s.known() {
		if f.acked > 0 && !f.askedGone {
			_, err := signaling.Client{}.FetchNote(ctx, s.server.URL, signaling.Knock{Version: signaling.Version, Invitation: id, Admission: f.admission})
			return err
		}
	}
	return nil
}

// healed waits until an invitation is taken again.
func (s *storm) healed(ctx context.Context, conn signaling.Conn, began time.Time) (time.Duration, error) {
	for time.Since(began) < healTime {
		code, _, err := s.tryCreate(ctx, conn)
		if err != nil {
			return 0, err
		}
		if code == "" {
			return time.Since(began), nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return 0, errors.New("no invitation was taken within ten seconds after space was free")
}

// startsWhenFull kills the server on a disk without a free byte and starts it: it reads, refuses, and heals.
func (s *storm) startsWhenFull(trying desktopSeat, file string) error {
	if err := occupy(file, 0); err != nil {
		return err
	}
	defer os.Remove(file)
	s.server.Process.Kill()
	s.server.Start()
	conn, err := trying.dial(s.t.Context(), s.server.URL)
	if err != nil {
		return err
	}
	defer conn.Close("")
	if _, err := s.whileFull(s.t.Context(), conn); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil {
		return err
	}
	_, err = s.healed(s.t.Context(), conn, time.Now())
	return err
}

// occupy leaves about left bytes to everybody but root, which the server of this drill is: a file is made that takes all.
func occupy(file string, left int64) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var fsys syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(file), &fsys); err != nil {
		return err
	}
	free := int64(fsys.Bfree) * fsys.Bsize
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, max(free-left, 1)); err == nil || !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	block := make([]byte, 64<<10)
	for size := len(block); size >= 512; size /= 2 { // smaller and smaller, until nothing more fits
		for {
			if _, err := f.Write(block[:size]); err != nil {
				break
			}
		}
	}
	return nil
}

func (s *storm) tryCreate(ctx context.Context, conn signaling.Conn) (signaling.Code, time.Duration, error) {
	id, admission := signaling.InvitationID{}, signaling.Admission{}
	_, _ = rand.Read(id[:])
	_, _ = rand.Read(admission[:])
	began := time.Now()
	err := s.create(ctx, conn, id, admission)
	took := time.Since(began)
	var r refusal
	if errors.As(err, &r) {
		return r.code, took, nil
	}
	return "", took, err
}
