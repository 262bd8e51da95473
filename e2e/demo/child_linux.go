package main

import (
	"os"
	"syscall"
)

// bound keeps a child out of the terminal's Ctrl-C, which is answered in order, and ends it with the demo.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// apart lets a program live on.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func ask(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
