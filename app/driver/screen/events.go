package screen

import (
	"time"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// WaitEvents sleeps until the system has something to say to the windows (a key, the mouse, a part to draw again), at most
// for d, and lets them have it. It is for Fyne's goroutine, whose own loop asks sixty times a second instead.
func WaitEvents(d time.Duration) { glfw.WaitEventsTimeout(d.Seconds()) }

// WakeEvents ends a WaitEvents under way at once. Any goroutine may call it while one is.
func WakeEvents() { glfw.PostEmptyEvent() }
