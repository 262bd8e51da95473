package rig

import (
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Display is an X server of its own whose framebuffer can be read while programs draw.
type Display struct {
	Name    string // ":7"
	process *Process
	pixels  []byte // the mapped XWD file
	header  int    // bytes before the first row
	stride  int
	Width   int
	Height  int
}

// NewDisplay starts Xvfb with one screen of 24 bits.
func NewDisplay(t testing.TB, dir string, width, height int) *Display {
	t.Helper()
	d, err := OpenDisplay(dir, width, height)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// OpenDisplay is NewDisplay without a test; Close ends it. more are further arguments of Xvfb.
func OpenDisplay(dir string, width, height int, more ...string) (*Display, error) {
	fb := filepath.Join(dir, "fb")
	if err := os.MkdirAll(fb, 0o700); err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	argv := append([]string{"Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-fbdir", fb, "-nolisten", "tcp", "+extension", "GLX", "-noreset"}, more...)
	p, err := start(dir, "xvfb", nil, []*os.File{w}, argv...)
	w.Close()
	if err != nil {
		return nil, err
	}
	number, err := firstLine(r, 20*time.Second)
	if err != nil {
		p.Kill()
		return nil, fmt.Errorf("the X server Xvfb: %w: %s", err, Tail(p.Log, 5))
	}
	d := &Display{Name: ":" + strings.TrimSpace(number), process: p, Width: width, Height: height}
	if err := d.mapFramebuffer(filepath.Join(fb, "Xvfb_screen0")); err != nil {
		p.Kill()
		return nil, err
	}
	return d, nil
}

// mapFramebuffer maps the XWD file that Xvfb draws into (X11/XWDFile.h: big-endian words, then the window's name, then
// the colour map, then the rows).
func (d *Display) mapFramebuffer(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	d.pixels, err = syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return err
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(d.pixels[4*i:])) }
	const headerSize, bytesPerLine, colors = 0, 12, 19
	d.header, d.stride = word(headerSize)+12*word(colors), word(bytesPerLine)
	return nil
}

// Close ends the X server.
func (d *Display) Close() {
	if d.pixels != nil {
		_ = syscall.Munmap(d.pixels)
		d.pixels = nil
	}
	d.process.Stop()
}

// Shot copies a part of the screen.
func (d *Display) Shot(r image.Rectangle) *image.RGBA {
	r = r.Intersect(image.Rect(0, 0, d.Width, d.Height))
	img := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		row := d.pixels[d.header+(r.Min.Y+y)*d.stride+4*r.Min.X:]
		out := img.Pix[y*img.Stride:]
		for x := range r.Dx() {
			out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = row[4*x+2], row[4*x+1], row[4*x], 255
		}
	}
	return img
}

// Screen copies the whole screen.
func (d *Display) Screen() *image.RGBA { return d.Shot(image.Rect(0, 0, d.Width, d.Height)) }
