package main

import (
	"os"
	"syscall"
)

// bound keeps a child out of the console's Ctrl-C, which is answered in order.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// apart lets a program live on.
func apart() *syscall.SysProcAttr { return nil }

// ask ends the process: Windows has no polite way for programs without a console.
func ask(p *os.Process) error { return p.Kill() }
