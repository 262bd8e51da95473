package audio

/*
#cgo LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

// Miniaudio's own, linked through malgo.
extern size_t ma_context_sizeof(void) __attribute__((weak));

typedef void (*told)(void *context, const void *info, int end, void *user);
typedef void *(*ask)(void *context, const char *name, told callback, void *user);

// PulseAudio's own. Written before they are first read, always with the same.
static ask ask_sink, ask_source;

struct answer { told callback; void *user; };

// pass hands an answer on unless it is the one that says that there is no such device, which has no info to look at.
static void pass(void *context, const void *info, int end, void *user) {
	struct answer a = *(struct answer *)user;
	if (end != 0) free(user);
	if (end > 0 || (end == 0 && info != NULL)) a.callback(context, info, end, a.user);
}

// An answer that never comes, for the connection broke, leaves its 16 bytes behind.
static void *guarded(ask question, void *context, const char *name, told callback, void *user) {
	struct answer *a = malloc(sizeof *a);
	if (a == NULL) return NULL;
	*a = (struct answer){callback, user};
	void *operation = question(context, name, pass, a);
	if (operation == NULL) free(a);
	return operation;
}
static void *guarded_sink(void *c, const char *n, told t, void *u) { return guarded(ask_sink, c, n, t, u); }
static void *guarded_source(void *c, const char *n, told t, void *u) { return guarded(ask_source, c, n, t, u); }

// guard puts the two in the place of PulseAudio's in a context of miniaudio's, and says how many it found.
static int guard(void **context) {
	if (ma_context_sizeof == NULL) return 0;
	void *lib = dlopen("libpulse.so.0", RTLD_NOW);
	if (lib == NULL) return 0;
	void *sink = dlsym(lib, "pa_context_get_sink_info_by_name"), *source = dlsym(lib, "pa_context_get_source_info_by_name");
	if (sink == NULL || source == NULL) return 0;
	ask_sink = (ask)sink;
	ask_source = (ask)source;
	int found = 0;
	for (size_t i = 0; i < ma_context_sizeof() / sizeof(void *); i++) {
		if (context[i] == sink) context[i] = (void *)guarded_sink, found++;
		else if (context[i] == source) context[i] = (void *)guarded_source, found++;
	}
	return found;
}
*/
import "C"

import (
	"sync"
	"unsafe"

	"github.com/gen2brain/malgo"
)

// guarding keeps two connections from writing the same two addresses at once.
var guarding sync.Mutex

// guard keeps miniaudio (0.11.25) from a null pointer. When a device goes while miniaudio asks for its name, PulseAudio
// answers that there is none (end of list below zero, no info), and miniaudio reads the name from there. Both questions go
// through pointers in miniaudio's context, which are bent to functions that drop that answer; miniaudio then says that there
// is no such device. It reports whether both were found.
func guard(ctx *malgo.AllocatedContext) bool {
	guarding.Lock()
	defer guarding.Unlock()
	return C.guard((*unsafe.Pointer)(contextPointer(ctx))) == 2
}

// contextPointer is the context itself: malgo keeps it behind two pointers and gives it to nobody.
func contextPointer(ctx *malgo.AllocatedContext) unsafe.Pointer {
	return **(**unsafe.Pointer)(unsafe.Pointer(&ctx.Context))
}
