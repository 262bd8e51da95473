package main

import "golang.org/x/sys/unix"

// synchronized reports whether the kernel's clock is kept by a time service (adjtimex(2)); known is false where nobody can
// say.
func synchronized() (kept, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return false, false
	}
	return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, true
}
