package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticksPerSecond is the unit of proc(5)'s times; Linux shows 100 to all programs.
const ticksPerSecond = 100

// family is a process and all that descend from it.
func family(root int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, file := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			continue
		}
		if fields := statOf(pid); len(fields) > 1 {
			parent, _ := strconv.Atoi(fields[1])
			children[parent] = append(children[parent], pid)
		}
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// statOf is the fields of proc(5)'s stat from the third (state) on; none when the process has ended.
func statOf(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}

// spent is the processor time in seconds that the processes have used, their ended children's included.
func spent(pids []int) float64 {
	sum := 0
	for _, pid := range pids {
		fields := statOf(pid)
		if len(fields) < 15 {
			continue
		}
		for _, i := range []int{11, 12, 13, 14} { // utime, stime, cutime, cstime
			n, _ := strconv.Atoi(fields[i])
			sum += n
		}
	}
	return float64(sum) / ticksPerSecond
}

// proportional is the memory of the processes in MB: what they share counts in parts (proc(5), smaps_rollup, Pss).
func proportional(pids []int) float64 {
	sum := 0
	for _, pid := range pids {
		sum += pss(pid)
	}
	return float64(sum) / 1024
}

// pss is in KiB, 0 when the process has ended.
func pss(pid int) int {
	f, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(value, "kB")))
			return n
		}
	}
	return 0
}
