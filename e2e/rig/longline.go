package rig

import (
	"fmt"
	"os"
	"testing"
	"time"

	"legekonsultasjon/core/media/mediatest/impair"

	"golang.org/x/sys/unix"
)

// LongLineHere is this process's address on a LongLine.
const (
	LongLineHere  = "10.78.0.1"
	longLineThere = "10.78.0.2"
)

// LongLine joins this process's network with a space, by a TUN interface at each end, so that all between them passes
// under the same conditions both ways. It goes with the test.
func LongLine(t testing.TB, s *Space, conditions impair.Conditions) {
	t.Helper()
	names := [2]string{fmt.Sprintf("lk%dh", os.Getpid()), fmt.Sprintf("lk%dt", os.Getpid())}
	var ends [2]*os.File
	for i, name := range names {
		ends[i] = openTUN(t, name)
	}
	IP(t, "addr", "add", LongLineHere+"/24", "dev", names[0])
	IP(t, "link", "set", names[0], "up")
	IP(t, "link", "set", names[1], "netns", s.Name)
	s.IP(t, "addr", "add", longLineThere+"/24", "dev", names[1])
	s.IP(t, "link", "set", names[1], "up")
	s.IP(t, "route", "add", "default", "dev", names[1])
	for i := range ends {
		carryPackets(t, ends[i], ends[1-i], uint64(i), conditions)
	}
}

func openTUN(t testing.TB, name string) *os.File {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatalf("/dev/net/tun: %v (it needs root)", err)
	}
	r, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, r); err != nil {
		t.Fatalf("TUN interface %s: %v", name, err)
	}
	file := os.NewFile(uintptr(fd), name)
	t.Cleanup(func() { file.Close() })
	return file
}

// carryPackets takes what comes out of one end to the other, until the end is closed.
func carryPackets(t testing.TB, from, to *os.File, seed uint64, conditions impair.Conditions) {
	line := impair.NewCourier(seed, time.Now(), func(p impair.Parcel[[]byte], _ time.Duration) {
		_, _ = to.Write(p.What) // an interface that is down loses it
	})
	t.Cleanup(line.Close)
	line.Set(conditions)
	go func() {
		buffer := make([]byte, 1<<16)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			line.Put(append([]byte(nil), buffer[:n]...), n)
		}
	}()
}
