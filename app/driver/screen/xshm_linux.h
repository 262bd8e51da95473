// A child window of an X11 window, filled from memory shared with the server.
#ifndef XSHM_LINUX_H
#define XSHM_LINUX_H

#include <stddef.h>
#include <stdint.h>

typedef struct screen screen;

// screen_open makes a hidden child of parent over a connection of its own, or returns NULL and a reason.
screen *screen_open(unsigned long parent, const char **reason);
// screen_size gives the child a place and shared memory of that size. It returns the pixels (B, G, R, X) and the bytes
// from one row to the next, or NULL.
uint8_t *screen_size(screen *s, int x, int y, int width, int height, int *stride);
void screen_move(screen *s, int x, int y);
void screen_show(screen *s, int shown);
// screen_put shows a part of the pixels and returns when the server has taken them. It returns 0 when the child is gone.
int screen_put(screen *s, int x, int y, int width, int height);
void screen_close(screen *s);

// screen_renderer asks OpenGL for its renderer. It returns 0 and the reason when there is no OpenGL 2.1.
int screen_renderer(char *out, size_t size);

#endif
