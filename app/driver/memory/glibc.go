//go:build linux && cgo

package memory

/*
#include <malloc.h>

#ifdef __GLIBC__
static void save(void) {
	mallopt(M_ARENA_MAX, 2);               // otherwise up to eight for each processor, each with its own leftovers
	mallopt(M_MMAP_THRESHOLD, 128 * 1024); // pictures go back to the system at once; set, it no longer grows by itself
	mallopt(M_TRIM_THRESHOLD, 512 * 1024);
}
static void trim(void) { malloc_trim(0); }
#else
static void save(void) {}
static void trim(void) {}
#endif
*/
import "C"

func saveC() { C.save() }
func trimC() { C.trim() }
