// Package memory keeps the program small: by default Go and the C library both trade memory for speed that a call does not
// need. A program with pictures of some megabytes, few of which live long, and threads that come and go would otherwise
// hold about a quarter more than it uses.
package memory

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage may lie beside what is in use before it is collected, in percent of that; Go's own 100
// doubles the heap. A call makes little garbage: some forty collections a minute and a half, each of a few milliseconds.
const gcPercent = 25

// Save sets both allocators to keep little. It is called once, before threads are made; what the environment says of Go's
// (GOGC) stands.
func Save() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	saveC()
}

// Trim gives back to the system what lies unused. It takes some milliseconds: for quiet moments, after something large has
// ended.
func Trim() {
	debug.FreeOSMemory()
	trimC()
}
