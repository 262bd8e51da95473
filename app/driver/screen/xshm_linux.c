//go:build cgo

#include "xshm_linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>

struct screen {
	Display *display;
	Window parent, window;
	Visual *visual;
	int depth;
	GC gc;
	XImage *image;
	XShmSegmentInfo shared;
	int attached;
	volatile int failed;
};

// One child lives at a time. Xlib's handler is one for the process: errors of our connection are noted, all others go to
// whoever was there before (the default handler ends the program).
static screen *current;
static XErrorHandler before;

static int on_error(Display *display, XErrorEvent *event) {
	if (current && current->display == display) {
		current->failed = 1;
		return 0;
	}
	return before ? before(display, event) : 0;
}

static void drop_image(screen *s) {
	if (s->attached) {
		XShmDetach(s->display, &s->shared);
		XSync(s->display, False);
		s->attached = 0;
	}
	if (s->image) {
		s->image->data = NULL;
		XDestroyImage(s->image);
		s->image = NULL;
	}
	if (s->shared.shmaddr) {
		shmdt(s->shared.shmaddr);
		s->shared.shmaddr = NULL;
	}
}

screen *screen_open(unsigned long parent, const char **reason) {
	Display *display = XOpenDisplay(NULL);
	if (!display) {
		*reason = "no X display";
		return NULL;
	}
	XWindowAttributes attributes;
	screen *s = calloc(1, sizeof *s);
	s->display = display;
	s->parent = parent;
	current = s;
	XErrorHandler old = XSetErrorHandler(on_error);
	if (old != on_error)
		before = old;
	if (!XShmQueryExtension(display)) {
		*reason = "the X server shares no memory";
	} else if (!XGetWindowAttributes(display, parent, &attributes) || s->failed) {
		*reason = "no such parent window";
	} else if (attributes.depth != 24 && attributes.depth != 32) {
		*reason = "the screen has not 24 bits a pixel";
	} else {
		s->visual = attributes.visual;
		s->depth = attributes.depth;
		XSetWindowAttributes wanted = {.background_pixmap = None, .bit_gravity = NorthWestGravity};
		s->window = XCreateWindow(display, parent, 0, 0, 16, 16, 0, CopyFromParent, InputOutput, CopyFromParent,
			CWBackPixmap | CWBitGravity, &wanted);
		s->gc = XCreateGC(display, s->window, 0, NULL);
		XSync(display, False);
		if (!s->failed)
			return s;
		*reason = "the X server refuses a child window";
	}
	screen_close(s);
	return NULL;
}

uint8_t *screen_size(screen *s, int x, int y, int width, int height, int *stride) {
	drop_image(s);
	s->image = XShmCreateImage(s->display, s->visual, s->depth, ZPixmap, NULL, &s->shared, width, height);
	if (!s->image || s->image->bits_per_pixel != 32 || s->image->byte_order != LSBFirst)
		return NULL;
	size_t size = (size_t)s->image->bytes_per_line * height;
	s->shared.shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	if (s->shared.shmid < 0)
		return NULL;
	s->shared.shmaddr = shmat(s->shared.shmid, NULL, 0);
	if (s->shared.shmaddr == (char *)-1) {
		s->shared.shmaddr = NULL;
		shmctl(s->shared.shmid, IPC_RMID, NULL);
		return NULL;
	}
	s->shared.readOnly = True;
	s->image->data = s->shared.shmaddr;
	s->attached = XShmAttach(s->display, &s->shared);
	XSync(s->display, False);
	// From here the memory goes away with the last process that uses it, however that ends.
	shmctl(s->shared.shmid, IPC_RMID, NULL);
	if (!s->attached || s->failed) {
		s->attached = 0;
		return NULL;
	}
	XMoveResizeWindow(s->display, s->window, x, y, width, height);
	*stride = s->image->bytes_per_line;
	return (uint8_t *)s->shared.shmaddr;
}

void screen_move(screen *s, int x, int y) {
	XMoveWindow(s->display, s->window, x, y);
	XFlush(s->display);
}

void screen_show(screen *s, int shown) {
	if (shown)
		XMapRaised(s->display, s->window);
	else
		XUnmapWindow(s->display, s->window);
	XSync(s->display, False);
}

int screen_put(screen *s, int x, int y, int width, int height) {
	XShmPutImage(s->display, s->window, s->gc, s->image, x, y, x, y, width, height, False);
	XSync(s->display, False);
	return !s->failed;
}

void screen_close(screen *s) {
	drop_image(s);
	if (s->gc)
		XFreeGC(s->display, s->gc);
	if (s->window && !s->failed)
		XDestroyWindow(s->display, s->window);
	XSync(s->display, False);
	XCloseDisplay(s->display);
	if (current == s)
		current = NULL;
	free(s);
}
