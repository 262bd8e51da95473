//go:build cgo

#include "xshm_linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <GL/gl.h>
#include <GL/glx.h>

static int refused;

static int note(Display *display, XErrorEvent *event) {
	refused = 1;
	return 0;
}

static int ask(Display *display, char *out, size_t size) {
	int wanted[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 16, None};
	XVisualInfo *info = glXChooseVisual(display, DefaultScreen(display), wanted);
	if (!info) {
		snprintf(out, size, "no OpenGL visual");
		return 0;
	}
	int known = 0;
	XSetWindowAttributes a = {0};
	a.colormap = XCreateColormap(display, RootWindow(display, info->screen), info->visual, AllocNone);
	Window w = XCreateWindow(display, RootWindow(display, info->screen), 0, 0, 8, 8, 0, info->depth, InputOutput, info->visual,
		CWColormap | CWBorderPixel, &a);
	GLXContext context = glXCreateContext(display, info, NULL, True);
	XSync(display, False);
	snprintf(out, size, "no OpenGL context");
	if (context && !refused && glXMakeCurrent(display, w, context)) {
		const char *renderer = (const char *)glGetString(GL_RENDERER), *version = (const char *)glGetString(GL_VERSION);
		int major = version ? atoi(version) : 0;
		known = renderer && major >= 2;
		snprintf(out, size, "%s%s", known ? "" : "OpenGL too old: ", renderer ? renderer : "unknown");
		glXMakeCurrent(display, None, NULL);
	}
	if (context)
		glXDestroyContext(display, context);
	XDestroyWindow(display, w);
	XFreeColormap(display, a.colormap);
	XFree(info);
	return known;
}

int screen_renderer(char *out, size_t size) {
	Display *display = XOpenDisplay(NULL);
	if (!display) {
		snprintf(out, size, "no X display");
		return 0;
	}
	refused = 0;
	XErrorHandler old = XSetErrorHandler(note);
	int first, event, known = 0;
	if (glXQueryExtension(display, &first, &event))
		known = ask(display, out, size);
	else
		snprintf(out, size, "the X server has no OpenGL");
	XSync(display, False);
	XSetErrorHandler(old);
	XCloseDisplay(display);
	return known;
}
