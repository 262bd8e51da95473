package audio

import (
	"context"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// niceness is what PulseAudio gives its own threads.
const niceness = -11

func threadID() int { return syscall.Gettid() }

// raise gives a thread priority over others: by right, or by RealtimeKit's leave, which desktops have. Without either it
// stays as it is.
func raise(thread int) {
	if syscall.Setpriority(syscall.PRIO_PROCESS, thread, niceness) == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer bus.Close()
	kit := bus.Object("org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1")
	_ = kit.CallWithContext(ctx, "org.freedesktop.RealtimeKit1.MakeThreadHighPriority", 0, uint64(thread), int32(niceness)).Err
}
