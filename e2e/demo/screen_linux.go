package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"

	"legekonsultasjon/e2e/rig"
)

// hidden is a screen that nobody sees but on the post office's page.
type hidden struct {
	mu      sync.Mutex // Close unmaps what Screen reads
	display *rig.Display
}

// openScreen gives the window a screen: the one there is, or one of its own.
func (d *demo) openScreen(context.Context) error {
	d.env = append(os.Environ(), passphraseName+"="+password)
	if os.Getenv("DISPLAY") != "" {
		return nil
	}
	folder, err := filepath.Abs(d.path("log"))
	if err != nil {
		return err
	}
	display, err := rig.OpenDisplay(folder, 1280, 800)
	if err != nil {
		return fmt.Errorf("there is no DISPLAY, and no screen could be made: %w. Install xvfb", err)
	}
	h := &hidden{display: display}
	d.headless = true
	d.stops = append(d.stops, func() { d.office.SetScreen(nil); h.close() })
	// Nobody could answer the questions of a keyring on such a screen.
	d.env = append(d.env, "DISPLAY="+display.Name, "WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	if os.Getenv("LANG") == "" {
		d.env = append(d.env, "LANG=C.UTF-8")
	}
	d.office.SetScreen(h.picture)
	d.drawn = h.drawn
	d.say("No DISPLAY: the window opens on a screen of its own (Xvfb %s); its picture is on %s.", display.Name, d.office.URL())
	return nil
}

func (h *hidden) screen() *image.RGBA {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.display == nil {
		return nil
	}
	return h.display.Screen()
}

// picture is the screen as PNG; nil when it is closed.
func (h *hidden) picture() []byte {
	screen := h.screen()
	if screen == nil {
		return nil
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, screen); err != nil {
		return nil
	}
	return b.Bytes()
}

// drawn reports whether anything is on the screen.
func (h *hidden) drawn() bool {
	screen := h.screen()
	return screen != nil && !bytes.Equal(screen.Pix[:len(screen.Pix)-4], screen.Pix[4:])
}

func (h *hidden) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.display.Close()
	h.display = nil
}
