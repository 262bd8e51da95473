package rig

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCore finds what a process holds in its memory, and leaves it running.
func TestCore(t *testing.T) {
	dir := t.TempDir()
	p := Start(t, dir, "sleep", append(os.Environ(), "HELD=rabarbra med fløte"), "sleep", "60")
	file := filepath.Join(dir, "core")
	size, err := p.Core(file)
	if err != nil || size == 0 {
		t.Fatal(size, err)
	}
	s := NewSearch()
	s.Text("held", "rabarbra med fløte")
	s.Text("not held", "rabarbra med krem")
	hits, err := s.Files(file)
	if err != nil || len(hits) != 1 || hits[0].Needle != "held" {
		t.Errorf("%v, %v", hits, err)
	}
	if stopped(p.PID()) {
		t.Error("the process was not let go on")
	}
}
