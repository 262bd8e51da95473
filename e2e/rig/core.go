package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

// Core writes all memory of the process into a file: every mapping that can be read, one after the other, those of
// files too, which a debugger leaves out. The process is stopped meanwhile. A process may read its children's memory
// without being root, which is why this needs no debugger. It returns how many bytes it wrote.
func (p *Process) Core(file string) (int64, error) {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		return 0, err
	}
	defer func() { _ = syscall.Kill(p.PID(), syscall.SIGCONT) }()
	if err := WaitFor(context.Background(), 5*time.Second, func() bool { return stopped(p.PID()) }); err != nil {
		return 0, fmt.Errorf("%s did not stop: %w", p.Name, err)
	}
	written, err := copyMemory(p.PID(), out)
	if err != nil {
		return written, fmt.Errorf("memory of %s: %w", p.Name, err)
	}
	return written, out.Close()
}

// stopped reads the state behind the name in proc(5)'s stat.
func stopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "T")
}

func copyMemory(pid int, out io.Writer) (int64, error) {
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, err
	}
	defer maps.Close()
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer memory.Close()
	var written int64
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil {
			continue // above the half of the address space that is the program's: the kernel's own page
		}
		if rights[0] != 'r' || strings.Contains(lines.Text(), "[v") { // the kernel's clock pages cannot be read
			continue
		}
		n, err := io.Copy(out, io.NewSectionReader(memory, from, to-from))
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
